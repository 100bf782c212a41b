/** The upload table: the seven rows of W73 and those of partners, which run in parallel (W75). */

import { h } from "../../core/dom.js";
import { t } from "../../core/text.js";
import { StageRow } from "./stage-row.js";

/** Milliseconds between two drawings of what only moved on; a row that changes its state is drawn at once. */
const REDRAW_MS = 300;
/** What was not heard of for so long does not look as if it moved on. */
const STILL_MS = 3000;
const COLUMNS = ["upload.description", "upload.progress", "upload.items", "upload.size", "upload.sent"];

export class StageTable {
  #rows = new Map();
  #latest = new Map();
  #timer = 0;
  #still = 0;

  /**
   * @param {function(): void} drawn called after rows that only moved on were drawn
   * @param {function(string): void} showLeft shows what a stage left behind
   */
  constructor(drawn, showLeft) {
    this.drawn = drawn;
    this.showLeft = showLeft;
    this.body = h("tbody");
    this.element = h("table", { class: "table stages" },
      h("caption", { class: "visually-hidden" }, t("upload.table")),
      h("thead", null, h("tr", null, COLUMNS.map((key) => h("th", { scope: "col" }, t(key))))),
      this.body);
  }

  /** Takes over all rows of a new state, in their order. @param {Object} upload the part of the state document */
  showAll({ rows, state, silent }) {
    const { dataset } = this.element;
    if (dataset.run !== state) this.#moved();
    dataset.run = state;
    dataset.silent = String(silent);
    this.#latest.clear();
    const wanted = new Set(rows.map((row) => row.stage));
    for (const [stage, shown] of this.#rows) {
      if (wanted.has(stage)) continue;
      shown.element.remove();
      this.#rows.delete(stage);
    }
    rows.forEach((row, place) => {
      this.#draw(row);
      const element = this.#rows.get(row.stage).element;
      if (this.body.children[place] !== element) this.body.insertBefore(element, this.body.children[place] ?? null);
    });
  }

  /** Takes one row as it moves on. @param {import("./row-type.js").Row} row */
  show(row) {
    this.#moved();
    if (this.#rows.get(row.stage)?.state !== row.state) {
      this.#latest.delete(row.stage);
      this.#draw(row);
      return;
    }
    this.#latest.set(row.stage, row);
    this.#timer ||= setTimeout(() => this.#drawLatest(), REDRAW_MS);
  }

  #moved() {
    clearTimeout(this.#still);
    this.element.dataset.moved = "true";
    this.#still = setTimeout(() => {
      this.element.dataset.moved = "false";
    }, STILL_MS);
  }

  #drawLatest() {
    this.#timer = 0;
    for (const row of this.#latest.values()) this.#draw(row);
    this.#latest.clear();
    this.drawn();
  }

  #draw(row) {
    const shown = this.#rows.get(row.stage);
    if (shown) {
      shown.show(row);
      return;
    }
    const made = new StageRow(row, this.showLeft);
    this.#rows.set(row.stage, made);
    this.body.append(made.element);
  }
}
