/** What a person can do on the board: move, remove all, and what every window of users can. */

import { confirmDialog } from "../../core/dialog.js";
import { number, t, tn } from "../../core/text.js";
import { toast } from "../../core/toast.js";
import { UserActs } from "../../users/user-acts.js";
import { columnTitle } from "./column-view.js";

/** What a person can do on the board. Each act changes the store, can be undone, and is said. */
export class BoardActs extends UserActs {
  #model;
  /** @type {Map<string, string>} why the server took a user's change back, until the next one */ refusals = new Map();

  /**
   * @param {import("../../users/user-store.js").UserStore} store
   * @param {import("./board-model.js").BoardModel} model
   */
  constructor(store, model) {
    super(store, { undone: "plans.undone", redone: "plans.redone" });
    this.#model = model;
    store.addEventListener("refused", (event) => this.#putBack(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {string[]} logins @param {string} plan @returns {boolean} whether they moved; if not, why was said */
  move(logins, plan) {
    const { allowed, moving, free } = this.#model.judge(logins, plan);
    if (moving.length === 0) return false;
    if (!allowed) {
      toast(tn("plans.refused.seats", free, { plan, free: number(free), users: number(moving.length) }));
      return false;
    }
    this.change(moving.map((login) => [login, plan]));
    toast(this.#said(moving, plan), { undo: () => this.undo() });
    return true;
  }

  /** W46. Asks before. */
  async removeAll() {
    const having = [...this.store.assignments.snapshot().keys()];
    if (having.length === 0) {
      toast(t("plans.removeAll.none"));
      return;
    }
    const sure = await confirmDialog({
      title: t("plans.removeAll"),
      text: tn("plans.removeAll.text", having.length),
      confirm: t("plans.removeAll.confirm"),
      danger: true,
    });
    if (!sure) return;
    this.change(having.map((login) => [login, ""]));
    toast(tn("plans.removeAll.done", having.length), { undo: () => this.undo() });
  }

  /** @param {Array<[string, string]>} changes */
  put(changes) {
    for (const [login] of changes) this.refusals.delete(login);
    super.put(changes);
  }

  /** @param {{logins: string[], reasons: Record<string, string>, error: any}} refused */
  #putBack({ logins, reasons, error }) {
    for (const login of logins) this.refusals.set(login, reasons[login]);
    const said = tn("plans.refused.server", logins.length, { reason: reasons[logins[0]] });
    toast([said, error?.remedy].filter(Boolean).join(" "));
  }

  /** @param {string[]} logins @param {string} plan */
  #said(logins, plan) {
    const column = this.#model.column(plan);
    const target = column === undefined ? plan : columnTitle(column);
    if (logins.length > 1) return tn("plans.moved", logins.length, { target });
    return tn("plans.moved", 1, { target, name: this.store.byLogin.get(logins[0])?.full_name || logins[0] });
  }
}
