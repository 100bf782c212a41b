/**
 * What each user has been given (a plan, or a user name): what the server holds, with what is on its way laid over it.
 *
 * A change shows at once. It waits until it is taken for a batch, is then on its way, and ends as what the server
 * answers, which wins over what was asked for.
 */
export class Assignments {
  /** @type {Map<string, string>} */ #confirmed;
  /** @type {Map<string, string>} */ #sent = new Map();
  /** @type {Map<string, string>} */ #waiting = new Map();

  /** @param {Record<string, string>} values by login; who is not in it has nothing */
  constructor(values) {
    this.#confirmed = new Map(Object.entries(values));
  }

  /** @param {string} login @returns {string} "" when nothing is assigned */
  get(login) {
    return this.#waiting.get(login) ?? this.#sent.get(login) ?? this.#confirmed.get(login) ?? "";
  }

  /** @param {Iterable<[string, string]>} changes "" takes away */
  set(changes) {
    for (const [login, value] of changes) this.#waiting.set(login, value);
  }

  /** How many users have a change that the server has not answered yet. */
  get pending() {
    return new Set([...this.#sent.keys(), ...this.#waiting.keys()]).size;
  }

  /** @param {string} login */
  isPending(login) {
    return this.#waiting.has(login) || this.#sent.has(login);
  }

  /** The next batch, which is on its way from now on. @returns {Record<string, string> | null} */
  take() {
    if (this.#waiting.size === 0) return null;
    this.#sent = this.#waiting;
    this.#waiting = new Map();
    return Object.fromEntries(this.#sent);
  }

  /** The batch arrived: `values` is all that the server holds now. @param {Record<string, string>} values */
  confirm(values) {
    this.#confirmed = new Map(Object.entries(values));
    this.#sent = new Map();
  }

  /** The batch did not arrive: it waits again, below what was changed since. */
  putBack() {
    this.#waiting = new Map([...this.#sent, ...this.#waiting]);
    this.#sent = new Map();
  }

  /** The batch was refused as a whole. @returns {string[]} whose changes those were */
  drop() {
    const logins = [...this.#sent.keys()];
    this.#sent = new Map();
    return logins;
  }

  /** A copy of everything that is assigned, to compare with or to go back to. @returns {Map<string, string>} */
  snapshot() {
    const all = new Map([...this.#confirmed, ...this.#sent, ...this.#waiting]);
    for (const [login, value] of all) if (value === "") all.delete(login);
    return all;
  }

  /**
   * The changes that lead from here to `wanted`.
   * @param {Map<string, string>} wanted @returns {Array<[string, string]>}
   */
  changesTo(wanted) {
    const logins = new Set([...this.snapshot().keys(), ...wanted.keys()]);
    return [...logins]
      .map((login) => /** @type {[string, string]} */ ([login, wanted.get(login) ?? ""]))
      .filter(([login, value]) => this.get(login) !== value);
  }
}
