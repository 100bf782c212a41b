/** What was moved, in four figures. */

import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { bytes, number, t } from "../../core/text.js";

/** @param {Object} result the part `result` of the state document */
export function figures(result) {
  const all = [
    ["document", "complete.files", number(result.files)],
    ["upload", "complete.bytes", bytes(result.bytes)],
    ["table", "complete.tables", number(result.tables)],
    ["list", "complete.rows", number(result.rows)],
  ];
  return h("dl", { class: "figures", "aria-label": t("complete.moved") }, all.map(([drawing, key, value]) =>
    h("div", { class: "card figure" }, h("dt", null, icon(drawing), t(key)), h("dd", null, value))));
}
