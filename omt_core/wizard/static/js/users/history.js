/**
 * @typedef {Array<{login: string, before: string, after: string}>} Step what one act of the person changed
 */

/** Undo and redo. It knows what was done, not how: its steps are changes that somebody else makes. */
export class History {
  /** @type {Step[]} */ #done = [];
  /** @type {Step[]} */ #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** @param {Step} step */
  record(step) {
    if (step.length === 0) return;
    this.#done.push(step);
    this.#undone = [];
  }

  /** @returns {Array<[string, string]>} the changes that undo the newest step */
  undo() {
    const step = this.#done.pop();
    if (step === undefined) return [];
    this.#undone.push(step);
    return step.map(({ login, before }) => [login, before]);
  }

  /** @returns {Array<[string, string]>} */
  redo() {
    const step = this.#undone.pop();
    if (step === undefined) return [];
    this.#done.push(step);
    return step.map(({ login, after }) => [login, after]);
  }

  /** These users' changes never came to be: nothing of theirs can be undone. @param {Iterable<string>} logins */
  forget(logins) {
    const gone = new Set(logins);
    const without = (/** @type {Step[]} */ steps) =>
      steps.map((step) => step.filter(({ login }) => !gone.has(login))).filter((step) => step.length > 0);
    this.#done = without(this.#done);
    this.#undone = without(this.#undone);
  }

  clear() {
    this.#done = [];
    this.#undone = [];
  }
}
