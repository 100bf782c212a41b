/** Asks before an upload is cancelled: it can be gone on with, and on a live one users may be let in meanwhile. */

import { post } from "../../core/api.js";
import { h, uniqueId } from "../../core/dom.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";

/** @param {Object} now the state document */
export function askCancel(now) {
  const users = now.frozen ? thawChoice() : null;
  sendingDialog({
    title: t("upload.cancel-title"),
    content: [h("p", null, t("upload.cancel-text")), users],
    confirm: t("upload.cancel-confirm"),
    cancel: t("upload.cancel-not"),
    danger: true,
    send: () => post("/api/upload/cancel", { thaw: users?.querySelector("[value=thaw]").checked ?? false }),
  });
}

function thawChoice() {
  return h("fieldset", { class: "choices" },
    h("legend", null, t("upload.cancel-users")),
    choice("keep", "upload.cancel-keep", "upload.cancel-keep-hint", true),
    choice("thaw", "upload.cancel-thaw", "upload.cancel-thaw-hint", false));
}

function choice(value, title, text, checked) {
  const id = uniqueId("thaw");
  return h("div", { class: "choice" },
    h("input", { type: "radio", id, name: "thaw", value, checked, "aria-describedby": `${id}-text` }),
    h("label", { class: "choice__title", for: id }, t(title)),
    h("div", { class: "choice__text", id: `${id}-text` }, t(text)));
}
