/** Asks before a live upload: it freezes the installation on site (W70). */

import { h } from "../../core/dom.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";
import { consequences } from "./consequences.js";

/** @param {Object} now the state document @param {function(): Promise<*>} start */
export function askStart(now, start) {
  sendingDialog({
    title: t("checklist.start-title"),
    content: [h("p", null, t("checklist.start-text", { owner: now.licence?.owner ?? "" })), consequences(now)],
    wide: true,
    confirm: t("checklist.start-confirm"),
    cancel: t("checklist.start-not"),
    danger: true,
    send: start,
  });
}
