/** What a person does in a window of the checklist, so that it can be undone: changes, undo, redo, a spreadsheet. */

import { t, tn } from "../core/text.js";
import { toast } from "../core/toast.js";
import { History } from "./history.js";
import { keepSteps, stepsOf } from "./opening.js";

/** Each act changes the store, is one step that can be undone, and is said. */
export class UserActs {
  #words;
  store;
  history;

  /**
   * @param {import("./user-store.js").UserStore} store
   * @param {{undone: string, redone: string, changed?: (logins: string[]) => void}} words keys of what is said, by how
   *   many users; `changed` is told whom an undo or a redo has changed
   */
  constructor(store, words) {
    this.store = store;
    this.#words = words;
    this.history = new History(stepsOf(store.kind), (steps) => keepSteps(store.kind, steps));
    store.addEventListener("refused", (event) =>
      this.history.forget(/** @type {CustomEvent} */ (event).detail.logins));
  }

  /** One step of the person's. @param {Array<[string, string]>} changes */
  change(changes) {
    this.history.record(changes
      .map(([login, after]) => ({ login, before: this.store.assignments.get(login), after }))
      .filter((one) => one.before !== one.after));
    this.put(changes);
  }

  /** Without a step of its own. @param {Array<[string, string]>} changes */
  put(changes) {
    this.store.change(changes);
  }

  undo() {
    this.#again(this.history.undo(), this.#words.undone);
  }

  redo() {
    this.#again(this.history.redo(), this.#words.redone);
  }

  /** Take a spreadsheet's text; its changes are one step that can be undone. @param {string} text */
  async importCsv(text) {
    const { before, after } = await this.store.importCsv(text);
    const step = [...new Set([...before.keys(), ...after.keys()])]
      .map((login) => ({ login, before: before.get(login) ?? "", after: after.get(login) ?? "" }))
      .filter((one) => one.before !== one.after);
    this.history.record(step);
    toast(tn("users.csv.done", step.length), step.length > 0 ? { undo: () => this.undo() } : {});
  }

  /** @param {Array<[string, string]>} changes @param {string} key */
  #again(changes, key) {
    if (changes.length === 0) return;
    this.put(changes);
    const [[login]] = changes;
    toast(tn(key, changes.length, { name: this.store.byLogin.get(login)?.full_name || login }));
    this.#words.changed?.(changes.map(([changed]) => changed));
  }
}

/**
 * Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z. In a field where something is typed that is not kept yet, they are the browser's.
 * @param {KeyboardEvent} event @param {UserActs} acts
 */
export function onUndoKey(event, acts) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]") !== null) return;
  if (event.target instanceof Element && isTypedIn(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) acts.undo();
  else if (key === "y" || key === "z") acts.redo();
  else return;
  event.preventDefault();
}

/** @param {Element} target */
function isTypedIn(target) {
  const field = target.closest("input:not([type=checkbox]), textarea");
  return field instanceof HTMLInputElement ? field.value !== field.dataset.stored : field !== null;
}
