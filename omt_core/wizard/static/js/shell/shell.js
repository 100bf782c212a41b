/** The frame around every screen: header, step bar, main, footer, live regions; or the end of the session. */

import { liveRegions } from "../core/announce.js";
import { onConnection } from "../core/connection.js";
import { h, replace } from "../core/dom.js";
import { onNotice } from "../core/state.js";
import { t } from "../core/text.js";
import { toast } from "../core/toast.js";
import { ExpiredScreen } from "./expired.js";
import { FooterBar } from "./footer-bar.js";
import { HeaderBar } from "./header-bar.js";
import { catchLostFocus } from "./lost-focus.js";
import { MainArea } from "./main-area.js";
import { OfflineBanner } from "./offline-banner.js";
import { watchForNews } from "../screens/tell-me/desktop.js";
import { PlannedBanner } from "../screens/planned-start/banner.js";
import { StepBar } from "./step-bar.js";

export class Shell extends HTMLElement {
  #stops = [];
  #expired = false;
  #main = new MainArea();

  connectedCallback() {
    this.#stops = [
      onConnection((status) => this.#show(status === "expired")),
      onNotice(({ message }) => toast(message)),
      watchForNews(),
      catchLostFocus(() => this.#main.focusHeading()),
    ];
  }

  disconnectedCallback() {
    for (const stop of this.#stops) stop();
  }

  #show(expired) {
    if (this.firstChild && expired === this.#expired) return;
    this.#expired = expired;
    if (expired) replace(this, new ExpiredScreen(), liveRegions());
    else this.#build();
  }

  #build() {
    const main = this.#main;
    const skip = h("a", { class: "skip-link", href: "#main", on: { click: (event) => {
      event.preventDefault(); // The fragment is the page's own routing.
      main.focusHeading();
    } } }, t("shell.skip"));
    replace(this, skip, new HeaderBar(), new OfflineBanner(), new StepBar(), new PlannedBanner(), main, new FooterBar(), liveRegions());
  }
}
customElements.define("omt-shell", Shell);
