/** What is said above the table: how the upload stands (W79). */

import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { notice } from "../../core/notice.js";
import { t } from "../../core/text.js";

const LEADS = {
  running: "upload.lead.running",
  pausing: "upload.lead.pausing",
  paused: "upload.lead.paused",
  stopping: "upload.lead.stopping",
  stopped: "upload.lead.stopped",
  failed: "upload.lead.failed",
  done: "upload.lead.done",
};

/** @param {Object} now the state document @param {function(): *} resume @returns {{lead: string, notices: Node[]}} */
export function standing(now, resume) {
  const run = now.upload.state;
  return { lead: t(LEADS[run] ?? idleLead(now)), notices: [...notices(now, run, resume)] };
}

function idleLead(now) {
  if (now.interrupted) return "upload.lead.interrupted";
  if (now.recovery?.chosen === "missing") return "upload.lead.missing";
  return now.kind === "test" ? "upload.lead.test" : "upload.lead.live";
}

function* notices(now, run, resume) {
  if (run === "failed") yield notice("info", { title: t("upload.kept"), content: t("upload.kept-failed") });
  if (run === "stopped") yield notice("info", { title: t("upload.kept"), content: t("upload.kept-stopped") });
  if (run === "idle" && now.interrupted) {
    yield notice("info", { title: t("upload.kept"), content: t("upload.kept-interrupted") });
  }
  if (run === "paused") {
    yield notice("warning", { title: t("upload.paused"), content: h("p", null,
      t(now.frozen ? "upload.paused-frozen" : "upload.paused-text")), actions: [
      h("button", { type: "button", class: "button", on: { click: resume } }, icon("play"), t("upload.resume"))] });
  }
}
