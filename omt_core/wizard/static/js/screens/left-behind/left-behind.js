/** What is missing, failed or left out, as it happens: one list for each, page by page (W79). */

import { get } from "../../core/api.js";
import { h, replace, setAttribute, setText } from "../../core/dom.js";
import { here } from "../../core/here.js";
import { icon } from "../../core/icons.js";
import { empty, failed, loading } from "../../core/placeholder.js";
import { language, number, t, tn } from "../../core/text.js";
import { stageTitle } from "../upload/stage-words.js";
import { itemTable, listTools } from "./item-table.js";

const PAGE = 25;
/** Milliseconds between two readings while the counts go up. */
const READ_AGAIN_MS = 3000;
const KINDS = [
  { state: "missing", count: "missing", label: "left-behind.missing", hint: "left-behind.missing-hint" },
  { state: "failed", count: "failed", label: "left-behind.failed", hint: "left-behind.failed-hint" },
  { state: "skipped", count: "left_out", label: "left-behind.left-out", hint: "left-behind.left-out-hint" },
];

/** The lists are read from the server while they are open, anew whenever `show` brings other counts. */
export class LeftBehind {
  #counts = { missing: 0, failed: 0, left_out: 0 };
  #kind = null;
  /** The `after` of each page up to the shown one. */
  #pages = [null];
  #next = null;
  #turn = 0;
  #timer = 0;
  #stale = true;
  #text = "";
  #stage = "";

