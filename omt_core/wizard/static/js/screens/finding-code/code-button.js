/** A finding's code, which opens its documentation. */

import { h } from "../../core/dom.js";
import { t } from "../../core/text.js";
import { openCode } from "./code-dialog.js";

/** @param {string} code */
export function codeButton(code) {
  return h(
    "button",
    { type: "button", class: "code", title: t("code.explain"), on: { click: () => openCode(code) } },
    code,
  );
}
