/** How much a finding matters: an icon and a word, never a colour alone. */

import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";

/** In the order of the page. */
export const SEVERITIES = [
  { name: "error", icon: "error", word: "checks.error", many: "checks.errors", tone: "danger" },
  { name: "warning", icon: "warning", word: "checks.warning", many: "checks.warnings", tone: "warning" },
  { name: "info", icon: "info", word: "checks.info", many: "checks.infos", tone: "info" },
];

/** @param {string} name */
export function severity(name) {
  return SEVERITIES.find((one) => one.name === name) ?? SEVERITIES[2];
}

/** A badge with icon and word. @param {string} name */
export function severityBadge(name) {
  const one = severity(name);
  return h("span", { class: `badge badge--${one.tone}` }, icon(one.icon), t(one.word));
}
