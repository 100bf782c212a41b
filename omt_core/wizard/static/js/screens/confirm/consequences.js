/** What follows from live and from test, said as the box is ticked. Source: crm.md W30-W37, W70. */

import { h, replace } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";

const TEST = [
  ["untouched", "check"], ["users-out", "lock"], ["maintenance", "pause"], ["sandbox", "info"], ["repeat", "refresh"],
  ["deletes", "trash"],
];
const LIVE = [["freeze", "snowflake"], ["web", "warning"], ["running", "play"], ["once", "lock"]];

export class KindConsequences {
  element = h("div", { class: "consequences", "aria-live": "polite" });
  #test = null;

  show(test) {
    if (test === this.#test) return;
    this.#test = test;
    const kind = test ? "test" : "live";
    this.element.className = `consequences consequences--${kind}`;
    replace(this.element,
      h("h3", null, icon(test ? "flask" : "cloud"), t(`confirm.${kind}.title`)),
      h("ul", null, (test ? TEST : LIVE).map(([name, sign]) => h("li", null, icon(sign),
        h("span", null, t(`confirm.${kind}.${name}`))))));
  }
}
