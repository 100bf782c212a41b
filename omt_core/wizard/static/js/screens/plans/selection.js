/** Which cards are chosen, by clicks and keys as one knows them from lists of files. */
export class Selection {
  /** @type {Set<string>} */ #chosen = new Set();
  /** @type {string | null} where a range begins */ #anchor = null;

  get size() {
    return this.#chosen.size;
  }

  /** @param {string} login */
  has(login) {
    return this.#chosen.has(login);
  }

  /** @returns {string[]} */
  logins() {
    return [...this.#chosen];
  }

  /** @param {string} login */
  only(login) {
    this.#chosen = new Set([login]);
    this.#anchor = login;
  }

  /** @param {string} login */
  toggle(login) {
    if (!this.#chosen.delete(login)) this.#chosen.add(login);
    this.#anchor = login;
  }

  /**
   * Choose everything from where the last choice was made to here; from another column, only this one.
   * @param {string} login @param {string[]} order of the column @param {boolean} keep what is chosen already
   */
  rangeTo(login, order, keep = false) {
    const from = order.indexOf(this.#anchor ?? login);
    const to = order.indexOf(login);
    if (from < 0 || to < 0) {
      this.only(login);
      return;
    }
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.#chosen = new Set(keep ? [...this.#chosen, ...range] : range);
  }

  /** @param {string[]} logins */
  all(logins) {
    this.#chosen = new Set(logins);
  }

  clear() {
    this.#chosen.clear();
    this.#anchor = null;
  }
}
