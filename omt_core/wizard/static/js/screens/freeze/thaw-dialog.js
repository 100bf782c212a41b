/** Lets users in again after a live upload was stopped or completed (W82). */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";

/** @param {boolean} completed whether the migration is complete: then what users enter from now on is not moved */
export function askThaw(completed) {
  sendingDialog({
    title: t("freeze.thaw-title"),
    content: h("p", null, t(completed ? "freeze.thaw-completed" : "freeze.thaw-stopped")),
    confirm: t("freeze.thaw"),
    danger: completed,
    send: () => post("/api/thaw"),
  });
}
