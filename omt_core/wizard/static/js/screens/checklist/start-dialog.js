/** Asks before a live upload: it freezes the installation on site (W70), and goes on in spite of what is waived. */

import { get } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { dateTime, t, tn } from "../../core/text.js";
import { estimateWords } from "../estimate/panel.js";
import { later } from "../planned-start/later.js";
import { reportLink, resultWords } from "../recovery/earlier-result.js";
import { consequences } from "./consequences.js";

/**
 * What is waived is read before the dialog opens, so that nobody goes live without having it before the eyes.
 *
 * @param {Object} now the state document @param {function(): Promise<*>} start
 */
export async function askStart(now, start) {
  const { findings } = await get("/api/checks");
  const dialog = sendingDialog({
    title: t("checklist.start-title"),
    content: [h("p", null, t("checklist.start-text", { owner: now.licence?.owner ?? "" })), consequences(now),
      h("p", { class: "estimate__said" }, icon("clock"),
        h("span", null, t("estimate.title"), " ", h("strong", null, estimateWords(now.estimate)))),
      ofTest(now.earlier),
      waived(findings.filter((one) => one.severity === "error" && one.waived)), later(() => dialog.close(false))],
    wide: true,
    confirm: t("checklist.start-confirm"),
    cancel: t("checklist.start-not"),
    danger: true,
    send: start,
  });
}

/** What the test had that this live migration takes the place of. @param {?Object} earlier */
function ofTest(earlier) {
  if (earlier?.kind !== "test") return null;
  return h("p", { class: "estimate__said" }, icon("flask"),
    h("span", null, t("checklist.start-test", { when: dateTime(earlier.at) }), " ", h("strong", null, resultWords(earlier)),
      ". ", t("checklist.start-compared")),
    reportLink(earlier));
}

function waived(findings) {
  if (!findings.length) return null;
  return h("section", { class: "waived" },
    h("h3", null, icon("warning"), tn("checklist.start-waived", findings.length)),
    h("ul", null, findings.map((one) => h("li", null,
      h("p", null, one.message),
      h("p", { class: "muted" }, t("checklist.waived-because", { reason: one.reason }))))));
}
