/** The card of one code: what was found, about whom, what to do, and the waiver. */

import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { prose } from "../../core/prose.js";
import { number, t, tn } from "../../core/text.js";
import { codeButton } from "../finding-code/code-button.js";
import { isWaived } from "./finding-groups.js";
import { severityBadge } from "./severities.js";
import { subjectList } from "./subjects.js";
import { askToUnwaive, askToWaive } from "./waiving.js";

const CASES = 20;

/**
 * @param {{key: string, waiver: string, findings: import("./finding-groups.js").CheckedFinding[]}} group
 * @param {function(string): void} showFiles lists the files of a finding, by its code
 */
export function findingCard(group, showFiles) {
  const { findings } = group;
  const [first, ...others] = findings;
  const remedies = new Set(findings.map((one) => one.remedy));
  const shared = remedies.size === 1;
  return h("article", { class: "card finding", dataset: { code: first.code, severity: first.severity } },
    h("header", { class: "finding__head" }, severityBadge(first.severity), standing(findings)),
    h("h3", { class: "finding__message" }, first.message),
    first.subjects.length ? subjectList(first.subjects, first.named) : null,
    first.files ? h("p", { class: "no-print" },
      h("button", { type: "button", class: "button button--small", on: { click: () => showFiles(first.code) } },
        tn("checks.show-files", first.files))) : null,
    shared ? null : remedy(first.remedy),
    others.length ? cases(others, !shared) : null,
    shared && first.remedy ? remedy(first.remedy) : null,
    waiver(group),
    h("p", { class: "finding__origin muted" }, codeButton(first.code), t("checks.from", { plugin: first.plugin })));
}

function standing(findings) {
  if (findings.some((one) => one.blocking)) {
    return h("span", { class: "badge badge--danger badge--outline" }, icon("stop"), t("checks.blocks"));
  }
  return findings.every(isWaived)
    ? h("span", { class: "badge badge--outline" }, icon("check"), t("checks.waived"))
    : null;
}

function cases(findings, withRemedy) {
  const list = h("ul", { class: "finding__cases" });
  const more = h("button", { type: "button", class: "button button--quiet" });
  let shown = 0;
  const show = (count) => {
    list.append(...findings.slice(shown, count).map((one) => aCase(one, withRemedy)));
    shown = Math.min(count, findings.length);
    more.hidden = shown >= findings.length;
    more.textContent = t("checks.more", { count: number(findings.length - shown) });
  };
  more.addEventListener("click", () => {
    const next = shown;
    show(shown + 5 * CASES);
    list.children[next]?.setAttribute("tabindex", "-1");
    list.children[next]?.focus();
  });
  show(CASES);
  return [list, more];
}

function aCase(finding, withRemedy) {
  return h("li", null,
    h("p", { class: "finding__message" }, finding.message),
    finding.subjects.length ? subjectList(finding.subjects, finding.named) : null,
    withRemedy && finding.remedy ? remedy(finding.remedy) : null);
}

function remedy(words) {
  return h("p", { class: "finding__remedy" }, h("strong", {}, t("checks.remedy")), " ", prose(words));
}

function waiver(group) {
  const [first] = group.findings;
  if (first.severity !== "error") return null;
  if (!first.waivable) {
    return h("p", { class: "finding__waiver muted" }, icon("lock"), t("checks.not-waivable"));
  }
  const waived = group.findings.every(isWaived);
  const before = group.findings.find((one) => one.reason_of_test !== null)?.reason_of_test ?? null;
  const about = { message: first.message, before };
  return h("div", { class: "finding__waiver" },
    h("p", { class: "muted" }, waiverWords(waived, first.reason, before)),
    waived
      ? button("checks.unwaive", () => askToUnwaive(group.waiver))
      : button(before === null ? "checks.waive" : "checks.waive-again", () => askToWaive(group.waiver, about)));
}

/** What was waived in a test is asked for again when the migration is live. */
function waiverWords(waived, reason, before) {
  if (waived) return t("checks.waived-because", { reason });
  if (before === null) return t("checks.blocks-why");
  return before ? t("checks.waived-in-test-because", { reason: before }) : t("checks.waived-in-test");
}

function button(words, click) {
  return h("button", { type: "button", class: "button", on: { click } }, t(words));
}
