/** Shows the element of the screen, changes it when another is named, and moves focus to its heading then. */

import { announce, hush } from "../core/announce.js";
import { h, replace, setAttribute } from "../core/dom.js";
import { setFooter } from "../core/footer.js";
import { failed, loading } from "../core/placeholder.js";
import { makeScreen, prepareScreen, screenToShow } from "../core/screens.js";
import { onState, state } from "../core/state.js";
import { t } from "../core/text.js";

const OPERABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']";

export class MainArea extends HTMLElement {
  #stop = () => {};
  #main = h("main", { id: "main", class: "main" }, loading());
  #wanted = null;

  connectedCallback() {
    replace(this, this.#main);
    const show = () => this.#show();
    window.addEventListener("hashchange", show);
    window.addEventListener("popstate", show);
    const stopState = onState(() => {
      this.#show();
      this.#letKeysScroll();
    });
    this.#stop = () => {
      stopState();
      window.removeEventListener("hashchange", show);
      window.removeEventListener("popstate", show);
    };
  }

  disconnectedCallback() {
    this.#stop();
    setFooter({ primary: null, previous: null });
  }

  focusHeading() {
    const heading = this.#main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  async #show() {
    if (!state()) return;
    const name = screenToShow(state());
    if (name === this.#wanted) return;
    const first = this.#wanted === null;
    this.#wanted = name;
    try {
      const element = await makeScreen(name);
      if (this.#wanted === name && this.isConnected) this.#place(name, element, first);
    } catch (failure) {
      if (this.#wanted === name) this.#fail(failure);
    }
  }

  #place(name, element, first) {
    setFooter({ primary: null, previous: null });
    hush();
    document.body.classList.toggle("fills", element.constructor.fill === true);
    this.#main.dataset.screen = name;
    replace(this.#main, element);
    this.#letKeysScroll();
    // It is shown when the tool has ended and answers no more; where this fails, the next screen tries again.
    prepareScreen("closed").catch(() => {});
    const title = this.#main.querySelector("h1")?.textContent ?? "";
    document.title = title ? t("shell.title", { screen: title }) : t("shell.product");
    if (first) return;
    this.scrollTop = 0;
    this.focusHeading();
    announce(title);
  }

  /** What scrolls must be reached by the keyboard: where nothing in it can be focused, it is itself. */
  #letKeysScroll() {
    setAttribute(this, "tabindex", this.#main.querySelector(OPERABLE) ? null : "0");
  }

  #fail(failure) {
    const again = () => {
      this.#wanted = null;
      this.#show();
    };
    document.title = t("shell.product");
    replace(this.#main, failed({
      code: "", message: t("error.screen"), remedy: failure instanceof Error ? failure.message : "",
    }, again));
  }
}
customElements.define("omt-main", MainArea);
