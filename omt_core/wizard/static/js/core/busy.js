/** What the tool is doing right now, in a sentence. */

import { announce } from "./announce.js";
import { h, replace } from "./dom.js";
import { hasText, t } from "./text.js";

/** The sentence for `state.busy`, `""` when it does nothing that one waits for. */
export function busyText({ busy }) {
  if (!busy) return "";
  return hasText(`busy.${busy}`) ? t(`busy.${busy}`) : t("busy.other");
}

/** A line that shows the sentence with a turning ring as long as the tool is busy. */
export class BusyLine {
  element = h("p", { class: "working", hidden: true });
  #shown = "";

  update(state) {
    const text = busyText(state);
    if (text === this.#shown) return;
    this.#shown = text;
    this.element.hidden = !text;
    replace(this.element, h("span", { class: "spinner", "aria-hidden": "true" }), text);
    if (text) announce(text);
  }
}
