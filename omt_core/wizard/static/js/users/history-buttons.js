/** Undo and Redo of a window of the checklist. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/text.js";

/** Two buttons that can be pressed while there is something to take back, or to do again. */
export class HistoryButtons {
  #acts;
  #undo;
  #redo;

  /** @param {import("./user-acts.js").UserActs} acts */
  constructor(acts) {
    this.#acts = acts;
    this.#undo = button(t("users.undo"), "", "Control+Z", () => acts.undo());
    this.#redo = button(t("users.redo"), "redo", "Control+Y", () => acts.redo());
    this.elements = [this.#undo, this.#redo];
  }

  show() {
    this.#undo.disabled = !this.#acts.history.canUndo;
    this.#redo.disabled = !this.#acts.history.canRedo;
  }
}

/** @param {string} text @param {string} looks @param {string} keys @param {() => void} run */
function button(text, looks, keys, run) {
  return /** @type {HTMLButtonElement} */ (h("button", {
    type: "button", class: `button button--quiet history-button ${looks}`.trim(), title: text,
    "aria-keyshortcuts": keys, on: { click: run },
  }, icon("undo"), h("span", null, text)));
}
