/** The grid of user names on the page. Source: crm.md W61. */

import { h, setAttribute } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";
import { WindowedList, onViewChange } from "../../users/windowed-list.js";
import { AddressBox } from "./address-box.js";
import { heightOf, makeRow, updateRow } from "./row-view.js";

/** @type {Array<{name: import("./grid-model.js").ColumnName, part: string, text: string, sign?: string}>} */
const COLUMNS = [
  { name: "id", part: "id", text: "userNames.column.id" },
  { name: "login", part: "login", text: "userNames.column.initials" },
  { name: "administrator", part: "administrator", text: "userNames.column.administrator", sign: "crown" },
  { name: "full_name", part: "full-name", text: "userNames.column.fullName" },
  { name: "user_name", part: "user-name", text: "userNames.column.userName" },
  { name: "problem", part: "sign", text: "userNames.column.problem", sign: "key" },
  { name: "company", part: "company", text: "userNames.column.company" },
  { name: "group", part: "group", text: "userNames.column.group" },
  { name: "role", part: "role", text: "userNames.column.role" },
  { name: "plan", part: "plan", text: "userNames.column.plan" },
];

/** The grid (W61): its headers sort, its rows are drawn as far as they are in view. */
export class GridView {
  #model;
  #offered;
  #headers;
  #body = h("div", { role: "rowgroup", class: "user-grid__body" });
  #table;
  #rows;
  #boxes;
  #narrow = matchMedia("(max-width: 40rem)");
  #stop;

  /**
   * @param {import("./grid-model.js").GridModel} model
   * @param {{change: (login: string, name: string) => void, offered: (login: string, name: string) => void}} acts
   *   `offered` takes a name that was offered
   */
  constructor(model, { change, offered }) {
    this.#model = model;
    this.#offered = offered;
    this.#headers = COLUMNS.map((column) => this.#header(column));
    this.#table = h("div", { role: "table", class: "user-grid", "aria-label": t("userNames.grid") },
      h("div", { role: "rowgroup", class: "user-grid__head" },
        h("div", { role: "row", class: "user-row user-row--head", "aria-rowindex": "1" }, this.#headers)),
      this.#body);
    this.element = h("div", { class: "user-grid-frame" }, this.#table);
    this.#rows = new WindowedList(this.#body, this.element, {
      key: (row) => row.user.login,
      make: makeRow,
      update: (element, row, place) => updateRow(element, row, place),
      kept: () => this.focusedLogin(),
    });
    this.#boxes = new AddressBox(this.element, {
      valueOf: (login) => model.row(login)?.name ?? "",
      optionsOf: (login) => this.#options(login),
      commit: (login, value) => change(login, value),
      go: (login, way) => this.#goFrom(login, way),
    });
    this.element.addEventListener("click", (event) => this.#onClick(event));
    this.#narrow.addEventListener("change", this.draw);
    this.#stop = onViewChange(this.element, () => {
      this.#rows.draw();
      this.#boxes.follow();
    });
  }

  end() {
    this.#stop();
    this.#boxes.close();
    this.#narrow.removeEventListener("change", this.draw);
  }

  /** Draw everything anew; focus, scroll and what is being typed stay. */
  draw = () => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.#table.setAttribute("aria-rowcount", String(this.#model.rows.length + 1));
    const login = this.focusedLogin();
    const before = this.#heightInView(login);
    this.#rows.take(this.#model.rows, (row) => heightOf(row, this.#narrow.matches) * rem);
    this.#rows.draw();
    this.#holdInView(login, before);
    this.#boxes.follow();
    COLUMNS.forEach(({ name }, at) => {
      const { column, descending } = this.#model.sorting;
      setAttribute(this.#headers[at], "aria-sort", column === name ? (descending ? "descending" : "ascending") : null);
    });
  };

  /** @param {string | null} login */
  #heightInView(login) {
    return login === null ? 0 : (this.#rows.element(login)?.getBoundingClientRect().top ?? 0);
  }

  /** Rows above may have become higher or lower; the one in which somebody types stays where it is. */
  #holdInView(/** @type {string | null} */ login, /** @type {number} */ before) {
    const by = this.#heightInView(login) - before;
    if (login === null || Math.abs(by) < 1) return;
    const scrolls = this.element.scrollHeight > this.element.clientHeight + 1;
    (scrolls ? this.element : window).scrollBy({ top: by, behavior: "instant" });
    this.#rows.draw();
  }

  /** @returns {string | null} in whose row the focus is */
  focusedLogin() {
    const row = document.activeElement?.closest(".user-row");
    return row instanceof HTMLElement && this.element.contains(row) ? (row.dataset.login ?? null) : null;
  }

  /** Bring a row into view and its user name into focus. @param {string} login */
  go(login) {
    const input = this.#rows.reveal(login)?.querySelector(".user-name__input");
    if (!(input instanceof HTMLInputElement)) return;
    input.focus({ preventScroll: true });
    input.select();
  }

  /** @param {string} login @param {1 | -1} way */
  #goFrom(login, way) {
    const next = this.#model.rows[this.#rows.placeOf(login) + way];
    if (next !== undefined) this.go(next.user.login);
  }

  /** @param {string} login */
  #options(login) {
    const user = this.#model.row(login)?.user;
    return [...new Set(user?.emails ?? [])].map((address) => {
      const others = this.#model.othersWith(address, login);
      if (others.length > 0) return { address, note: t("userNames.option.used", { other: others[0] }) };
      return { address, note: this.#model.isTaken(address) ? t("userNames.option.taken") : "" };
    });
  }

  /** @param {typeof COLUMNS[number]} column */
  #header({ name, part, text, sign }) {
    const sort = () => {
      this.#model.sortBy(name);
      this.draw();
    };
    return h("div", { role: "columnheader", class: `user-row__${part}` },
      h("button", { type: "button", class: "user-grid__sort", on: { click: sort }, title: t(text) },
        h("span", { class: sign ? "visually-hidden" : null }, t(text)), sign ? icon(sign) : null,
        h("span", { class: "user-grid__way", "aria-hidden": "true" }, icon("chevron_down"))));
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const offer = /** @type {Element} */ (event.target).closest("[data-offer]");
    if (!(offer instanceof HTMLElement)) return;
    const { login = "", offer: address = "" } = offer.dataset;
    this.go(login); // the offer goes when it is taken, and the focus must not go with it
    this.#offered(login, address);
    this.#rows.element(login)?.querySelector("input")?.select();
  }
}
