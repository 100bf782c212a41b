/** An item of the checklist: a line that opens its window, with the sign and word of how it stands (W39, W40). */

import { h, replace, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";

const STANDINGS = {
  open: { icon: "question_bare", word: "checklist.state.open" },
  done: { icon: "check", word: "checklist.state.done" },
  blocked: { icon: "stop", word: "checklist.state.blocked" },
  running: { icon: "refresh", word: "checklist.state.running" },
};

export class ChecklistItem {
  #shown = "";

  /** @param {import("./items.js").Item} item */
  constructor(item) {
    this.item = item;
    this.sign = h("span", { class: "checklist__sign", "aria-hidden": "true" });
    this.word = h("span", { class: "checklist__word" });
    this.facts = h("p", { class: "checklist__facts" });
    this.element = h("li", { class: "card checklist__item", dataset: { item: item.route } },
      this.sign,
      h("div", { class: "checklist__body" },
        h("h2", null, h("a", { href: `#/${item.route}`, class: "checklist__link" }, t(item.title))),
        h("p", { class: "muted" }, t(item.text)),
        this.facts),
      this.word,
      h("span", { class: "checklist__arrow", "aria-hidden": "true" }, icon("chevron_right")));
  }

  /** @param {Object} now the state document */
  show(now) {
    const standing = this.item.standing(now);
    if (this.element.dataset.state !== standing) {
      this.element.dataset.state = standing;
      replace(this.sign, icon(STANDINGS[standing].icon));
      setText(this.word, t(STANDINGS[standing].word));
    }
    const facts = this.item.facts(now);
    const shown = JSON.stringify(facts);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.facts.hidden = facts.length === 0;
    replace(this.facts, facts.map(fact));
  }
}

function fact({ words, tone, icon: drawing }) {
  return h("span", { class: tone ? `badge badge--${tone}` : "checklist__fact" }, drawing ? icon(drawing) : null, words);
}
