/** The list of what the rules found about users. */

import { h, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t, tn } from "../core/text.js";

const SIGNS = { error: "warning", warning: "warning", info: "info" };
const ORDER = ["error", "warning", "info"];

/** What the rules say, in a list that opens and closes; each can show whom it is about. */
export class FindingsPanel {
  #summary = h("summary", { class: "user-findings__summary arrowed" });
  #list = h("ul", { class: "user-findings__list", role: "list" });
  #show;
  #known;
  /** @type {unknown} */ #shown = null;

  /**
   * @param {{isUser: (subject: string) => boolean, show: (logins: string[]) => void}} does what a subject is, and what
   *   the button of a finding does
   */
  constructor({ isUser, show }) {
    this.#known = isUser;
    this.#show = show;
    this.element = h("details", { class: "user-findings", hidden: true }, this.#summary, this.#list);
  }

  /** @param {import("./user-store.js").Finding[]} findings */
  show(findings) {
    if (findings === this.#shown) return;
    this.#shown = findings;
    const sorted = [...findings].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
    this.element.hidden = sorted.length === 0;
    replace(this.#summary, ...ORDER.map((severity) => {
      const count = sorted.filter((finding) => finding.severity === severity).length;
      if (count === 0) return null;
      return h("span", { class: `badge badge--${severity === "error" ? "danger" : severity}` },
        icon(SIGNS[severity]), tn(`users.findings.${severity}`, count));
    }), h("span", { class: "user-findings__first", "aria-hidden": "true" }, sorted[0]?.message ?? ""));
    replace(this.#list, ...sorted.map((finding) => this.#item(finding)));
  }

  /** Open it and give it the focus. */
  focus() {
    this.element.open = true;
    this.#summary.focus();
  }

  /** @param {import("./user-store.js").Finding} finding */
  #item(finding) {
    const about = finding.subjects.filter(this.#known);
    return h("li", { class: `user-findings__item user-findings__item--${finding.severity}` },
      icon(SIGNS[finding.severity], { label: t(`users.severity.${finding.severity}`) }),
      h("span", { class: "user-findings__text" },
        h("span", { class: "user-findings__message" }, finding.message), h("span", { class: "muted" }, finding.remedy)),
      about.length === 0 ? null : h("button", {
        type: "button", class: "button button--quiet button--small", on: { click: () => this.#show(about) },
        "aria-label": `${t("users.findings.show")}: ${finding.message}`,
      }, t("users.findings.show")));
  }
}
