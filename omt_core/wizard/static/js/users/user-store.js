/** The users, what they are assigned, and what the rules find: shared by both windows. */

import { get, post } from "../core/api.js";
import { state } from "../core/state.js";
import { Assignments } from "./assignments.js";
import { ChangeSender } from "./change-sender.js";
import { keepOpening, openingOf } from "./opening.js";

/**
 * @typedef {{id: number, login: string, full_name: string, company: string, group: string, role: string,
 *   position: string, administrator: boolean, confidential_activities: boolean, emails: string[],
 *   onsite_plan: string | null, photo: string | null}} User
 * @typedef {{name: string, total: number, used: number}} UserPlan
 * @typedef {{code: string, severity: "error" | "warning" | "info", plugin: string, subjects: string[],
 *   message: string, remedy: string}} Finding
 * @typedef {"plans" | "user_names"} Kind what is assigned; also the name of it in the server's answers
 */

/** @type {Record<Kind, string>} */
const PATHS = { plans: "/api/plans", user_names: "/api/user-names" };

/**
 * The users and what they are assigned, as one window of the checklist shows them.
 *
 * It tells its listeners "changed" when there is something else to show, "saving" when what was changed has set out or
 * arrived, and "refused" with what the server would not take, which has gone back already.
 */
export class UserStore extends EventTarget {
  /** @type {User[]} */ users;
  /** @type {Map<string, User>} */ byLogin;
  /** @type {UserPlan[] | null} null: no tenant was asked */ catalogue;
  /** @type {Record<Kind, Assignments>} */ assigned;
  /** @type {Record<Kind, Finding[]>} */ findings;
  /** @type {Array<{full_name: string, address: string}>} */ removedAddresses;
  /** @type {string[]} user names that somebody elsewhere holds online */ taken;
  #kind;
  /** Counts what has happened, so that an answer that was overtaken is known for one. */ #events = 0;
  /** @type {ChangeSender} */ #sender;

  /** @param {Kind} kind what this window changes @returns {Promise<UserStore>} */
  static async load(kind) {
    return new UserStore(kind, await get("/api/users"));
  }

  /** @param {Kind} kind @param {any} answer of `GET /api/users` */
  constructor(kind, answer) {
    super();
    this.#kind = kind;
    const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
    this.users = [...answer.users].sort(
      (one, other) => order.compare(one.full_name, other.full_name) || order.compare(one.login, other.login),
    );
    this.byLogin = new Map(this.users.map((user) => [user.login, user]));
    this.catalogue = answer.catalogue;
    this.assigned = { plans: new Assignments(answer.plans), user_names: new Assignments(answer.user_names) };
    this.#take(answer);
    keepOpening(kind, this.assigned[kind].snapshot());
    this.#sender = new ChangeSender(PATHS[kind], this.assigned[kind], {
      answered: (said) => {
        this.assignments.confirm(said[kind]);
        this.#answered(said);
      },
      refused: (error, logins) => {
        const reasons = Object.fromEntries(logins.map((login) => [login, error.message]));
        this.#tell("refused", { logins, reasons, error });
        this.#tell("changed");
      },
      became: () => this.#tell("saving"),
    });
  }

  /** What this window changes. */
  get kind() {
    return this.#kind;
  }

  get assignments() {
    return this.assigned[this.#kind];
  }

  /** Whether what was changed has reached the server. */
  get saving() {
    return this.#sender.state;
  }

  /** Whether the tool, which knows what was waived too, has nothing left against Ok. */
  get accepted() {
    return this.saving === "saved" && state()?.checklist.problems[this.#kind] === 0;
  }

  /** Change at once, and post. @param {Array<[string, string]>} changes */
  change(changes) {
    const real = changes.filter(([login, value]) => this.assignments.get(login) !== value);
    if (real.length === 0) return;
    this.#events += 1;
    this.assignments.set(real);
    this.#tell("changed");
    void this.#sender.send();
  }

  /** What leads back to how it was when the window was opened (W57). */
  changesSinceOpened() {
    return this.assignments.changesTo(openingOf(this.#kind));
  }

  /** Look again whenever the person comes back to the page: another tab may have changed something. */
  followReturns() {
    const look = () => void this.#lookAgain();
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }

  async #lookAgain() {
    if (this.saving !== "saved") return;
    const before = this.#events;
    let answer;
    try {
      answer = await get("/api/users");
    } catch {
      return; // the page says by itself that the tool does not answer
    }
    if (this.#events !== before) return;
    this.assigned.plans.confirm(answer.plans);
    this.assigned.user_names.confirm(answer.user_names);
    this.#answered(answer);
  }

  /** @returns {Promise<boolean>} whether everything has reached the server */
  async settled() {
    await this.#sender.settled();
    return this.#sender.state === "saved";
  }

  /** Take a whole CSV file, in base64. Throws what the server has against it. @param {string} content */
  async importCsv(content) {
    await this.settled();
    const before = this.assignments.snapshot();
    const answer = await post(`${PATHS[this.#kind]}/csv`, { content });
    this.assignments.confirm(answer[this.#kind]);
    this.#answered(answer);
    return { before, after: this.assignments.snapshot() };
  }

  /** Ok of the window: the server's rules must have nothing against it. Throws what they have. */
  async done() {
    await post(`${PATHS[this.#kind]}/done`, {});
  }

  get csvPath() {
    return `${PATHS[this.#kind]}.csv`;
  }

  /** @param {any} answer */
  #answered(answer) {
    this.#take(answer);
    const reasons = answer.refused ?? {};
    if (Object.keys(reasons).length > 0) this.#tell("refused", { logins: Object.keys(reasons), reasons, error: null });
    this.#tell("changed");
  }

  /** @param {any} answer */
  #take(answer) {
    this.#events += 1;
    this.findings = { ...this.findings, ...answer.findings };
    this.taken = answer.taken ?? this.taken ?? [];
    this.removedAddresses = answer.removed_addresses ?? this.removedAddresses ?? [];
  }

  /** @param {string} name @param {any} [detail] */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
