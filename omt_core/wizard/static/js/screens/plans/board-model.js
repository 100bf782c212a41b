/** The board of user plans without its looks: columns, seats, who may move where (W44-W58). */

/**
 * @typedef {object} Column
 * @property {string} plan its name, "" for those without a plan
 * @property {boolean} known whether the plan exists online, as far as anybody asked; others can only be left
 * @property {number | null} total seats; null where seats are not counted
 * @property {number} used seats, those that others hold included
 * @property {string[]} logins of all who are in it
 * @property {string[]} shown logins of those whom the filter leaves
 *
 * @typedef {{allowed: boolean, moving: string[], free: number}} Judgement
 */

export class BoardModel {
  #store;
  #index;
  #filter = "";
  /** @type {Column[]} */ columns = [];
  /** How many users the filter leaves. */ hits = 0;

  /**
   * @param {import("../../users/user-store.js").UserStore} store
   * @param {import("../../users/filter-index.js").FilterIndex} index
   */
  constructor(store, index) {
    this.#store = store;
    this.#index = index;
    this.arrange();
  }

  get filter() {
    return this.#filter;
  }

  /** @param {string} text */
  setFilter(text) {
    this.#filter = text;
    this.arrange();
  }

  /** Sort everybody into the columns anew, after anything has changed. */
  arrange() {
    const columns = new Map([["", emptyColumn("", true, null, 0)]]);
    for (const plan of this.#store.catalogue ?? []) {
      columns.set(plan.name, emptyColumn(plan.name, true, plan.total, plan.used));
    }
    const found = this.#index.matcher(this.#filter);
    this.hits = 0;
    for (const { login } of this.#store.users) {
      const name = this.#store.assignments.get(login);
      const column = columns.get(name) ?? emptyColumn(name, this.#store.catalogue === null, null, 0);
      columns.set(name, column);
      column.logins.push(login);
      column.used += 1;
      if (found !== null && !found(login)) continue;
      column.shown.push(login);
      this.hits += 1;
    }
    this.columns = [...columns.values()];
  }

  /** @param {string} plan @returns {Column | undefined} */
  column(plan) {
    return this.columns.find((column) => column.plan === plan);
  }

  /** @param {string} login @returns {string} */
  planOf(login) {
    return this.#store.assignments.get(login);
  }

  /** Whether all of these may go there: too few seats refuse them all, so that no one is left out by chance (W55).
   * @param {Iterable<string>} logins @param {string} plan @returns {Judgement} */
  judge(logins, plan) {
    const column = this.column(plan);
    const moving = [...logins].filter((login) => this.planOf(login) !== plan);
    const free = column === undefined ? 0 : freeSeats(column);
    return { allowed: (column?.known ?? false) && moving.length <= free, moving, free };
  }

  /** How many seats online are free for the users of this installation (W45); Infinity without a catalogue. */
  get availableSeats() {
    if (this.#store.catalogue === null) return Infinity;
    return this.#store.catalogue.reduce((sum, plan) => sum + Math.max(0, plan.total - plan.used), 0);
  }

  /** Whether one of the administrators has a plan (W54). */
  get administratorHasPlan() {
    return this.#store.users.some((user) => user.administrator && this.planOf(user.login) !== "");
  }
}

/** @param {Column} column @returns {number} Infinity where seats are not counted */
export function freeSeats(column) {
  return column.total === null ? Infinity : Math.max(0, column.total - column.used);
}

/** @param {Column} column */
export function isOverbooked(column) {
  return column.total !== null && column.used > column.total;
}

/** @param {string} plan @param {boolean} known @param {number | null} total @param {number} used @returns {Column} */
function emptyColumn(plan, known, total, used) {
  return { plan, known, total, used, logins: [], shown: [] };
}
