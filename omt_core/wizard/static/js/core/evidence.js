/** What was found where: each setting, its value, the file or registry key that said so. */

import { h } from "./dom.js";
import { hasText, t } from "./text.js";

/** The source of a value that nobody gave. */
const DEFAULT = "default";

/** @param {Array<{setting: string, value: string, source: string}>} evidence @returns {HTMLElement} */
export function evidenceTable(evidence) {
  return h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("evidence.title") },
    h("table", { class: "table evidence" },
      h("thead", null, h("tr", null, ["setting", "value", "source"].map((name) => h("th", { scope: "col" }, t(`evidence.${name}`))))),
      h("tbody", null, evidence.map(({ setting, value, source }) => h("tr", null,
        h("th", { scope: "row" }, settingName(setting)),
        h("td", { class: "path" }, value),
        source === DEFAULT ? h("td", { class: "muted" }, t("evidence.default")) : h("td", { class: "path muted" }, source))))));
}

/** The name of a setting as the form calls it; "archives[2]" and "installation.archives" are archives too. */
export function settingName(setting) {
  const [, name, place] = /^(?:installation\.|database\.)?([\w.]+?)(?:[[ .]*(\d+)\]?)?$/.exec(setting) ?? [];
  const key = `setting.${name}`;
  if (!hasText(key)) return setting;
  return place ? `${t(key)} ${place}` : t(key);
}
