/** What the grid of user names shows: rows, problems, offers, order. */

import { FilterIndex } from "../../users/filter-index.js";
import { companyDomains, offersFor, spelling } from "./addresses.js";

/** The two rules that have a sign and words of their own. @type {Record<string, ProblemKind>} */
const KINDS = { "user-name-duplicate": "duplicate", "user-name-taken-elsewhere": "taken" };

/**
 * @typedef {"duplicate" | "taken" | "finding"} ProblemKind
 * @typedef {{key: string, login: string, kind: ProblemKind, others: string[], message: string, remedy: string}} Problem
 *   `message` is the server's, "" where the page says it in its own words
 * @typedef {{user: import("../../users/user-store.js").User, name: string, plan: string, pending: boolean,
 *   problems: Problem[], offers: string[]}} Row
 * @typedef {"id" | "login" | "administrator" | "full_name" | "user_name" | "problem" | "company" | "group" | "role" |
 *   "plan"} ColumnName
 */

/** The grid of user names without its looks (W59-W68). */
export class GridModel {
  #store;
  #index;
  #domains;
  #filter = "";
  #order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  /** @type {{column: ColumnName, descending: boolean}} */ sorting = { column: "login", descending: false };
  /** Whether users without a plan are listed too (W67). */ withoutPlan = false;
  /** @type {Row[]} */ #all = [];
  /** @type {Map<string, Row>} */ #byLogin = new Map();
  /** @type {Row[]} those listed: filtered, sorted */ rows = [];
  /** @type {Problem[]} of all rows, in the order of the initials */ problems = [];
  /** How many could be listed if nothing was filtered. */ listed = 0;
  /** @type {Map<string, string[]>} logins by the spelling of the user name */ #holders = new Map();
  /** @type {Set<string>} */ #taken = new Set();

