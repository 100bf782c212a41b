/** Read-only lines: a name and what it is, one below the other. */

import { h, replace } from "./dom.js";

/** @param {Array<[string, ?(string|Node)]>} pairs those without a value are left out @returns {HTMLElement} a `dl` */
export function facts(pairs) {
  return fillFacts(h("dl", { class: "facts" }), pairs);
}

/** Puts other lines into a `dl` that `facts` made. */
export function fillFacts(list, pairs) {
  return replace(list, pairs.filter(([, value]) => value)
    .map(([name, value]) => h("div", { class: "facts__line" }, h("dt", null, name), h("dd", null, value))));
}
