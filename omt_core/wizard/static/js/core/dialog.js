/** Modal windows on the native `<dialog>`: it traps focus, closes on Escape, and gives focus back to the opener. */

import { h, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

/**
 * @param {{title: string, content: (Node|string|Array), wide: (boolean|undefined), buttons: Array<{label: string,
 *   value: (*|undefined), primary: (boolean|undefined), danger: (boolean|undefined), disabled: (boolean|undefined),
 *   run: (function(): *|undefined)}>}} what a button's `run` may answer, also as a promise, `false`: then the dialog
 *   stays open. A text as content also describes the dialog.
 * @returns {{element: HTMLDialogElement, buttons: HTMLButtonElement[], close: function(*): void,
 *   closed: Promise<*>}} `closed` gives the value of the button, `undefined` after Escape or the cross
 */
export function openDialog({ title, content, wide = false, buttons }) {
  const opener = document.activeElement;
  const heading = uniqueId("dialog-title");
  const body = h("div", { class: "dialog__content", id: uniqueId("dialog-content") }, content);
  const element = h("dialog", {
    class: wide ? "dialog dialog--wide" : "dialog",
    "aria-labelledby": heading,
    "aria-describedby": typeof content === "string" ? body.id : null,
  });
  let answer;
  const close = (value) => {
    answer = value;
    element.close();
  };
  const made = buttons.map((button) => dialogButton(button, close));
  element.append(
    h("header", { class: "dialog__header" },
      h("h2", { id: heading }, title),
      h("button", { type: "button", class: "button button--quiet button--icon", "aria-label": t("dialog.close"),
        on: { click: () => close(undefined) } }, icon("cross"))),
    body,
    h("footer", { class: "dialog__footer" }, made),
  );
  const closed = new Promise((resolve) => {
    element.addEventListener("close", () => {
      element.remove();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      resolve(answer);
    });
  });
  document.body.append(element);
  element.showModal();
  return { element, buttons: made, close, closed };
}

/** Asks yes or no; `danger` marks what cannot be taken back. @returns {Promise<boolean>} */
export async function confirmDialog({ title, text, confirm, cancel = t("dialog.cancel"), danger = false }) {
  const asked = openDialog({
    title,
    content: text,
    buttons: [{ label: cancel, value: false }, { label: confirm, value: true, primary: !danger, danger }],
  });
  return (await asked.closed) === true;
}

function dialogButton({ label, value, primary = false, danger = false, disabled = false, run }, close) {
  const kind = danger ? " button--danger" : primary ? " button--primary" : "";
  const button = h("button", { type: "button", class: `button${kind}`, disabled }, label);
  button.addEventListener("click", async () => {
    if (!run) {
      close(value);
      return;
    }
    button.disabled = true;
    try {
      if ((await run()) !== false) close(value);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}
