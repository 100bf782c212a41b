/** Whether users are still kept out on site, what that means, and the way to let them in (W82). */

import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";
import { askThaw } from "../freeze/thaw-dialog.js";

/** @param {Object} now the state document @returns {?HTMLElement} null where nothing is frozen */
export function thawCard(now) {
  if (!now.frozen && !now.result.can_thaw) return null;
  const busy = now.busy === "thawing";
  const button = h("button", {
    type: "button", class: "button", disabled: busy, on: { click: () => askThaw("completed") },
  }, t(busy ? "freeze.thawing" : "freeze.thaw-button"));
  return h("section", { class: "notice notice--info frozen", "aria-label": t("complete.frozen") },
    icon("snowflake", { label: t("notice.info") }),
    h("div", { class: "notice__body" },
      h("p", { class: "notice__title" }, t("complete.frozen")),
      h("div", { class: "notice__text" }, t("complete.frozen-text"))),
    now.result.can_thaw ? h("div", { class: "notice__actions" }, button) : null);
}
