/** What a person can do on the board: move, remove all, undo, redo, take a spreadsheet. */

import { confirmDialog } from "../../core/dialog.js";
import { number, t, tn } from "../../core/text.js";
import { toast } from "../../core/toast.js";
import { History } from "../../users/history.js";
import { columnTitle } from "./column-view.js";

/** What a person can do on the board. Each act changes the store, can be undone, and is said. */
export class BoardActs {
  #store;
  #model;
  history = new History();
  /** @type {Map<string, string>} why the server took a user's change back, until the next one */ refusals = new Map();

  /**
   * @param {import("../../users/user-store.js").UserStore} store
   * @param {import("./board-model.js").BoardModel} model
   */
  constructor(store, model) {
    this.#store = store;
    this.#model = model;
    store.addEventListener("refused", (event) => this.#putBack(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {string[]} logins @param {string} plan @returns {boolean} whether they moved; if not, why was said */
  move(logins, plan) {
    const { allowed, moving, free } = this.#model.judge(logins, plan);
    if (moving.length === 0) return false;
    if (!allowed) {
      toast(t("plans.refused.seats", { plan, free: number(free), users: number(moving.length) }));
      return false;
    }
    this.#record(moving, () => plan);
    toast(this.#said(moving, plan), { undo: () => this.undo() });
    return true;
  }

  /** W46. Asks before. */
  async removeAll() {
    const having = [...this.#store.assignments.snapshot().keys()];
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
    this.#record(having, () => "");
    toast(tn("plans.removeAll.done", having.length), { undo: () => this.undo() });
  }

  undo() {
    this.#again(this.history.undo(), "plans.undone");
  }

  redo() {
    this.#again(this.history.redo(), "plans.redone");
  }

  /** Take a spreadsheet's text; its changes are one step that can be undone. @param {string} text */
  async importCsv(text) {
    const { before, after } = await this.#store.importCsv(text);
    const logins = [...new Set([...before.keys(), ...after.keys()])];
    const step = logins
      .map((login) => ({ login, before: before.get(login) ?? "", after: after.get(login) ?? "" }))
      .filter((one) => one.before !== one.after);
    this.history.record(step);
    toast(tn("users.csv.done", step.length), step.length > 0 ? { undo: () => this.undo() } : {});
  }

  /** @param {string[]} logins @param {(login: string) => string} planFor */
  #record(logins, planFor) {
    const step = logins.map((login) => ({ login, before: this.#model.planOf(login), after: planFor(login) }));
    this.history.record(step.filter((one) => one.before !== one.after));
    this.#change(step.map(({ login, after }) => [login, after]));
  }

  /** @param {Array<[string, string]>} changes @param {string} key */
  #again(changes, key) {
    if (changes.length === 0) return;
    this.#change(changes);
    toast(tn(key, changes.length));
  }

  /** @param {Array<[string, string]>} changes */
  #change(changes) {
    for (const [login] of changes) this.refusals.delete(login);
    this.#store.change(changes);
  }

  /** @param {{logins: string[], reasons: Record<string, string>, error: any}} refused */
  #putBack({ logins, reasons, error }) {
    this.history.forget(logins);
    for (const login of logins) this.refusals.set(login, reasons[login]);
    const said = tn("plans.refused.server", logins.length, { reason: reasons[logins[0]] });
    toast([said, error?.remedy].filter(Boolean).join(" "));
  }

  /** @param {string[]} logins @param {string} plan */
  #said(logins, plan) {
    const column = this.#model.column(plan);
    const target = column === undefined ? plan : columnTitle(column);
    if (logins.length > 1) return tn("plans.moved", logins.length, { target });
    return tn("plans.moved", 1, { target, name: this.#store.byLogin.get(logins[0])?.full_name || logins[0] });
  }
}
