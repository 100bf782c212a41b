/** The addresses that go from other persons' cards. */

import { h, replace, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t, tn } from "../../core/text.js";

/** The addresses that other persons' cards lose online, since a user's address belongs to one person only. */
export class RemovedPanel {
  #count = h("span");
  #list = h("ul", { class: "user-findings__list", role: "list" });
  #shown = "";
  element = h("details", { class: "user-findings", hidden: true },
    h("summary", { class: "user-findings__summary arrowed" },
      h("span", { class: "badge badge--warning" }, icon("mail"), this.#count)),
    h("p", { class: "muted" }, t("userNames.removed.text")), this.#list);

  /** @param {Array<{full_name: string, address: string}>} removed */
  show(removed) {
    const shown = JSON.stringify(removed);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.hidden = removed.length === 0;
    setText(this.#count, tn("userNames.removed", removed.length));
    replace(this.#list, removed.map(({ full_name: name, address }) => h("li", { class: "user-findings__item" },
      h("span", { class: "user-findings__message" }, address), h("span", { class: "muted" }, name))));
  }
}
