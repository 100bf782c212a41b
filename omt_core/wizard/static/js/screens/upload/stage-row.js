/** One row of the upload table: a stage with its bar, changed in place (W73, W74). */

import { h, replace, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { bytes, number, percent, t } from "../../core/text.js";
import { STATES, cellText, fraction, isShort, stageTitle } from "./stage-words.js";

/** Builds the row once; `show` writes only what differs, so that a screen reader's place in the table stays. */
export class StageRow {
  /** @param {import("./row-type.js").Row} row @param {function(string): void} showLeft shows what a stage left behind */
  constructor(row, showLeft) {
    const title = stageTitle(row.stage, row.title);
    this.name = h("span", { class: "stage__name" }, title);
    this.icon = h("span", { class: "stage__icon", "aria-hidden": "true" });
    this.words = h("span", { class: "stage__words" });
    this.link = h("button", { type: "button", class: "stage__words", hidden: true, on: { click: () => showLeft(row.stage) } });
    this.percent = h("span", { class: "stage__percent" });
    this.bar = h("progress", { class: "stage__bar", max: 1, "aria-label": title });
    this.items = h("span");
    this.size = h("span");
    this.sent = h("span");
    this.skipped = h("small", { class: "muted" });
    this.element = h("tr", { class: "stage", dataset: { stage: row.stage } },
      h("th", { scope: "row" }, h("span", { class: "stage__title" }, this.icon, this.name)),
      h("td", { class: "stage__progress" },
        h("span", { class: "stage__text" }, this.words, this.link, this.percent), this.bar),
      figure("upload.items", this.items), figure("upload.size", this.size),
      figure("upload.sent", this.sent, this.skipped));
    this.show(row);
  }

  /** @param {import("./row-type.js").Row} row */
  show(row) {
    const short = isShort(row);
    const state = short ? "short" : row.state;
    if (this.state !== state) {
      this.state = state;
      this.element.dataset.state = state;
      replace(this.icon, icon(short ? "warning" : STATES[row.state].icon));
    }
    this.words.hidden = short;
    this.link.hidden = !short;
    setText(short ? this.link : this.words, cellText(row));
    const part = fraction(row);
    if (part === null) this.bar.removeAttribute("value");
    else if (this.bar.value !== part || !this.bar.hasAttribute("value")) this.bar.value = part;
    const known = part !== null && (row.bytes_total > 0 || row.items_total > 0);
    setText(this.percent, known && row.state !== "waiting" ? percent(Math.floor(part * 100) / 100) : "");
    setText(this.items, pair(row.items_done, row.items_total, number));
    setText(this.size, pair(row.bytes_done, row.bytes_total, bytes));
    setText(this.sent, row.sent_bytes || row.skipped_bytes ? bytes(row.sent_bytes) : "");
    setText(this.skipped, row.skipped_bytes ? t("upload.skipped", { size: bytes(row.skipped_bytes) }) : "");
  }
}

function figure(label, ...content) {
  return h("td", { class: "stage__figure", dataset: { label: t(label) } }, content);
}

function pair(done, total, written) {
  return total ? t("upload.of", { done: written(done), total: written(total) }) : "";
}
