/** Chooses the one column that is shown on a phone. */

import { h, uniqueId } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t, tn } from "../../core/text.js";
import { columnTitle } from "./column-view.js";

/** Where there is no room for columns side by side: chooses the one that is shown. */
export class PlanChooser {
  #select;
  #texts = "";
  #narrow = matchMedia("(max-width: 40rem)");
  #chosen;

  /** @param {(plan: string | null) => void} chosen null: there is room for all */
  constructor(chosen) {
    this.#chosen = chosen;
    const id = uniqueId("plan-chooser");
    this.#select = h("select", { id, on: { change: () => this.#say() } });
    this.element = h("div", { class: "plan-chooser" },
      h("label", { for: id }, t("plans.chooser")),
      h("span", { class: "select" }, this.#select, icon("chevron_down")));
    this.#narrow.addEventListener("change", this.#say);
  }

  end() {
    this.#narrow.removeEventListener("change", this.#say);
  }

  /** @param {import("./board-model.js").Column[]} columns @param {boolean} filtering */
  show(columns, filtering) {
    const options = columns.map((column) => {
      const hits = filtering ? ` – ${tn("plans.column.hits", column.shown.length)}` : "";
      return { value: column.plan, text: columnTitle(column) + hits };
    });
    const texts = JSON.stringify(options);
    if (texts === this.#texts) return;
    // At first the column of the plan that somebody has: who opens the board wants to see cards.
    const value = this.#texts === "" ? (columns.find((column) => column.shown.length > 0)?.plan ?? "") : this.#select.value;
    this.#texts = texts;
    this.#select.replaceChildren(...options.map((option) => h("option", { value: option.value }, option.text)));
    this.#select.value = options.some((option) => option.value === value) ? value : "";
    this.#say();
  }

  /** Show the column of this plan, where only one is shown. @param {string} plan */
  choose(plan) {
    this.#select.value = plan;
    this.#say();
  }

  #say = () => this.#chosen(this.#narrow.matches ? this.#select.value : null);
}
