/** The board on the page: columns and cards, and what clicks, keys and drags on them mean. */

import { announce } from "../../core/announce.js";
import { h } from "../../core/dom.js";
import { t, tn } from "../../core/text.js";
import { onViewChange } from "../../users/windowed-list.js";
import { placed } from "./board-findings.js";
import { dropsOn } from "./board-drops.js";
import { onBoardKey } from "./board-keys.js";
import { cardHeight, isCompact, makeCard, updateCard } from "./card.js";
import { CardDragging } from "./card-dragging.js";
import { ColumnView } from "./column-view.js";
import { openMoveMenu } from "./move-menu.js";

/** The columns and their cards: draws what the model says, and turns clicks, keys and drags into acts. */
export class BoardView {
  #store;
  #model;
  #acts;
  #selection;
  #changed;
  /** @type {Map<string, ColumnView>} */ #columns = new Map();
  /** @type {string | null} the card that Tab leads to */ #active = null;
  /** @type {Set<string>} */ #dragged = new Set();
  /** @type {ReturnType<typeof placed>} */ #placed = { columns: new Map(), cards: new Map() };
  /** @type {string | null} the one column shown where there is room for one only */ #only = null;
  /** Whether cards are two lines each. */ #compact;
  #dragging;
  #stop;

  /**
   * @param {{store: import("../../users/user-store.js").UserStore, model: import("./board-model.js").BoardModel,
   *   acts: import("./board-acts.js").BoardActs, selection: import("./selection.js").Selection,
   *   selected: () => void}} parts
   */
  constructor({ store, model, acts, selection, selected }) {
    this.#store = store;
    this.#model = model;
    this.#acts = acts;
    this.#selection = selection;
    this.#changed = selected;
    this.#compact = isCompact(store.users.length);
    this.element = h("div", { class: this.#compact ? "plan-board plan-board--compact" : "plan-board", role: "region", "aria-label": t("plans.board") });
    this.element.addEventListener("click", (event) => this.#onClick(event));
    this.element.addEventListener("focusin", (event) => this.#onFocus(event));
    this.element.addEventListener("keydown", (event) => onBoardKey(event, this.#keys()));
    this.#dragging = new CardDragging(this.element, dropsOn({
      element: this.element,
      columns: () => this.#columns.values(),
      judge: (logins, plan) => model.judge(logins, plan),
      pick: (login) => this.#pick(login),
      label: (logins) => this.#called(logins),
      move: (logins, plan) => this.#move(logins, plan),
      ended: () => this.#dropped(),
    }));
    this.#stop = onViewChange(this.element, () => this.#drawInView());
  }

  /** Let go of what listens beyond this element. */
  end() {
    this.#dragging.stop();
    this.#stop();
  }

  /** Show one column only, or all. @param {string | null} plan */
  showOnly(plan) {
    this.#only = plan;
    for (const column of this.#columns.values()) {
      column.element.hidden = plan !== null && column.plan !== plan;
    }
    this.#drawInView();
  }

  /** Draw everything anew; focus and scroll stay where they are. */
  draw() {
    const focused = this.#focusedLogin();
    const isPlan = (/** @type {string} */ name) => name !== "" && this.#model.column(name) !== undefined;
    this.#placed = placed(this.#store.findings.plans, isPlan);
    this.#keepActive();
    const filtering = this.#model.filter.trim() !== "";
    const gone = new Set(this.#columns.keys());
    for (const column of this.#model.columns) {
      gone.delete(column.plan);
      const findings = this.#placed.columns.get(column.plan) ?? [];
      this.#columnView(column.plan).take(column, { filtering, findings, cardHeight: cardHeight(this.#compact) });
    }
    for (const plan of gone) this.#removeColumn(plan);
    this.#drawInView();
    if (focused !== null && this.#focusedLogin() === null) this.#focus(focused, false);
  }

  /** Choose these users and bring the first of them into view. @param {string[]} logins */
  show(logins) {
    this.#selection.all(logins);
    this.#changed();
    if (logins.length > 0) this.#go(logins[0]);
  }

  /** Open "Move to" for what is chosen. @param {HTMLElement} opener */
  moveChosen(opener) {
    this.#openMenu(this.#selection.logins(), opener);
  }

  #drawInView() {
    const views = [...this.#columns.values()].filter((column) => !column.element.hidden);
    const seen = views.map((column) => column.cards.view());
    views.forEach((column, at) => column.cards.draw(seen[at]));
  }

  /** @param {string} plan */
  #columnView(plan) {
    const known = this.#columns.get(plan);
    if (known !== undefined) return known;
    const column = new ColumnView(plan, this.element, {
      key: (login) => login,
      make: (login) => makeCard(/** @type {any} */ (this.#store.byLogin.get(login))),
      update: (card, login, place, count) => updateCard(card, this.#look(login, place, count)),
      kept: () => this.#active,
    }, `plan-column-${this.#columns.size}`);
    column.element.hidden = this.#only !== null && this.#only !== plan;
    this.#columns.set(plan, column);
    this.element.append(column.element);
    return column;
  }

  /** @param {string} plan */
  #removeColumn(plan) {
    this.#columns.get(plan)?.element.remove();
    this.#columns.delete(plan);
  }

  /** @returns {import("./card.js").CardLook} */
  #look(/** @type {string} */ login, /** @type {number} */ place, /** @type {number} */ count) {
    const refusal = this.#acts.refusals.get(login);
    return {
      place, count,
      chosen: this.#selection.has(login),
      active: login === this.#active,
      moving: this.#dragged.has(login),
      pending: this.#store.assignments.isPending(login),
      mark: refusal === undefined ? (this.#placed.cards.get(login) ?? null) : { severity: "error", text: refusal },
    };
  }

  /** The card that Tab leads to must be one that is shown. */
  #keepActive() {
    const shown = this.#shownColumns();
    if (this.#active !== null && shown.some((column) => column.shown.includes(this.#active ?? ""))) return;
    this.#active = shown.find((column) => column.shown.length > 0)?.shown[0] ?? null;
  }

  #shownColumns() {
    return this.#model.columns.filter((column) => this.#only === null || column.plan === this.#only);
  }

  #focusedLogin() {
    const card = document.activeElement?.closest(".plan-card");
    return card instanceof HTMLElement && this.element.contains(card) ? (card.dataset.login ?? null) : null;
  }

  /** @param {string} login */
  #go(login) {
    this.#active = login;
    this.#focus(login, true);
    this.#drawInView();
  }

  /** @param {string} login @param {boolean} reveal */
  #focus(login, reveal) {
    const cards = this.#columns.get(this.#model.planOf(login))?.cards;
    const card = reveal ? cards?.reveal(login) : cards?.element(login);
    const choice = card?.querySelector(".plan-card__choice");
    if (choice instanceof HTMLElement) choice.focus({ preventScroll: true });
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    const card = /** @type {Element} */ (event.target).closest(".plan-card");
    if (!(card instanceof HTMLElement) || card.dataset.login === this.#active) return;
    this.#active = card.dataset.login ?? null;
    this.#drawInView();
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const target = /** @type {Element} */ (event.target);
    const card = target.closest(".plan-card");
    if (!(card instanceof HTMLElement)) return;
    const login = card.dataset.login ?? "";
    const move = target.closest(".plan-card__move");
    if (move instanceof HTMLElement) {
      this.#openMenu(this.#selection.has(login) ? this.#selection.logins() : [login], move);
      return;
    }
    const order = this.#model.column(this.#model.planOf(login))?.shown ?? [];
    const byFinger = /** @type {PointerEvent} */ (event).pointerType === "touch";
    const adds = event.ctrlKey || event.metaKey || byFinger || target.closest("input") !== null;
    if (event.shiftKey) this.#selection.rangeTo(login, order, event.ctrlKey);
    else if (adds || (this.#selection.size === 1 && this.#selection.has(login))) this.#selection.toggle(login);
    else this.#selection.only(login);
    this.#active = login;
    this.#focus(login, false);
    this.#selected();
  }

  #selected() {
    this.#changed();
    this.#drawInView();
  }

  /** @param {string[]} logins @param {HTMLElement} opener */
  #openMenu(logins, opener) {
    if (logins.length === 0) return;
    const active = this.#active;
    openMoveMenu({
      opener, logins, model: this.#model,
      title: t("plans.move.title", { who: this.#called(logins) }),
      chosen: (plan) => this.#move(logins, plan),
      closed: () => {
        const here = active !== null && this.element.contains(opener);
        if (here) this.#focus(active, true);
        else if (opener.isConnected && opener.offsetParent !== null) opener.focus();
        else if (this.#active !== null) this.#focus(this.#active, true);
      },
    });
  }

  /** @param {string[]} logins @param {string} plan */
  #move(logins, plan) {
    if (!this.#acts.move(logins, plan)) return;
    this.#selection.clear();
    this.#selected();
  }

  /** @returns {import("./board-keys.js").KeyTarget} */
  #keys() {
    return {
      columns: () => this.#shownColumns(),
      active: () => this.#focusedLogin(),
      go: (login) => this.#go(login),
      extendTo: (login, order) => {
        if (this.#selection.size === 0 && this.#active !== null) this.#selection.only(this.#active);
        this.#selection.rangeTo(login, order);
        this.#selected();
      },
      chooseAll: (logins) => {
        this.#selection.all(logins);
        this.#selected();
        announce(tn("plans.chosen", logins.length));
      },
      chooseNone: () => {
        if (this.#selection.size === 0) return false;
        this.#selection.clear();
        this.#selected();
        return true;
      },
      openMenu: () => {
        const login = this.#focusedLogin();
        const card = document.activeElement?.closest(".plan-card");
        const opener = card?.querySelector(".plan-card__move");
        if (login === null || !(opener instanceof HTMLElement)) return;
        this.#openMenu(this.#selection.has(login) ? this.#selection.logins() : [login], opener);
      },
      page: () => Math.max(1, Math.floor(this.element.clientHeight / cardHeight(this.#compact)) - 1),
    };
  }

  /** @param {string} login @returns {string[] | null} all that are dragged along with it */
  #pick(login) {
    if (this.#only !== null) return null; // there is no other column to drop it on
    if (!this.#selection.has(login)) {
      this.#selection.only(login);
      this.#changed();
    }
    this.#active = login;
    const logins = this.#selection.logins();
    this.#dragged = new Set(logins);
    this.#drawInView();
    return logins;
  }

  #dropped() {
    this.#dragged = new Set();
    this.#drawInView();
    if (this.#active !== null) this.#focus(this.#active, false);
  }

  /** @param {string[]} logins */
  #called(logins) {
    if (logins.length > 1) return tn("plans.users", logins.length);
    return this.#store.byLogin.get(logins[0])?.full_name || logins[0];
  }
}
