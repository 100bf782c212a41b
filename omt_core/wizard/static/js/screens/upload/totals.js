/** The line below the upload table: all rows together, the rate, and the time left (W77). */

import { h, setText } from "../../core/dom.js";
import { bytes, dateTime, duration, number, t } from "../../core/text.js";
import { rateText } from "./rate-text.js";

export class Totals {
  #facts = new Map();

  constructor() {
    this.element = h("dl", { class: "totals" });
    for (const [name, key] of [
      ["left", "upload.time-left"],
      ["rate", "upload.rate"],
      ["limit", "upload.limit"],
      ["done", "upload.done-so-far"],
      ["items", "upload.items"],
      ["started", "upload.started"],
    ]) {
      const value = h("dd");
      const fact = h("div", { class: `totals__fact totals__fact--${name}`, hidden: true },
        h("dt", null, t(key)), value);
      this.#facts.set(name, { fact, value });
      this.element.append(fact);
    }
  }

  /** @param {Object} upload the part `upload` of the state document */
  show(upload) {
    const moving = upload.state === "running" || upload.state === "pausing" || upload.state === "stopping";
    const sum = (field) => upload.rows.reduce((total, row) => total + row[field], 0);
    const [size, items] = [sum("bytes_total"), sum("items_total")];
    this.#say("left", moving && upload.time_left !== null ? duration(upload.time_left) : "");
    this.#say("rate", moving && upload.rate ? t("upload.per-second", { size: bytes(upload.rate) }) : "");
    this.#say("limit", upload.limit === null ? "" : rateText(upload.limit));
    this.#say("done", size ? t("upload.of", { done: bytes(sum("bytes_done")), total: bytes(size) }) : "");
    this.#say("items", items ? t("upload.of", { done: number(sum("items_done")), total: number(items) }) : "");
    this.#say("started", upload.started_at ? dateTime(upload.started_at) : "");
  }

  #say(name, text) {
    const { fact, value } = this.#facts.get(name);
    setText(value, text);
    fact.hidden = !text;
  }
}
