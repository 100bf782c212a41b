/** The cards of the findings, by severity; a card that stays the same is left where it is. */

import { h, replace } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { number, t } from "../../core/text.js";
import { findingCard } from "./finding-card.js";
import { SEVERITIES } from "./severities.js";
import { expandSubjects } from "./subjects.js";

export class FindingList {
  #sections = new Map();
  #cards = new Map();

  /** @param {function(string): void} showFiles lists the files of a finding, by its code */
  constructor(showFiles) {
    this.showFiles = showFiles;
    this.note = h("div");
    for (const severity of SEVERITIES) {
      const count = h("span", { class: "muted" });
      const list = h("div", { class: "findings__cards" });
      const element = h("section", { class: `findings__section findings__section--${severity.name}`, hidden: true },
        h("h2", null, icon(severity.icon), t(severity.many), " ", count), list);
      this.#sections.set(severity.name, { element, list, count });
    }
    this.element = h("div", { class: "findings" },
      this.note, [...this.#sections.values()].map((section) => section.element));
  }

  /** @param {{key: string, waiver: string, findings: Object[]}[]} groups */
  show(groups) {
    replace(this.note);
    const kept = new Map();
    for (const [name, section] of this.#sections) {
      const mine = groups.filter((group) => group.findings[0].severity === name);
      section.element.hidden = mine.length === 0;
      section.count.textContent = number(mine.reduce((sum, group) => sum + group.findings.length, 0));
      mine.forEach((group, place) => {
        const card = this.#card(group);
        kept.set(group.key, card);
        if (section.list.children[place] !== card.element) {
          section.list.insertBefore(card.element, section.list.children[place] ?? null);
        }
      });
      while (section.list.children.length > mine.length) section.list.lastChild.remove();
    }
    this.#cards = kept;
  }

  /** Say something in the place of the cards. @param {Node} words */
  say(words) {
    replace(this.note, words);
  }

  /** On paper all subjects stand. @returns {function(): void} stops it */
  followPrinting() {
    const before = () => expandSubjects(this.element, true);
    const after = () => expandSubjects(this.element, false);
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  }

  #card(group) {
    const known = this.#cards.get(group.key);
    const content = JSON.stringify(group.findings);
    return known?.content === content ? known : { content, element: findingCard(group, this.showFiles) };
  }
}