  /** @param {import("../../users/user-store.js").UserStore} store */
  constructor(store) {
    this.#store = store;
    this.#index = new FilterIndex(store.users, (user) => [
      String(user.id), user.login, user.full_name, user.company, user.group, user.role,
    ]);
    this.#domains = companyDomains(store.users);
    this.judge();
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

  /** @param {ColumnName} column sorts by it; a second time, backwards */
  sortBy(column) {
    const descending = this.sorting.column === column && !this.sorting.descending;
    this.sorting = { column, descending };
    this.arrange();
  }

  /**
   * Look at everybody anew, after anything has changed. Rows stay where they are: who has just corrected one must not
   * lose sight of it because it now sorts or filters differently.
   */
  judge() {
    const names = this.#store.assigned.user_names;
    this.#taken = new Set(this.#store.taken.map(spelling));
    this.#holders = new Map();
    const current = this.#store.users.map((user) => ({
      user,
      name: names.get(user.login),
      plan: this.#store.assigned.plans.get(user.login),
    }));
    for (const { user, name, plan } of current) {
      if (plan === "" || name.trim() === "") continue;
      const form = spelling(name);
      const holders = this.#holders.get(form);
      if (holders === undefined) this.#holders.set(form, [user.login]);
      else holders.push(user.login);
    }
    const found = this.#findings();
    this.#all = current.map((one) => this.#row(one, found.get(one.user.login) ?? []));
    this.#byLogin = new Map(this.#all.map((row) => [row.user.login, row]));
    this.problems = this.#all
      .filter((row) => row.problems.length > 0)
      .sort((one, other) => this.#order.compare(one.user.login, other.user.login))
      .flatMap((row) => row.problems)
      .concat(this.#homeless());
    this.rows = this.rows.map((row) => /** @type {Row} */ (this.#byLogin.get(row.user.login)));
  }

  /** Filter and sort what is listed. */
  arrange() {
    const found = this.#index.matcher(this.#filter);
    const { column, descending } = this.sorting;
    const way = descending ? -1 : 1;
    const listed = this.#all.filter((row) => this.withoutPlan || row.plan !== "" || row.problems.length > 0);
    this.listed = listed.length;
    this.rows = listed
      .filter((row) => found === null || found(row.user.login, `${row.name}\n${row.plan}`))
      .map((row) => /** @type {const} */ ([valueOf(row, column), row]))
      .sort(([one, first], [other, second]) =>
        way * this.#compare(one, other) || this.#order.compare(first.user.login, second.user.login))
      .map(([, row]) => row);
  }

  /** @param {string} login @returns {Row | undefined} */
  row(login) {
    return this.#byLogin.get(login);
  }

  /** Who else has this user name. @param {string} address @param {string} login @returns {string[]} */
  othersWith(address, login) {
    return (this.#holders.get(spelling(address)) ?? []).filter((other) => other !== login);
  }

  /** @param {string} address */
  isTaken(address) {
    return this.#taken.has(spelling(address));
  }

  /**
   * The row with a problem that follows, in the order in which rows are listed; problems out of sight come after.
   * @param {string | null} from a login @param {1 | -1} way @returns {string | null}
   */
  nextProblem(from, way = 1) {
    const troubled = this.rows.filter((row) => row.problems.length > 0).map((row) => row.user.login);
    const hidden = this.problems.map((problem) => problem.login).filter((login) => this.#byLogin.has(login));
    const order = [...new Set([...troubled, ...hidden])];
    if (order.length === 0) return null;
    const place = from === null ? -1 : order.indexOf(from);
    if (place >= 0) return order[(place + way + order.length) % order.length];
    const after = this.rows.findIndex((row) => row.user.login === from);
    const next = this.rows.findIndex((row, at) => at > after && row.problems.length > 0);
    return way === 1 && next >= 0 ? this.rows[next].user.login : order[way === 1 ? 0 : order.length - 1];
  }

  /** @returns {Map<string, import("../../users/user-store.js").Finding[]>} errors of the server by login */
  #findings() {
    const found = new Map();
    for (const finding of this.#store.findings.user_names) {
      if (finding.severity !== "error") continue;
      for (const login of finding.subjects) found.set(login, [...(found.get(login) ?? []), finding]);
    }
    return found;
  }

  /** Errors that are about no user who is there, and so have no row. @returns {Problem[]} */
  #homeless() {
    return this.#store.findings.user_names
      .filter(({ severity }) => severity === "error")
      .filter(({ subjects }) => !subjects.some((subject) => this.#byLogin.has(subject)))
      .map((finding) => problemOf(finding.subjects[0] ?? "", "finding", finding));
  }

  /** @returns {Row} */
  #row({ user, name, plan }, found) {
    const login = user.login;
    const pending = this.#store.assigned.user_names.isPending(login);
    /** @type {Problem[]} */
    const problems = [];
    // What the server said of the value before is no longer true of one that it has not judged yet.
    if (!pending) {
      for (const finding of found) {
        const kind = KINDS[finding.code] ?? "finding";
        const others = kind === "duplicate" ? finding.subjects.filter((other) => other !== login) : [];
        problems.push(problemOf(login, kind, { ...finding, others }));
      }
    }
    const free = (/** @type {string} */ one) => this.othersWith(one, login).length === 0 && !this.isTaken(one);
    const offers = problems.length > 0 ? offersFor(user, name, this.#domains.get(user.company), free) : [];
    return { user, name, plan, pending, problems, offers };
  }

  /** @param {string | number} one @param {string | number} other */
  #compare(one, other) {
    return typeof one === "number" ? one - Number(other) : this.#order.compare(one, String(other));
  }
}

/** @returns {Problem} */
function problemOf(
  /** @type {string} */ login, /** @type {ProblemKind} */ kind,
  { others = [], code = kind, message = "", remedy = "" },
) {
  return { key: `${login}\n${code}`, login, kind, others, message, remedy };
}

/** @param {Row} row @param {ColumnName} column @returns {string | number} */
function valueOf(row, column) {
  switch (column) {
    case "id": return row.user.id;
    case "administrator": return row.user.administrator ? 0 : 1;
    case "problem": return row.problems.length > 0 ? 0 : 1;
    case "user_name": return row.name;
    case "plan": return row.plan;
    default: return row.user[column];
  }
}
