/** The filter box of both windows. Source: crm.md W46, W52, W60. */

import { announce } from "../core/announce.js";
import { h, setText, uniqueId } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { number, t, tn } from "../core/text.js";

/** How long one stops typing before the number of hits is read out. */
const PAUSE_MS = 700;

/** The filter box of a window (W46, W60): filters as one types, Escape empties it. */
export class FilterField {
  #count;
  #timer = 0;

  /** @param {{placeholder: string, filtered: (text: string) => void}} does */
  constructor({ placeholder, filtered }) {
    const id = uniqueId("filter");
    this.#count = h("span", { class: "filter__count muted" });
    this.input = h("input", {
      id, type: "search", class: "filter__input", placeholder, autocomplete: "off", spellcheck: "false",
      on: {
        input: () => filtered(this.input.value),
        keydown: (event) => {
          if (event.key !== "Escape" || this.input.value === "") return;
          event.preventDefault();
          this.clear();
          filtered("");
        },
      },
    });
    this.element = h("div", { class: "filter" },
      h("label", { for: id, class: "visually-hidden" }, t("users.filter")),
      h("div", { class: "search" }, icon("search"), this.input),
      this.#count);
  }

  clear() {
    this.input.value = "";
  }

  /** Say how many are left. @param {number} hits @param {number} total */
  say(hits, total) {
    const filtering = this.input.value.trim() !== "";
    setText(this.#count, filtering ? t("users.filter.count", { hits: number(hits), total: number(total) }) : "");
    clearTimeout(this.#timer);
    if (filtering) this.#timer = setTimeout(() => announce(tn("users.filter.hits", hits)), PAUSE_MS);
  }
}
