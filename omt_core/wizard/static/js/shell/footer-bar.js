/** Documentation at left, Previous and the primary button at right. Source: crm.md W4-W6. */

import { post } from "../core/api.js";
import { h, replace, setAttribute, setText, uniqueId } from "../core/dom.js";
import { onFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { t } from "../core/text.js";

const DOCUMENTATION = "https://docs.superoffice.com/en/online/migrate/";

export class FooterBar extends HTMLElement {
  #stop = () => {};
  #footer = { primary: null, previous: null };
  #running = false;

  connectedCallback() {
    const previousLabel = h("span");
    const previous = h("button", { type: "button", class: "button", on: { click: () => this.#previous() } },
      icon("arrow_left"), previousLabel);
    const label = h("span");
    const reason = h("span", { class: "footer__reason", id: uniqueId("reason") });
    const primary = h("button", { type: "button", class: "button button--primary button--next",
      on: { click: () => this.#primary() } }, h("span", { class: "spinner", "aria-hidden": "true" }), label);
    replace(this, h("footer", { class: "footer" },
      h("a", { class: "footer__link", href: DOCUMENTATION, target: "_blank", rel: "noopener noreferrer" },
        h("span", null, t("shell.documentation")), icon("external", { label: t("shell.newWindow") })),
      h("div", { class: "footer__buttons" }, reason, previous, primary)));
    this.#stop = onFooter((footer) => {
      this.#footer = footer;
      previous.hidden = !footer.previous;
      previous.disabled = Boolean(footer.previous?.disabled);
      previousLabel.textContent = footer.previous?.label ?? t("shell.previous");
      primary.hidden = !footer.primary;
      primary.disabled = Boolean(footer.primary?.disabled);
      setAttribute(primary, "aria-busy", footer.primary?.busy ? "true" : null);
      primary.type = footer.primary?.form ? "submit" : "button";
      setAttribute(primary, "form", footer.primary?.form);
      label.textContent = footer.primary?.label ?? "";
      setText(reason, footer.primary?.reason ?? "");
      reason.hidden = !footer.primary?.reason;
      setAttribute(primary, "aria-describedby", footer.primary?.reason ? reason.id : null);
    });
  }

  disconnectedCallback() {
    this.#stop();
  }

  /** A busy button keeps focus and is not disabled, so pressing it again must do nothing. */
  #primary() {
    const { primary } = this.#footer;
    if (primary?.run && !primary.busy) this.#once(primary.run);
  }

  #previous() {
    const { previous } = this.#footer;
    this.#once(previous?.run ?? (() => post("/api/previous").catch(() => {})));
  }

  async #once(run) {
    if (this.#running) return;
    this.#running = true;
    try {
      await run();
    } finally {
      this.#running = false;
    }
  }
}
customElements.define("omt-footer", FooterBar);
