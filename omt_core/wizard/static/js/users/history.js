/**
 * @typedef {Array<{login: string, before: string, after: string}>} Step what one act of the person changed
 * @typedef {{done: Step[], undone: Step[]}} Steps the newest last
 */

/** So many acts can be undone: they are kept for a reload, and what a browser keeps for a page has an end. */
const MOST = 100;

/** Undo and redo. It knows what was done, not how: its steps are changes that somebody else makes. */
export class History {
  /** @type {Step[]} */ #done;
  /** @type {Step[]} */ #undone;
  #keep;

  /**
   * @param {Steps} [before] what is known of before a reload
   * @param {(steps: Steps) => void} [keep] told of every change
   */
  constructor(before = { done: [], undone: [] }, keep = () => {}) {
    this.#done = before.done;
    this.#undone = before.undone;
    this.#keep = keep;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** @param {Step} step */
  record(step) {
    if (step.length === 0) return;
    this.#set([...this.#done, step].slice(-MOST), []);
  }

  /** @returns {Array<[string, string]>} the changes that undo the newest step */
  undo() {
    const step = this.#done.at(-1);
    if (step === undefined) return [];
    this.#set(this.#done.slice(0, -1), [...this.#undone, step]);
    return step.map(({ login, before }) => [login, before]);
  }

  /** @returns {Array<[string, string]>} */
  redo() {
    const step = this.#undone.at(-1);
    if (step === undefined) return [];
    this.#set([...this.#done, step], this.#undone.slice(0, -1));
    return step.map(({ login, after }) => [login, after]);
  }

  /** These users' changes never came to be: nothing of theirs can be undone. @param {Iterable<string>} logins */
  forget(logins) {
    const gone = new Set(logins);
    const without = (/** @type {Step[]} */ steps) =>
      steps.map((step) => step.filter(({ login }) => !gone.has(login))).filter((step) => step.length > 0);
    this.#set(without(this.#done), without(this.#undone));
  }

  /** @param {Step[]} done @param {Step[]} undone */
  #set(done, undone) {
    this.#done = done;
    this.#undone = undone;
    this.#keep({ done, undone });
  }
}
