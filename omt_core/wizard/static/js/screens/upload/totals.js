/** The line below the upload table: all rows together, the rate, and the time left (W77). */

import { h, setText } from "../../core/dom.js";
import { bytes, clockTime, dateTime, duration, number, percent, t } from "../../core/text.js";
import { rateText } from "./rate-text.js";

const MINUTE_MS = 60e3;
/** What is further off than this is told to five minutes: more exactly it would not be true. */
const FAR_SECONDS = 3600;

/** How much of all rows is done, "42 %"; empty until each part knows how much it is. @param {Object} upload */
export function wholeShare({ rows }) {
  if (rows.some(({ stage, state }) => stage !== "finishing" && (state === "waiting" || state === "analysing"))) return "";
  const [done, total] = ["bytes_done", "bytes_total"].map((field) => sum(rows, field));
  return total ? percent(Math.floor((done / total) * 100) / 100) : "";
}

export class Totals {
  #facts = new Map();

  constructor() {
    this.element = h("dl", { class: "totals" });
    for (const [name, key] of [
      ["left", "upload.time-left"],
      ["at", "upload.done-at"],
      ["rate", "upload.rate"],
      ["limit", "upload.limit"],
      ["done", "upload.done-so-far"],
      ["sent", "upload.sent"],
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
    const [size, items, sent] = ["bytes_total", "items_total", "sent_bytes"].map((field) => sum(upload.rows, field));
    const left = upload.time_left;
    const counting = upload.state === "running" && left === null && !onlyFinishing(upload);
    this.#say("left", left === null ? (counting ? t("upload.counting") : "") : duration(left));
    this.#say("at", moving && left !== null ? clockTime(endOf(left)) : "");
    this.#say("rate", moving && upload.rate ? t("upload.per-second", { size: bytes(upload.rate) }) : "");
    this.#say("limit", upload.limit === null ? "" : rateText(upload.limit));
    this.#say("done", size ? t("upload.of", { done: bytes(sum(upload.rows, "bytes_done")), total: bytes(size) }) : "");
    this.#say("sent", sent ? bytes(sent) : "");
    this.#say("items", items ? t("upload.of", { done: number(sum(upload.rows, "items_done")), total: number(items) }) : "");
    this.#say("started", upload.started_at ? dateTime(upload.started_at) : "");
  }

  #say(name, text) {
    const { fact, value } = this.#facts.get(name);
    setText(value, text);
    fact.hidden = !text;
  }
}

/** @param {Object[]} rows @param {string} field */
function sum(rows, field) {
  return rows.reduce((total, row) => total + row[field], 0);
}

/** Everything is sent: what the tenant still does with it has no rate. @param {Object} upload */
function onlyFinishing({ rows }) {
  return rows.every((row) => row.stage === "finishing" || row.state === "succeeded" || row.state === "failed");
}

/** When it is done at this rate. @param {number} seconds */
function endOf(seconds) {
  const step = MINUTE_MS * (seconds > FAR_SECONDS ? 5 : 1);
  return new Date(Math.ceil((Date.now() + seconds * 1000) / step) * step);
}
