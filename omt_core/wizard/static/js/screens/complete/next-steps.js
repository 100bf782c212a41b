/** What comes next: at the online side, with documents that turn up, and from a test to the live migration. */

import { h } from "../../core/dom.js";
import { t } from "../../core/text.js";

/** @param {Object} now the state document */
export function nextSteps(now) {
  const test = now.result.kind === "test";
  const left = now.result.missing + now.result.failed > 0;
  const found = left ? "complete.next.recover" : "complete.next.found";
  // A recovery changes no database: nothing is converted, and nobody gets a mail.
  if (now.recovery?.chosen === "missing") return list(test ? [found, "complete.next.live"] : [found, "complete.next.accept"]);
  const steps = test
    ? ["complete.next.conversion-test", "complete.next.look", "complete.next.rehearse", "complete.next.live",
      "complete.next.identity"]
    : ["complete.next.conversion", "complete.next.mail", found, "complete.next.accept"];
  return list(steps);
}

function list(steps) {
  return h("section", { class: "card" },
    h("h2", null, t("complete.next")),
    h("ol", { class: "complete__steps" }, steps.map((key) => h("li", null, t(key)))));
}