  /** @param {{open: (boolean|undefined)}} options whether they open by themselves once there is something in them */
  constructor({ open = false } = {}) {
    this.opens = open;
    this.title = h("span");
    this.mark = h("span", { class: "left-behind__mark", "aria-hidden": "true" });
    this.tabs = KINDS.map((kind) =>
      h("button", { type: "button", class: "button button--quiet toggle", on: { click: () => this.#choose(kind) } }));
    this.hint = h("p", { class: "muted" });
    this.list = h("div", { class: "left-behind__list", tabindex: "-1" });
    this.back = this.#turner("left-behind.previous", () => this.#pages.pop());
    this.on = this.#turner("left-behind.next", () => this.#pages.push(this.#next));
    this.place = h("span", { class: "muted" });
    this.pager = h("div", { class: "toolbar left-behind__pager", hidden: true }, this.back, this.place, this.on);
    this.tools = listTools({ filtered: (text) => this.#filter(text), chosen: () => this.#again() });
    this.onlyPart = h("span");
    this.part = h("button", { type: "button", class: "button button--quiet", hidden: true,
      on: { click: () => this.#only("") } }, this.onlyPart, icon("cross"));
    this.body = h("div", { class: "left-behind__body" },
      h("div", { class: "toolbar" },
        h("div", { class: "toolbar", role: "group", "aria-label": t("left-behind.kinds") }, this.tabs), this.part),
      this.hint, this.tools.element, this.list, this.pager);
    this.element = h("details", { class: "card left-behind", on: { toggle: () => this.#toggled() } },
      h("summary", { class: "opener left-behind__summary" }, this.mark, this.title), this.body);
    this.#label();
  }

  /** @param {{missing: number, failed: number, left_out: number}} counts */
  show({ missing, failed: failures, left_out }) {
    const counts = { missing, failed: failures, left_out };
    if (this.#kind && KINDS.every((kind) => counts[kind.count] === this.#counts[kind.count])) return;
    this.#counts = counts;
    if (!this.#turn) this.#kind = KINDS.find((kind) => counts[kind.count]) ?? KINDS[0];
    this.#label();
    this.#stale = true;
    if (this.opens && missing + failures + left_out > 0) {
      this.opens = false; // Only once: whoever closes them wants them closed.
      this.element.open = true; // Its event `toggle` reads them.
    } else if (this.element.open && !this.#timer) {
      this.#timer = setTimeout(() => this.#load(), this.#turn ? READ_AGAIN_MS : 0);
    }
  }

  /** Opens the lists and goes there, from a row that tells of what its stage left behind. @param {string} stage */
  reveal(stage) {
    this.#only(stage);
    this.element.open = true;
    this.element.scrollIntoView({ block: "start" });
    this.element.querySelector("summary").focus({ preventScroll: true });
  }

  /** Reads no more. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#turn += 1;
    this.#stale = true;
  }

  #label() {
    const all = KINDS.reduce((sum, kind) => sum + this.#counts[kind.count], 0);
    setText(this.title, all ? tn("left-behind.title", all) : t("left-behind.nothing"));
    if (this.mark.dataset.some !== String(all > 0)) {
      this.mark.dataset.some = String(all > 0);
      replace(this.mark, icon(all ? "warning" : "check"));
    }
    KINDS.forEach((kind, place) => {
      setText(this.tabs[place],
        t("left-behind.kind", { kind: t(kind.label), count: number(this.#counts[kind.count]) }));
      setAttribute(this.tabs[place], "aria-pressed", String(kind === this.#kind));
    });
    if (!this.#kind) return;
    setText(this.hint, t(this.#kind.hint));
    this.tools.offer(here(`/api/upload/left-behind.csv?state=${this.#kind.state}&language=${language()}`));
  }

  #toggled() {
    if (this.element.open && this.#stale) void this.#load();
  }

  #choose(kind) {
    this.#kind = kind;
    this.tools.reasons.choose("");
    this.#label();
    this.#again();
  }

  #only(stage) {
    this.#stage = stage;
    this.part.hidden = !stage;
    if (stage) setText(this.onlyPart, t("left-behind.only-part", { part: stageTitle(stage, stage) }));
    this.tools.reasons.choose("");
    this.#again();
  }

  #filter(text) {
    this.#text = text;
    this.#again();
  }

  #again() {
    this.#pages = [null];
    void this.#load();
  }

  #turner(key, move) {
    const turn = async () => {
      move();
      await this.#load();
      this.list.focus();
    };
    return h("button", { type: "button", class: "button button--quiet", on: { click: turn } }, t(key));
  }

  async #load() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#turn += 1;
    const turn = this.#turn;
    this.#stale = false;
    if (!this.list.firstChild) replace(this.list, loading(t("left-behind.loading")));
    this.list.setAttribute("aria-busy", "true");
    try {
      const page = await get(`/api/upload/left-behind?${this.#query()}`);
      if (turn === this.#turn) this.#fill(page);
    } catch (error) {
      if (turn === this.#turn) this.#complain(error);
    }
    if (turn === this.#turn) this.list.removeAttribute("aria-busy");
  }

  #query() {
    const query = new URLSearchParams({ state: this.#kind.state, limit: String(PAGE) });
    const after = this.#pages.at(-1);
    if (after !== null) query.set("after", after);
    if (this.#text) query.set("text", this.#text);
    if (this.#stage) query.set("stage", this.#stage);
    if (this.tools.reasons.reason) query.set("reason", this.tools.reasons.reason);
    return query;
  }

  #fill(page) {
    if (!page.items.length && this.#pages.length > 1) {
      this.#pages = [null]; // The list became shorter than the page that was looked at.
      void this.#load();
      return;
    }
    this.#next = page.next;
    this.tools.reasons.show(page.reasons);
    const filtered = Boolean(this.#text || this.#stage || this.tools.reasons.reason);
    replace(this.list, page.items.length ? itemTable(page.items, page.reasons)
      : empty(filtered ? { title: t("left-behind.no-match") } : { title: t("left-behind.none"), iconName: "check" }));
    this.pager.hidden = !page.next && this.#pages.length === 1;
    this.back.disabled = this.#pages.length === 1;
    this.on.disabled = !page.next;
    const before = (this.#pages.length - 1) * PAGE;
    const last = before + page.items.length;
    setText(this.place, filtered ? "" : t("left-behind.place", {
      first: number(before + 1), last: number(last), count: number(Math.max(this.#counts[this.#kind.count], last)),
    }));
  }

  #complain(error) {
    this.#stale = true;
    this.pager.hidden = true;
    replace(this.list, failed(error, () => this.#load()));
  }
}
