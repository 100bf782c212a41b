/** Pause, resume, limit the rate, cancel: what is possible now can be pressed, the rest is away. */

import { post } from "../../core/api.js";
import { h, replace, setAttribute, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";
import { askCancel } from "./cancel-dialog.js";
import { askLimit } from "./limit-dialog.js";

const TOGGLE = { paused: "upload.resume", pausing: "upload.pausing" };

export class RunButtons {
  #now = null;

  /** @param {import("../../core/error-place.js").ErrorPlace} errors where refusals are said */
  constructor(errors) {
    this.errors = errors;
    this.toggleWords = h("span");
    this.toggleIcon = h("span", { class: "run-buttons__icon", "aria-hidden": "true" });
    this.toggle = this.#button(() => this.#toggle(), this.toggleIcon, this.toggleWords);
    this.limit = this.#button(() => askLimit(this.#now.upload.limit), icon("gauge"), t("upload.limit-button"));
    this.cancel = this.#button(() => askCancel(this.#now), icon("stop"), t("upload.cancel"));
    this.element = h("div", { class: "toolbar run-buttons", role: "group", "aria-label": t("upload.actions") },
      this.toggle, this.limit, this.cancel);
  }

  /** @param {Object} now the state document */
  show(now) {
    const before = this.#now?.upload.state;
    this.#now = now;
    const run = now.upload.state;
    if (run === before) return;
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const under = run === "running" || run === "pausing" || run === "paused" || run === "stopping";
    this.toggle.hidden = !under || run === "stopping";
    this.cancel.hidden = !under;
    this.limit.hidden = run === "done";
    setBusy(this.toggle, run === "pausing");
    setBusy(this.cancel, run === "stopping");
    setText(this.toggleWords, t(TOGGLE[run] ?? "upload.pause"));
    replace(this.toggleIcon, icon(run === "paused" ? "play" : "pause"));
    if (focused?.hidden) this.limit.focus();
  }

  #button(run, ...content) {
    const button = h("button", { type: "button", class: "button", on: { click: () => {
      if (button.getAttribute("aria-busy") !== "true") run();
    } } }, h("span", { class: "spinner", "aria-hidden": "true" }), content);
    return button;
  }

  async #toggle() {
    setBusy(this.toggle, true);
    const what = this.#now.upload.state === "paused" ? "start" : "pause";
    await this.errors.run(() => post(`/api/upload/${what}`));
    setBusy(this.toggle, this.#now.upload.state === "pausing");
  }
}

/** A busy button keeps the focus; it is not disabled, but pressing it does nothing. */
function setBusy(button, busy) {
  setAttribute(button, "aria-busy", busy ? "true" : null);
}
