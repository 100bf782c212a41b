/** A page of files that are missing or were left behind: where each should be, and what may be it. */

import { copyButton } from "../../core/copy.js";
import { h, setAttribute } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { bytes, dateTime, t } from "../../core/text.js";
import { stageTitle } from "../upload/stage-words.js";
import { codeButton } from "../finding-code/code-button.js";

const COLUMNS = ["left-behind.name", "left-behind.stage", "left-behind.size", "left-behind.date", "left-behind.reason"];

/**
 * @param {{stage: string, key: string, name: string, path: string, size: ?number, date: string, reason: string,
 *   candidates: string[]}[]} items
 */
export function itemTable(items) {
  return h("table", { class: "table items" },
    h("thead", null, h("tr", null, COLUMNS.map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", null, items.map(line)));
}

function line(item) {
  return h("tr", null,
    h("th", { scope: "row" },
      h("span", { class: "items__name" }, h("bdi", null, item.name || t("left-behind.nameless"))),
      item.key && item.key !== item.name
        ? h("span", { class: "items__key muted" }, t("left-behind.id", { id: item.key })) : null,
      item.path ? place("left-behind.expected", item.path) : null,
      item.candidates.map((candidate) => place("left-behind.nearest", candidate))),
    cell("left-behind.stage", stageTitle(item.stage, item.stage)),
    cell("left-behind.size", item.size === null ? "–" : bytes(item.size)),
    cell("left-behind.date", item.date ? dateTime(item.date) : "–"),
    cell("left-behind.reason", item.reason ? codeButton(item.reason) : "–"));
}

function place(words, path) {
  return h("span", { class: "items__place" },
    h("span", { class: "muted" }, t(words)), " ", h("bdi", { class: "path" }, path),
    copyButton(path, { said: t("left-behind.copied"), label: t("left-behind.copy", { path }) }));
}

function cell(label, content) {
  return h("td", { dataset: { label: t(label) } }, h("span", null, content));
}

/** The filter of such a list, and the way to have all of it in a spreadsheet.
 * @param {function(string): void} filtered told the text once one stops typing
 */
export function listTools(filtered, href) {
  let timer = 0;
  const download = h("a", { class: "button button--quiet", download: "" }, icon("download"), t("left-behind.csv"));
  const input = h("input", { type: "search", placeholder: t("left-behind.filter"), "aria-label": t("left-behind.filter"),
    on: { input: () => {
      clearTimeout(timer);
      timer = setTimeout(() => filtered(input.value), 250);
    } } });
  const element = h("div", { class: "items__tools" }, h("span", { class: "search" }, icon("search"), input), download);
  return { element, /** @param {string} to */ offer: (to) => setAttribute(download, "href", to) };
}
