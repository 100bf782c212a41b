/** A bar at the upper edge that tells what was just done, and may take it back. One at a time. */

import { announce } from "./announce.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

const SHOWN_MS = 10000;
let shown = null;
let timer = 0;

/**
 * @param {string} text
 * @param {{undo: (function(): *|undefined), undoLabel: (string|undefined)}} options while focus or the pointer is on
 *   the bar it stays; whoever offers `undo` here offers it elsewhere on the page too, since the bar goes
 */
export function toast(text, { undo, undoLabel = t("toast.undo") } = {}) {
  dismissToast();
  const on = { pointerenter: stay, pointerleave: leave, focusin: stay, focusout: leave };
  shown = h("section", { class: "toast", "aria-label": t("notice.info"), on },
    h("span", null, text),
    undo ? h("button", { type: "button", class: "button button--quiet", on: { click: () => {
      dismissToast();
      undo();
    } } }, icon("undo"), undoLabel) : null,
    h("button", { type: "button", class: "button button--quiet button--icon", "aria-label": t("toast.dismiss"),
      on: { click: dismissToast } }, icon("cross")));
  document.body.append(shown);
  announce(text);
  leave();
}

export function dismissToast() {
  stay();
  shown?.remove();
  shown = null;
}

function stay() {
  clearTimeout(timer);
}

function leave() {
  timer = setTimeout(dismissToast, SHOWN_MS);
}
