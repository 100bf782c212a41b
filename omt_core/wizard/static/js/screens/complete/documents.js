/** Receipt and report: where they lie, and downloads. */

import { h } from "../../core/dom.js";
import { here } from "../../core/here.js";
import { icon } from "../../core/icons.js";
import { language, t } from "../../core/text.js";

/** @param {Object} result the part `result` of the state document @param {?string} log where the log lies */
export function documents(result, log) {
  return h("section", { class: "card" },
    h("h2", null, t("complete.documents")),
    entry("shield", "complete.receipt", "complete.receipt-text", result.receipt,
      result.receipt ? [download("/api/receipt", "complete.download")] : []),
    entry("document", "complete.report", "complete.report-text", result.report, [
      download(`/api/report.html?language=${language()}`, "complete.report-html"),
      download(`/api/report.csv?language=${language()}`, "complete.report-csv"),
      download("/api/report.json", "complete.report-json"),
    ]),
    log ? entry("list", "complete.log", "complete.log-text", log, []) : null);
}

function entry(drawing, title, words, path, actions) {
  return h("div", { class: "complete__document" },
    icon(drawing),
    h("div", null,
      h("h3", null, t(title)),
      h("p", { class: "muted" }, t(words)),
      path ? h("p", null, h("code", { class: "path" }, path)) : null,
      h("div", { class: "toolbar" }, actions)));
}

function download(href, words) {
  return h("a", { class: "button button--quiet", href: here(href), download: "" }, icon("download"), t(words));
}
