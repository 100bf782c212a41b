/** The note whether all changes are kept. */

import { h, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/text.js";

/** Tells whether what was changed is kept by the tool already. */
export class SavingNote {
  #shown = "";
  element = h("p", { class: "saving-note muted", role: "status" });

  /** @param {import("./change-sender.js").SavingState} state */
  show(state) {
    if (state === this.#shown) return;
    this.#shown = state;
    this.element.classList.toggle("saving-note--unsaved", state === "unsaved");
    const sign = state === "unsaved" ? icon("warning") : state === "saved" ? icon("check") : icon("refresh");
    replace(this.element, sign, h("span", null, t(`users.saving.${state}`)));
  }
}
