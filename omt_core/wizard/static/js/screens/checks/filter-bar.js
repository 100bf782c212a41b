/** The filter of the checks: severities with their counts, and free text. */

import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { number, t } from "../../core/text.js";
import { SEVERITIES } from "./severities.js";

export class FilterBar {
  /** What is shown now. @type {import("./finding-groups.js").Filter} */
  filter = { severity: "", text: "" };

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.choices = new Map();
    const group = h("div", { class: "toolbar", role: "group", "aria-label": t("checks.filter-severity") });
    for (const [name, key, drawing] of [
      ["", "checks.all", null],
      ["blocking", "checks.blocking", "stop"],
      ...SEVERITIES.map((one) => [one.name, one.many, one.icon]),
    ]) {
      const count = h("span", { class: "checks-filter__count" });
      const button = h("button",
        { type: "button", class: "button button--quiet toggle", on: { click: () => this.#choose(name) } },
        drawing ? icon(drawing) : null, t(key), count);
      this.choices.set(name, { button, count });
      group.append(button);
    }
    this.search = h("input", {
      type: "search",
      placeholder: t("checks.filter"),
      "aria-label": t("checks.filter"),
      on: { input: () => this.#type() },
    });
    this.element = h("div", { class: "checks-filter no-print" }, group,
      h("span", { class: "search" }, icon("search"), this.search));
    this.#mark();
  }

  /** @param {import("./finding-groups.js").CheckedFinding[]} findings */
  count(findings) {
    const by = { "": findings.length, blocking: 0, error: 0, warning: 0, info: 0 };
    for (const one of findings) {
      by[one.severity] += 1;
      if (one.blocking) by.blocking += 1;
    }
    for (const [name, { count }] of this.choices) count.textContent = number(by[name]);
  }

  /** Shows everything again. */
  clear() {
    this.search.value = "";
    this.filter = { severity: "", text: "" };
    this.#mark();
    this.changed();
  }

  #choose(severity) {
    this.filter = { ...this.filter, severity };
    this.#mark();
    this.changed();
  }

  #type() {
    this.filter = { ...this.filter, text: this.search.value };
    this.changed();
  }

  #mark() {
    for (const [name, { button }] of this.choices) {
      button.setAttribute("aria-pressed", String(name === this.filter.severity));
    }
  }
}
