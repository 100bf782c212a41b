/** Tells that the tool does not answer, tries again, and goes when it is back. */

import { announce } from "../core/announce.js";
import { get } from "../core/api.js";
import { onConnection } from "../core/connection.js";
import { h, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { state } from "../core/state.js";
import { t } from "../core/text.js";

const AGAIN_AFTER_MS = 2000;

export class OfflineBanner extends HTMLElement {
  #stop = () => {};
  #timer = 0;
  #away = false;

  connectedCallback() {
    this.#stop = onConnection((status) => this.#show(status === "offline"));
  }

  disconnectedCallback() {
    this.#stop();
    clearInterval(this.#timer);
  }

  #show(away) {
    if (this.#away === away) return;
    this.#away = away;
    clearInterval(this.#timer);
    if (!away) {
      replace(this);
      announce(t("shell.offline.back"));
      return;
    }
    if (state()?.screen === "closed") return; // There the tool has ended as it was asked to.
    replace(this, h("div", { class: "offline", role: "alert" }, icon("wifi_off"),
      h("strong", null, t("shell.offline.title")), h("span", null, t("shell.offline.text"))));
    this.#timer = setInterval(() => get("/api/state").catch(() => {}), AGAIN_AFTER_MS);
  }
}
customElements.define("omt-offline", OfflineBanner);
