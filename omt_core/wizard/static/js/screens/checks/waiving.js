/** Lets a finding stand, or takes that back: a decision that receipt and report keep, with its reason. */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { checkForm, field } from "../../core/fields.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";

/** @param {string} code a finding's code, or `plugin:NAME` @param {boolean} reasonNeeded */
export function askToWaive(code, reasonNeeded) {
  const reason = h("input", { type: "text", name: "reason", maxlength: 1000, autocomplete: "off",
    required: reasonNeeded });
  const form = h("form", null, field({ label: t("checks.waive-reason"), control: reason, optional: !reasonNeeded,
    hint: t(reasonNeeded ? "checks.waive-reason-needed" : "checks.waive-reason-hint") }));
  const dialog = sendingDialog({
    title: t("checks.waive-title", { code }),
    content: [h("p", null, t("checks.waive-text")), form],
    confirm: t("checks.waive-confirm"),
    send: () => {
      reason.value = reason.value.trim();
      return checkForm(form) && post("/api/checks/waive", { code, waived: true, reason: reason.value });
    },
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.buttons[1].click();
  });
}

/** @param {string} code a finding's code, or `plugin:NAME` */
export function askToUnwaive(code) {
  sendingDialog({
    title: t("checks.unwaive-title", { code }),
    content: h("p", null, t("checks.unwaive-text")),
    confirm: t("checks.unwaive"),
    send: () => post("/api/checks/waive", { code, waived: false }),
  });
}
