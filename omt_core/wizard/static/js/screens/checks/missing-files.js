/** The files that the checks found missing, to be looked for before anything is moved. */

import { get } from "../../core/api.js";
import { h, replace, setText } from "../../core/dom.js";
import { here } from "../../core/here.js";
import { icon } from "../../core/icons.js";
import { empty, failed, loading } from "../../core/placeholder.js";
import { language, number, t, tn } from "../../core/text.js";
import { itemTable, listTools } from "../left-behind/item-table.js";

const PAGE = 50;

export class MissingFiles {
  #text = "";
  #start = 0;
  #turn = 0;

  constructor() {
    this.title = h("span");
    this.tools = listTools({ filtered: (text) => this.#filter(text), chosen: () => this.#again() });
    this.tools.offer(here(`/api/checks/missing.csv?language=${language()}`));
    this.list = h("div", { class: "left-behind__list", tabindex: "-1" });
    this.place = h("span", { class: "muted" });
    this.back = this.#turner("left-behind.previous", -PAGE);
    this.on = this.#turner("left-behind.next", PAGE);
    this.pager = h("div", { class: "toolbar left-behind__pager", hidden: true }, this.back, this.place, this.on);
    this.element = h("details", { class: "card left-behind", hidden: true, on: { toggle: () => this.#toggled() } },
      h("summary", { class: "opener left-behind__summary" },
        h("span", { class: "left-behind__mark", dataset: { some: "true" } }, icon("warning")), this.title),
      h("div", { class: "left-behind__body" },
        h("p", { class: "muted" }, t("missing-files.hint")), this.tools.element, this.list, this.pager));
  }

  /** Reads the list anew: the checks have answered. */
  async read() {
    this.#turn += 1;
    const turn = this.#turn;
    const { reason } = this.tools.reasons;
    const query = new URLSearchParams({ text: this.#text, reason, start: String(this.#start), limit: String(PAGE) });
    try {
      const page = await get(`/api/checks/missing?${query}`);
      if (turn === this.#turn) this.#fill(page);
    } catch (error) {
      if (turn !== this.#turn) return;
      replace(this.list, failed(error, () => this.read()));
    }
  }

  /** Opens the list and shows it, with the files that a finding tells of. @param {string} reason its code */
  open(reason) {
    this.tools.reasons.choose(reason);
    this.#again();
    this.element.open = true;
    this.element.scrollIntoView({ block: "start" });
    this.element.querySelector("summary").focus();
  }

  #fill(page) {
    this.element.hidden = page.all === 0;
    this.tools.reasons.show(page.reasons);
    setText(this.title, tn("missing-files.title", page.all));
    if (!page.items.length && this.#start) {
      this.#start = 0; // The list became shorter than the page that was looked at.
      void this.read();
      return;
    }
    replace(this.list, page.items.length ? itemTable(page.items, page.reasons) : empty({ title: t("left-behind.no-match") }));
    this.pager.hidden = page.matching <= PAGE;
    this.back.disabled = this.#start === 0;
    this.on.disabled = this.#start + PAGE >= page.matching;
    setText(this.place, t("left-behind.place", {
      first: number(this.#start + 1), last: number(this.#start + page.items.length), count: number(page.matching),
    }));
  }

  #toggled() {
    if (this.element.open && !this.list.firstChild) replace(this.list, loading(t("left-behind.loading")));
  }

  #filter(text) {
    this.#text = text;
    this.#again();
  }

  #again() {
    this.#start = 0;
    void this.read();
  }

  #turner(key, by) {
    const turn = async () => {
      this.#start = Math.max(0, this.#start + by);
      await this.read();
      this.list.focus();
    };
    return h("button", { type: "button", class: "button button--quiet", on: { click: turn } }, t(key));
  }
}
