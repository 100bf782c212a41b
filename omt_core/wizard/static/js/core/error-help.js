/** What helps with an error: what it means, in the tool's own documentation, and a support bundle for somebody else. */

import { documentationLink } from "./documentation.js";
import { h } from "./dom.js";
import { openSupport } from "./support-dialog.js";
import { t } from "./text.js";

/** @param {string} code the error's @returns {HTMLElement} the code, and beside it the ways to help */
export function errorHelp(code) {
  return h("p", { class: "error-help" },
    h("span", null, t("error.code", { code })),
    documentationLink(`reference/errors.html#${encodeURIComponent(code)}`, t("error.documentation")),
    h("button", { type: "button", class: "button button--quiet button--small", on: { click: openSupport } },
      t("error.support")));
}
