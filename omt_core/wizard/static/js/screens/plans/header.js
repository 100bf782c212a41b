/** What stands above the board. Source: crm.md W44, W45, W54. */

import { h, replace, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { number, t, tn } from "../../core/text.js";

/** What stands above the board: what to do (W44), the counter line (W45), and the rule that one must know (W54). */
export class PlansHeader {
  #counter = h("p", { class: "plans-counter" });
  #administrators = h("p", { class: "plans-rule" });
  #ruleKept = /** @type {boolean | null} */ (null);

  element = h("header", { class: "window-header" },
    h("div", { class: "window-header__row" }, h("h1", { tabindex: "-1" }, t("plans.title")), this.#administrators,
      this.#counter),
    h("p", null, h("strong", null, t("plans.instruction")), " ", t("plans.withoutPlan")));

  /**
   * @param {import("../../users/user-store.js").UserStore} store
   * @param {import("./board-model.js").BoardModel} model
   */
  show(store, model) {
    setText(this.#counter, counterLine(store, model));
    const kept = model.administratorHasPlan;
    if (kept === this.#ruleKept) return;
    this.#ruleKept = kept;
    this.#administrators.classList.toggle("plans-rule--broken", !kept);
    replace(this.#administrators, icon(kept ? "check" : "warning"),
      h("span", null, t(kept ? "plans.rule.kept" : "plans.rule.broken")));
  }
}

/**
 * "30 On-Site Users → 30 Available User Plans in Online".
 * @param {import("../../users/user-store.js").UserStore} store
 * @param {import("./board-model.js").BoardModel} model
 */
function counterLine(store, model) {
  const users = tn("plans.counter.users", store.users.length);
  const seats = model.availableSeats;
  if (seats === Infinity) return users;
  return t("plans.counter", { users, plans: tn("plans.counter.plans", seats, { count: number(seats) }) });
}
