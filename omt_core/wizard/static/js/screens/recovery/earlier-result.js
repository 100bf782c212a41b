/** What the last run brought online, with its receipt and its report. */

import { h } from "../../core/dom.js";
import { here } from "../../core/here.js";
import { icon } from "../../core/icons.js";
import { bytes, dateTime, t, tn } from "../../core/text.js";

/** @param {Object} earlier the part `earlier` of the state document */
export function earlierResult(earlier) {
  const title = earlier.kind === "test" ? "recovery.earlier.test" : "recovery.earlier.live";
  return h("section", { class: "card", "aria-label": t("recovery.earlier") },
    h("h2", null, t(title, { when: dateTime(earlier.at) })),
    h("p", null, resultWords(earlier)),
    h("div", { class: "toolbar" },
      reportLink(earlier),
      earlier.receipt ? download("/api/receipt", "recovery.receipt") : null));
}

/** "181 files (4.1 MB) are online, 1 is missing". @param {Object} earlier */
export function resultWords(earlier) {
  const left = [["missing", "recovery.missing-files"], ["failed", "recovery.failed-files"]]
    .filter(([name]) => earlier[name]).map(([name, key]) => tn(key, earlier[name]));
  return [tn("recovery.files", earlier.files, { size: bytes(earlier.bytes) }), ...left].join(", ");
}

/** @param {Object} earlier @returns {?HTMLElement} null where none was kept */
export function reportLink(earlier) {
  return earlier.report ? download("/api/report/earlier.html", "recovery.report") : null;
}

function download(href, words) {
  return h("a", { class: "button button--quiet", href: here(href), download: "" }, icon("download"), t(words));
}
