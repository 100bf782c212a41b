/** Lets a finding stand, or takes that back: a decision that receipt and report keep, with its reason. */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { checkForm, field } from "../../core/fields.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";

/**
 * @param {string} code a finding's code, `plugin:NAME` or `folder:PATH`
 * @param {{message: string, before: ?string}} about what was found, and the reason for which it was waived in a test
 */
export function askToWaive(code, { message, before }) {
  const reason = h("input", { type: "text", name: "reason", maxlength: 1000, autocomplete: "off",
    required: true, value: before ?? "" });
  const form = h("form", null,
    field({ label: t("checks.waive-reason"), control: reason, hint: t("checks.waive-reason-hint") }));
  const dialog = sendingDialog({
    title: t("checks.waive-title", { code }),
    content: [h("p", null, h("strong", null, message)),
      before === null ? null : h("p", null, t("checks.waive-again-text")),
      h("p", null, t("checks.waive-text")), form],
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

/** @param {string} code a finding's code, `plugin:NAME` or `folder:PATH` */
export function askToUnwaive(code) {
  sendingDialog({
    title: t("checks.unwaive-title", { code }),
    content: h("p", null, t("checks.unwaive-text")),
    confirm: t("checks.unwaive"),
    send: () => post("/api/checks/waive", { code, waived: false }),
  });
}
