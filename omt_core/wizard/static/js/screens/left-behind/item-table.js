/** A page of items that were left behind, each with its reason. */

import { h } from "../../core/dom.js";
import { bytes, t } from "../../core/text.js";
import { stageTitle } from "../upload/stage-words.js";
import { codeButton } from "../finding-code/code-button.js";

const COLUMNS = ["left-behind.name", "left-behind.stage", "left-behind.size", "left-behind.reason"];

/** @param {{stage: string, key: string, name: string, size: ?number, reason: string}[]} items */
export function itemTable(items) {
  return h("table", { class: "table items" },
    h("thead", null, h("tr", null, COLUMNS.map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", null, items.map(line)));
}

function line(item) {
  return h("tr", null,
    h("th", { scope: "row" },
      h("span", { class: "items__name" }, item.name || t("left-behind.nameless")),
      item.key && item.key !== item.name ? h("span", { class: "items__key muted" }, item.key) : null),
    cell("left-behind.stage", stageTitle(item.stage, item.stage)),
    cell("left-behind.size", item.size === null ? "–" : bytes(item.size)),
    cell("left-behind.reason", item.reason ? codeButton(item.reason) : "–"));
}

function cell(label, content) {
  return h("td", { dataset: { label: t(label) } }, h("span", null, content));
}
