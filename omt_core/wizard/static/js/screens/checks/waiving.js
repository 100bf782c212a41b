/** Lets a finding stand, or takes that back: a decision that receipt and report keep. */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";

/** @param {string} code a finding's code, or `plugin:NAME` @param {boolean} waived */
export function askWaiver(code, waived) {
  sendingDialog({
    title: t(waived ? "checks.waive-title" : "checks.unwaive-title", { code }),
    content: h("p", null, t(waived ? "checks.waive-text" : "checks.unwaive-text")),
    confirm: t(waived ? "checks.waive-confirm" : "checks.unwaive"),
    send: () => post("/api/checks/waive", { code, waived }),
  });
}
