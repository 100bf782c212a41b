/** Stands on every page while a start is planned, with the time left, or after one that did not come to be. */

import { post } from "../../core/api.js";
import { h, replace, setText } from "../../core/dom.js";
import { ErrorPlace } from "../../core/error-place.js";
import { icon } from "../../core/icons.js";
import { onState } from "../../core/state.js";
import { dateTime, duration, t } from "../../core/text.js";
import { tellMeButton } from "../tell-me/desktop.js";

export class PlannedBanner extends HTMLElement {
  #stop = () => {};
  #timer = 0;
  #shown = "";
  #at = null;
  #left = h("span", { class: "planned__left", role: "timer" });
  #errors = new ErrorPlace();

  connectedCallback() {
    this.#stop = onState(({ planned, screen }) => this.#show(screen === "closed" ? {} : planned));
    this.#timer = setInterval(() => this.#count(), 1000);
  }

  disconnectedCallback() {
    this.#stop();
    clearInterval(this.#timer);
  }

  #show({ at = null, not_begun: stopped = null, lost = null }) {
    const said = JSON.stringify([at, stopped, lost]);
    if (said === this.#shown) return;
    this.#shown = said;
    this.#at = at ? new Date(at) : null;
    this.#count();
    if (at) this.#say("clock", "planned.at", at, "planned.at-text", "planned.cancel");
    else if (stopped) {
      this.#say("warning", "planned.not-begun", stopped, "planned.not-begun-text", "planned.understood");
    } else if (lost) this.#say("warning", "planned.lost", lost, "planned.lost-text", "planned.understood");
    else replace(this);
  }

  #say(drawing, title, moment, text, button) {
    replace(this, h("section", { class: "planned", "aria-label": t("planned.later") }, icon(drawing),
      h("div", { class: "planned__words" }, h("div", { role: "status" },
        h("p", null, h("strong", null, t(title, { moment: dateTime(moment) }))), h("p", null, t(text))),
        this.#at ? this.#left : null), // Outside of what is read out: it changes each second.
      h("button", { type: "button", class: "button button--small",
        on: { click: () => this.#errors.run(() => post("/api/upload/plan/cancel")) } }, t(button)),
      this.#at ? tellMeButton({ small: true }) : null),
    this.#errors.element);
  }

  #count() {
    if (!this.#at) return;
    setText(this.#left, t("planned.left", { time: duration((this.#at - Date.now()) / 1000) }));
  }
}
customElements.define("omt-planned", PlannedBanner);
