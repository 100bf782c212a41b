/** What the search found: each installation with its evidence, what it lacks, and what is odd about it. */

import { h } from "../../core/dom.js";
import { evidenceTable, settingName } from "../../core/evidence.js";
import { icon } from "../../core/icons.js";
import { notice } from "../../core/notice.js";
import { t, tn } from "../../core/text.js";

const KINDS = { error: "danger", warning: "warning", info: "info" };

/** @param {Array<Object>} found as `GET /api/installation` tells it */
export function foundInstallations(found) {
  if (found.every((one) => one.evidence.length === 0 && one.findings.length === 0)) {
    return notice("warning", { title: t("found.none.title"), content: t("found.none.text") });
  }
  return found.map((one, index) => h("section", { class: "card found__one" },
    h("h2", null, icon("search"), found.length === 1 ? t("found.title") : t("found.title.of", { at: index + 1, all: found.length }),
      one.chosen && found.length > 1 ? h("span", { class: "badge badge--success" }, icon("check"), t("found.chosen")) : null),
    one.needs.length ? needs(one.needs) : null,
    one.findings.map((finding) => notice(KINDS[finding.severity], {
      title: finding.message, content: finding.remedy, code: finding.code,
    })),
    one.evidence.length ? h("details", { class: "disclosure", open: one.needs.length > 0 && found.length === 1 },
      h("summary", null, tn("found.evidence", one.evidence.length)), evidenceTable(one.evidence)) : null));
}

function needs(names) {
  return h("p", { class: "found__needs" }, icon("warning"), h("span", null, t("found.needs"), " ",
    h("strong", null, names.map(settingName).join(", "))));
}
