/** What is left of the page when its session has ended: where the new link stands. */

import { h, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/text.js";

export class ExpiredScreen extends HTMLElement {
  connectedCallback() {
    const heading = h("h1", { tabindex: "-1" }, t("expired.title"));
    replace(this, h("main", { class: "lone" },
      h("div", { class: "lone__sign" }, icon("lock")),
      heading,
      h("p", null, t("expired.why")),
      h("ol", { class: "lone__steps" },
        h("li", null, t("expired.step.console")),
        h("li", null, t("expired.step.link")),
        h("li", null, t("expired.step.restart"))),
      h("p", { class: "muted" }, t("expired.safe"))));
    document.title = t("shell.title", { screen: t("expired.title") });
    heading.focus();
  }
}
customElements.define("omt-expired", ExpiredScreen);
