/** Lets users in again after a live upload was stopped or completed (W82). */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";

const TEXTS = {
  stopped: "freeze.thaw-stopped", importing: "freeze.thaw-importing", completed: "freeze.thaw-completed",
};

/** @param {"stopped" | "importing" | "completed"} state of the migration: only while it is stopped can nothing be lost */
export function askThaw(state) {
  sendingDialog({
    title: t("freeze.thaw-title"),
    content: h("p", null, t(TEXTS[state])),
    confirm: t("freeze.thaw"),
    danger: state !== "stopped",
    send: () => post("/api/thaw"),
  });
}
