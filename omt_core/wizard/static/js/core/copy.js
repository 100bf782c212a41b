/** Copies text for another program, and says so. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { toast } from "./toast.js";
import { t } from "./text.js";

/**
 * @param {string} text what is copied
 * @param {{said: string, label: (string|undefined)}} words what is said then, and what a screen reader calls the button
 *   where "Copy" alone does not tell what
 */
export function copyButton(text, { said, label }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(said);
    } catch {
      toast(t("checks.copy-refused")); // The browser may forbid it; what is shown can be marked and copied by hand.
    }
  };
  return h("button", { type: "button", class: "button button--quiet button--small", "aria-label": label,
    on: { click: copy } }, icon("copy"), t("checks.copy"));
}
