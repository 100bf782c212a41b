/** Says that the installation on site is frozen, and lets it be thawed where that is possible (W70, W82). */

import { h, replace } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";
import { askThaw } from "./thaw-dialog.js";

const CAN_THAW = ["idle", "stopped", "failed"];

export class FrozenNotice {
  #shown = "";

  constructor() {
    this.element = h("div", { hidden: true });
  }

  /** @param {Object} now the state document */
  show(now) {
    const mayThaw = CAN_THAW.includes(now.upload.state);
    const shown = now.frozen ? `${mayThaw} ${now.importing} ${now.busy === "thawing"}` : "";
    this.element.hidden = !now.frozen;
    if (shown === this.#shown) return;
    this.#shown = shown;
    replace(this.element, now.frozen ? this.#words(mayThaw, now.importing, now.busy === "thawing") : null);
  }

  #words(mayThaw, importing, thawing) {
    const idle = importing ? "freeze.frozen-importing" : "freeze.frozen-idle";
    const button = h("button", {
      type: "button", class: "button", disabled: thawing, on: { click: () => askThaw(importing ? "importing" : "stopped") },
    }, t(thawing ? "freeze.thawing" : "freeze.thaw-button"));
    return h("div", { class: "notice notice--info frozen" }, icon("snowflake", { label: t("notice.info") }),
      h("div", { class: "notice__body" },
        h("p", { class: "notice__title" }, t("freeze.frozen")),
        h("div", { class: "notice__text" }, t(mayThaw ? idle : "freeze.frozen-running"))),
      mayThaw ? h("div", { class: "notice__actions" }, button) : null);
  }
}
