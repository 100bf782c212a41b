/** The buttons above the board, and the bar for the cards that are chosen. Source: crm.md W46. */

import { h, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t, tn } from "../../core/text.js";

/** The buttons above the board (W46); and a bar, to stand below it, for the cards that are chosen. */
export class PlansToolbar {
  #history;
  #chosen = h("span", { class: "plans-chosen__count" });
  #move;

  /**
   * @param {{filter: HTMLElement, csv: Node[], history: import("../../users/history-buttons.js").HistoryButtons,
   *   removeAll: () => void, move: (opener: HTMLElement) => void, chooseNone: () => void}} does
   */
  constructor({ filter, csv, history, removeAll, move, chooseNone }) {
    this.#history = history;
    this.#move = button("board", t("plans.move"), () => move(this.#move), {
      "aria-haspopup": "menu", "aria-expanded": "false",
    });
    this.chosenBar = h("div", { class: "plans-chosen", role: "group", "aria-label": t("plans.chosen"), hidden: true },
      this.#chosen, this.#move, button("cross", t("plans.chooseNone"), chooseNone));
    this.element = h("div", { class: "toolbar window-toolbar" },
      filter,
      h("div", { class: "toolbar__end" }, history.elements, csv,
        button("trash", t("plans.removeAll"), () => removeAll())));
  }

  /** @param {number} chosen */
  show(chosen) {
    this.#history.show();
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
  return /** @type {HTMLButtonElement} */ (h("button", {
    type: "button", class: "button button--quiet", ...more, on: { click: () => run() },
  }, icon(sign), h("span", null, text)));
}
