/** A notification of the browser when the upload ends, stops, or needs somebody: only where a person asked for it. */

import { h, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { onState } from "../../core/state.js";
import { toast } from "../../core/toast.js";
import { t } from "../../core/text.js";

const KEPT = "omt-tell-me";
const WORTH = { done: "tell-me.done", failed: "tell-me.failed", stopped: "tell-me.stopped" };

/** The button that asks; what it is set to lasts as long as the browser's tab. */
export function tellMeButton({ small = false } = {}) {
  const words = h("span");
  const button = h("button", { type: "button", class: small ? "button button--small" : "button", on: { click: toggle } }, icon("mail"), words);
  show();
  button.hidden = !("Notification" in window);
  return button;

  async function toggle() {
    const wanted = !asked();
    if (wanted && (await Notification.requestPermission()) !== "granted") {
      toast(t("tell-me.refused"));
      return;
    }
    sessionStorage.setItem(KEPT, wanted ? "yes" : "");
    show();
  }

  function show() {
    button.setAttribute("aria-pressed", String(asked()));
    setText(words, t(asked() ? "tell-me.on" : "tell-me.ask"));
  }
}

/** Watches the state for as long as the page lives. @returns {function(): void} stops it */
export function watchForNews() {
  let before = null;
  return onState((now) => {
    const news = before && asked() ? newsOf(before, now) : null;
    before = { upload: now.upload.state, paused: isPaused(now), stopped: now.planned.not_begun };
    if (news) tell(news);
  });
}

function newsOf(before, now) {
  const run = now.upload.state;
  if (run !== before.upload && WORTH[run]) return WORTH[run];
  if (isPaused(now) && !before.paused) return "tell-me.paused";
  return now.planned.not_begun && !before.stopped ? "tell-me.not-begun" : null;
}

function isPaused({ upload }) {
  return upload.rows.some((row) => row.state === "paused");
}

function tell(key) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  new Notification(t("shell.product"), { body: t(key), tag: "omt" });
}

function asked() {
  return sessionStorage.getItem(KEPT) === "yes";
}
