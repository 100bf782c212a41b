/** What the tenant changed when it took the data over, as it told. */

import { h } from "../../core/dom.js";
import { number, t } from "../../core/text.js";
import { phrase } from "../../core/words.js";

/** @param {Object<string, number>} changes how often, by what was done @returns {?HTMLElement} */
export function changesOnline(changes) {
  const done = Object.entries(changes ?? {});
  if (!done.length) return null;
  return h("section", { class: "card complete__changes" },
    h("h2", null, t("complete.changes")),
    h("p", { class: "muted" }, t("complete.changes-text")),
    h("table", { class: "table" },
      h("thead", null, h("tr", null,
        h("th", { scope: "col" }, t("complete.change")),
        h("th", { scope: "col", class: "number" }, t("complete.times")))),
      h("tbody", null, done.map(([what, count]) =>
        h("tr", null, h("th", { scope: "row" }, phrase(what)), h("td", { class: "number" }, number(count)))))));
}
