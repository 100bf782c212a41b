/** Offers on the checklist to send the documents ahead, before a first upload. */

import { post } from "../../core/api.js";
import { h, replace } from "../../core/dom.js";
import { ErrorPlace } from "../../core/error-place.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";

export class AheadCard {
  constructor() {
    this.errors = new ErrorPlace();
    this.button = h("button", { type: "button", class: "button",
      on: { click: () => this.errors.run(() => post("/api/ahead/send")) } }, t("ahead.send"));
    this.element = h("section", { class: "card ahead-card" });
    replace(this.element,
      h("h2", null, icon("upload"), t("ahead.title")), h("p", null, t("ahead.offer")),
      this.button,
      this.errors.element);
  }

  /** @param {Object} now the state document */
  show(now) {
    this.element.hidden = now.mode !== "initial";
    this.button.disabled = Boolean(now.busy) || now.checks.state === "running"; // They read the same database.
  }
}
