/** Pause, limit the rate, cancel: what is possible now can be pressed, the rest is away. Resuming has larger buttons. */

import { post } from "../../core/api.js";
import { h, setAttribute, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";
import { tellMeButton } from "../tell-me/desktop.js";
import { askCancel } from "./cancel-dialog.js";
import { askLimit } from "./limit-dialog.js";

export class RunButtons {
  #now = null;

  /** @param {import("../../core/error-place.js").ErrorPlace} errors where refusals are said */
  constructor(errors) {
    this.errors = errors;
    this.pauseWords = h("span");
    this.pause = this.#button(() => this.#pause(), icon("pause"), this.pauseWords);
    this.limit = this.#button(() => askLimit(this.#now.upload), icon("gauge"), t("upload.limit-button"));
    this.cancel = this.#button(() => askCancel(this.#now), icon("stop"), t("upload.cancel"));
    this.element = h("div", { class: "toolbar run-buttons", role: "group", "aria-label": t("upload.actions") },
      this.pause, this.limit, this.cancel, tellMeButton());
  }

  /** @param {Object} now the state document */
  show(now) {
    const before = this.#now?.upload.state;
    this.#now = now;
    const run = now.upload.state;
    if (run === before) return;
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const under = run === "running" || run === "pausing" || run === "paused" || run === "stopping";
    this.pause.hidden = run !== "running" && run !== "pausing";
    this.cancel.hidden = !under;
    this.limit.hidden = run === "done";
    setBusy(this.pause, run === "pausing");
    setBusy(this.cancel, run === "stopping");
    setText(this.pauseWords, t(run === "pausing" ? "upload.pausing" : "upload.pause"));
    if (focused?.hidden) this.focus();
  }

  /** Goes on with a paused upload. */
  async resume() {
    await this.errors.run(() => post("/api/upload/start"));
  }

  /** Gives focus to the first that can be pressed. */
  focus() {
    [this.pause, this.limit].find((button) => !button.hidden)?.focus();
  }

  #button(run, ...content) {
    const button = h("button", { type: "button", class: "button", on: { click: () => {
      if (button.getAttribute("aria-busy") !== "true") run();
    } } }, h("span", { class: "spinner", "aria-hidden": "true" }), content);
    return button;
  }

  async #pause() {
    setBusy(this.pause, true);
    await this.errors.run(() => post("/api/upload/pause"));
    setBusy(this.pause, this.#now.upload.state === "pausing");
  }
}

/** A busy button keeps the focus; it is not disabled, but pressing it does nothing. */
function setBusy(button, busy) {
  setAttribute(button, "aria-busy", busy ? "true" : null);
}
