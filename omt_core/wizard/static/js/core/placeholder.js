/** What stands where there is nothing yet, nothing at all, or nothing that could be shown. */

import { h } from "./dom.js";
import { errorHelp } from "./error-help.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

/** Grey bars in the place of what is being loaded; readers hear `text`. */
export function loading(text = t("loading.text"), rows = 4) {
  return h("div", { class: "placeholder placeholder--loading", role: "status" },
    h("span", { class: "visually-hidden" }, text),
    Array.from({ length: rows }, () => h("span", { class: "skeleton", "aria-hidden": "true" })));
}

/** A turning ring and a sentence: something is being done that takes a moment. */
export function working(text) {
  return h("p", { class: "working", role: "status" }, h("span", { class: "spinner", "aria-hidden": "true" }), text);
}

/** Nothing here: why, and what one may do. */
export function empty({ title, text, iconName = "search", actions = [] }) {
  return h("div", { class: "placeholder placeholder--empty" },
    icon(iconName), h("p", { class: "placeholder__title" }, title),
    text ? h("p", { class: "muted" }, text) : null, actions);
}

/** Could not be shown: what happened, the remedy, the code, and a button that tries again. */
export function failed(error, again) {
  return h("div", { class: "placeholder placeholder--failed", role: "alert" },
    icon("warning"), h("p", { class: "placeholder__title" }, error.message),
    error.remedy ? h("p", null, error.remedy) : null,
    error.code ? errorHelp(error.code) : null,
    again ? h("button", { type: "button", class: "button", on: { click: again } },
      icon("refresh"), t("error.again")) : null);
}
