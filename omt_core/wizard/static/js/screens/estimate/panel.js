/** How long the upload will take: what was measured last, what it goes by, and what would change it. */

import { post } from "../../core/api.js";
import { h, replace } from "../../core/dom.js";
import { ErrorPlace } from "../../core/error-place.js";
import { icon } from "../../core/icons.js";
import { errorNotice } from "../../core/notice.js";
import { prose } from "../../core/prose.js";
import { bytes, dateTime, duration, number, t, tn } from "../../core/text.js";

export class EstimatePanel {
  #shown = "";

  constructor() {
    this.errors = new ErrorPlace();
    this.body = h("div", { "aria-live": "polite" });
    this.button = h("button", { type: "button", class: "button",
      on: { click: () => this.errors.run(() => post("/api/estimate")) } }, icon("gauge"), t("estimate.measure"));
    this.element = h("section", { class: "card estimate" },
      h("h2", null, icon("clock"), t("estimate.title")), this.body, this.button, this.errors.element);
  }

  /** @param {Object} estimate the part of the state document */
  show(estimate) {
    const said = JSON.stringify(estimate);
    if (said === this.#shown) return;
    this.#shown = said;
    this.button.disabled = estimate.running;
    replace(this.body,
      h("p", { class: "estimate__range" }, estimate.running ? t("estimate.running") : estimateWords(estimate)),
      estimate.made ? h("p", { class: "muted" }, tn("estimate.to-send", estimate.files_to_send, {
        files: number(estimate.files_to_send), size: bytes(estimate.bytes_to_send), moment: dateTime(estimate.made),
      })) : null,
      estimate.error ? errorNotice(estimate.error) : null,
      why("estimate.grounds", estimate.grounds), why("estimate.levers", estimate.levers));
  }
}

/** In one sentence. @param {Object} estimate */
export function estimateWords({ made, shortest, longest }) {
  return made ? t("estimate.range", { shortest: duration(shortest), longest: duration(longest) }) : t("estimate.none");
}

function why(key, lines) {
  if (!lines.length) return null;
  return h("details", { class: "estimate__why" }, h("summary", { class: "disclosure" }, t(key)),
    h("ul", null, lines.map((line) => h("li", null, prose(line.message)))));
}
