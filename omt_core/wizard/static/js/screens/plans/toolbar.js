/** The buttons above the board, and the bar for the cards that are chosen. Source: crm.md W46. */

import { h, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t, tn } from "../../core/text.js";

/** The buttons above the board (W46); and a bar, to stand below it, for the cards that are chosen. */
export class PlansToolbar {
  #undo;
  #redo;
  #chosen = h("span", { class: "plans-chosen__count" });
  #move;

  /**
   * @param {{filter: HTMLElement, csv: Node[], undo: () => void, redo: () => void, removeAll: () => void,
   *   move: (opener: HTMLElement) => void, chooseNone: () => void}} does
   */
  constructor({ filter, csv, undo, redo, removeAll, move, chooseNone }) {
    this.#undo = button("undo", t("plans.undo"), undo, { "aria-keyshortcuts": "Control+Z" });
    this.#redo = button("undo", t("plans.redo"), redo, { "aria-keyshortcuts": "Control+Y", class: "redo" });
    this.#move = button("board", t("plans.move"), () => move(this.#move), {
      "aria-haspopup": "menu", "aria-expanded": "false",
    });
    this.chosenBar = h("div", { class: "plans-chosen", role: "group", "aria-label": t("plans.chosen"), hidden: true },
      this.#chosen, this.#move, button("cross", t("plans.chooseNone"), chooseNone));
    this.element = h("div", { class: "toolbar window-toolbar" },
      filter,
      h("div", { class: "toolbar__end" }, this.#undo, this.#redo, csv,
        button("trash", t("plans.removeAll"), () => removeAll())));
  }

  /** @param {import("../../users/history.js").History} history @param {number} chosen */
  show(history, chosen) {
    this.#undo.disabled = !history.canUndo;
    this.#redo.disabled = !history.canRedo;
    this.chosenBar.hidden = chosen === 0;
    setText(this.#chosen, tn("plans.chosen", chosen));
  }
}

/**
 * @param {import("../../core/icons.js").IconName} sign @param {string} text @param {() => void} run
 * @param {Record<string, string>} more attributes
 * @returns {HTMLButtonElement}
 */
function button(sign, text, run, more = {}) {
  const { class: extra = "", ...attributes } = more;
  return /** @type {HTMLButtonElement} */ (h("button", {
    type: "button", class: `button button--quiet ${extra}`.trim(), ...attributes, on: { click: () => run() },
  }, icon(sign), h("span", null, text)));
}
