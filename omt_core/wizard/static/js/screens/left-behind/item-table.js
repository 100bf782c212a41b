/** A page of files that are missing or were left behind: where each should be, and what may be it. */

import { copyButton } from "../../core/copy.js";
import { h, replace, setAttribute } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { bytes, dateTime, number, t } from "../../core/text.js";
import { stageTitle } from "../upload/stage-words.js";
import { codeButton } from "../finding-code/code-button.js";

const COLUMNS = ["left-behind.name", "left-behind.stage", "left-behind.size", "left-behind.date", "left-behind.reason"];

/**
 * @typedef {{reason: string, count: number, meaning: (string|undefined), remedy: (string|undefined)}} Reason
 *   why files stay behind: a code, how many of them, and what it means where it is one of a finding
 */

/**
 * @param {{stage: string, key: string, name: string, path: string, size: ?number, date: string, reason: string,
 *   candidates: string[], detail: string}[]} items
 * @param {Reason[]} reasons of all that could be listed
 */
export function itemTable(items, reasons) {
  const meanings = new Map(reasons.map(({ reason, meaning }) => [reason, meaning ?? ""]));
  return h("table", { class: "table items" },
    h("thead", null, h("tr", null, COLUMNS.map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", null, items.map((item) => line(item, meanings.get(item.reason) ?? ""))));
}

/** @param {Object} item @param {string} meaning of its reason, in words */
function line(item, meaning) {
  return h("tr", null,
    h("th", { scope: "row" },
      h("span", { class: "items__name" }, h("bdi", null, item.name || t("left-behind.nameless"))),
      item.key && item.key !== item.name
        ? h("span", { class: "items__key muted" }, t("left-behind.id", { id: item.key })) : null,
      item.path ? place("left-behind.expected", item.path) : null,
      item.detail ? h("span", { class: "items__detail muted" }, h("bdi", null, item.detail)) : null,
      item.candidates.map((candidate) => place("left-behind.nearest", candidate))),
    cell("left-behind.stage", stageTitle(item.stage, item.stage)),
    cell("left-behind.size", item.size === null ? "–" : bytes(item.size)),
    cell("left-behind.date", item.date ? dateTime(item.date) : "–"),
    cell("left-behind.reason", meaning || (item.reason ? "" : "–"), item.reason ? codeButton(item.reason) : null));
}

function place(words, path) {
  return h("span", { class: "items__place" },
    h("span", { class: "muted" }, t(words)), " ", h("bdi", { class: "path" }, path),
    copyButton(path, { said: t("left-behind.copied"), label: t("left-behind.copy", { path }) }));
}

function cell(label, ...content) {
  return h("td", { dataset: { label: t(label) } }, h("span", null, content));
}

/** Lists the files of one reason only: there where they are listed for more than one. */
export class ReasonChooser {
  #select;
  #shown = "";

  /** @param {function(string): void} chosen told the code, empty for all */
  constructor(chosen) {
    this.#select = h("select", { on: { change: () => chosen(this.#select.value) } });
    this.element = h("label", { class: "items__reasons", hidden: true }, h("span", null, t("left-behind.reason")),
      this.#select);
  }

  get reason() {
    return this.#select.value;
  }

  /** @param {string} reason */
  choose(reason) {
    // It may be one that was not read yet: `show` then has it with its words.
    if (![...this.#select.options].some((one) => one.value === reason)) {
      this.#shown = "";
      this.#fill([{ reason, count: null }], reason);
    }
    this.#select.value = reason;
  }

  /** @param {Reason[]} reasons */
  show(reasons) {
    const chosen = this.reason;
    this.element.hidden = reasons.length < 2 && !chosen;
    const shown = JSON.stringify(reasons);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const kept = reasons.some(({ reason }) => reason === chosen) || !chosen;
    this.#fill(kept ? reasons : [...reasons, { reason: chosen, count: 0 }], chosen);
  }

  #fill(reasons, chosen) {
    replace(this.#select, h("option", { value: "" }, t("left-behind.every-reason")),
      reasons.map(({ reason, count, meaning }) => h("option", { value: reason },
        count === null ? reason : t("left-behind.kind", { kind: meaning ?? reason, count: number(count) }))));
    this.#select.value = chosen;
  }
}

/** The filters of such a list, and the way to have all of it in a spreadsheet.
 * @param {{filtered: function(string): void, chosen: function(string): void}} does `filtered` is told the text once
 *   one stops typing, `chosen` the reason
 */
export function listTools({ filtered, chosen }) {
  let timer = 0;
  const download = h("a", { class: "button button--quiet", download: "" }, icon("download"), t("left-behind.csv"));
  const input = h("input", { type: "search", placeholder: t("left-behind.filter"), "aria-label": t("left-behind.filter"),
    on: { input: () => {
      clearTimeout(timer);
      timer = setTimeout(() => filtered(input.value), 250);
    } } });
  const reasons = new ReasonChooser(chosen);
  const element = h("div", { class: "items__tools" }, h("span", { class: "search" }, icon("search"), input),
    reasons.element, download);
  return { element, reasons, /** @param {string} to */ offer: (to) => setAttribute(download, "href", to) };
}
