/** Product, whose installation this is, test or live, language, settings. */

import { h, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { openWindow } from "../core/screens.js";
import { onState } from "../core/state.js";
import { LANGUAGES, language, t } from "../core/text.js";
import { productMark } from "./product-mark.js";

export class HeaderBar extends HTMLElement {
  #stop = () => {};

  connectedCallback() {
    const identity = h("div", { class: "header__identity" });
    const kind = h("div", { class: "header__kind" });
    replace(this, h("header", { class: "header" },
      h("div", { class: "header__product" }, productMark(), h("span", null, t("shell.product"))),
      identity, kind,
      h("div", { class: "header__tools" }, languageChooser(this), settingsButton())));
    this.#stop = onState((state) => {
      replace(identity, licenceLine(state.licence));
      replace(kind, kindBadge(state));
    });
  }

  disconnectedCallback() {
    this.#stop();
  }
}
customElements.define("omt-header", HeaderBar);

function licenceLine(licence) {
  if (!licence) return null;
  return [h("span", { class: "header__owner", dir: "auto" }, licence.owner),
    h("span", { class: "header__serial" }, t("shell.serial", { serial: licence.serial }))];
}

/** Which kind is decided on Confirm; before that only a recovery has one to show, the earlier run's. */
function kindBadge(state) {
  const undecided = state.mode === "recovery" ? ["welcome", "installation", "confirm"]
    : ["welcome", "installation", "login", "confirm"];
  if (undecided.includes(state.screen) || !state.licence) return null;
  const test = state.kind === "test";
  return h("span", { class: `badge badge--${test ? "info" : "warning"}` },
    icon(test ? "flask" : "cloud"), t(test ? "shell.kind.test" : "shell.kind.live"));
}

function languageChooser(header) {
  const select = h("select", { "aria-label": t("shell.language"), value: language(), on: { change: () => {
    header.dispatchEvent(new CustomEvent("omt-language", { detail: select.value, bubbles: true }));
  } } }, LANGUAGES.map(({ code, name }) => h("option", { value: code, lang: code }, name)));
  return h("span", { class: "select select--quiet" }, icon("globe"), select, icon("chevron_down"));
}

function settingsButton() {
  return h("button", { type: "button", class: "button button--quiet button--icon", "aria-label": t("shell.settings"),
    title: t("shell.settings"), on: { click: () => openWindow("settings") } }, icon("settings"));
}
