/** The plugins whose rules are applied: partners' too; which are broken or off; and a new run of one. */

import { h, replace } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { number, t } from "../../core/text.js";

const STATES = {
  active: { word: "checks.plugin-active", icon: "check", tone: "success" },
  disabled: { word: "checks.plugin-disabled", icon: "pause", tone: "warning" },
  broken: { word: "checks.plugin-broken", icon: "error", tone: "danger" },
};

const COLUMNS = ["checks.plugin", "checks.version", "checks.state", "checks.findings", "checks.again"];

export class PluginTable {
  /** @param {function(string): void} run told the plugin whose rules shall run again */
  constructor(run) {
    this.run = run;
    this.buttons = [];
    this.title = h("span");
    this.body = h("tbody");
    this.element = h("details", { class: "card plugins" },
      h("summary", null, this.title),
      h("table", { class: "table" },
        h("thead", null, h("tr", null, COLUMNS.map((key) => h("th", { scope: "col" }, t(key))))),
        this.body));
  }

  /**
   * @param {{name: string, version: string, state: string, detail: string}[]} plugins
   * @param {import("./finding-groups.js").CheckedFinding[]} findings
   */
  show(plugins, findings) {
    const inactive = plugins.filter((one) => one.state !== "active").length;
    this.title.textContent = inactive
      ? t("checks.plugins-inactive", { count: number(plugins.length), inactive: number(inactive) })
      : t("checks.plugins", { count: number(plugins.length) });
    this.buttons = [];
    replace(this.body, plugins.map((one) => this.#line(one, findings)));
  }

  /** @param {boolean} running whether checks run now */
  disable(running) {
    for (const button of this.buttons) button.disabled = running;
  }

  #line(plugin, findings) {
    const state = pluginState(plugin.state);
    const found = findings.filter((one) => one.plugin === plugin.name).length;
    return h("tr", null,
      h("th", { scope: "row" }, plugin.name),
      cell("checks.version", plugin.version || "–"),
      cell("checks.state",
        h("span", { class: `badge badge--${state.tone}` }, icon(state.icon), t(state.word)),
        plugin.detail ? h("span", { class: "plugins__detail muted" }, plugin.detail) : null),
      cell("checks.findings", number(found)),
      h("td", null, plugin.state === "active" ? this.#button(plugin.name) : null));
  }

  #button(name) {
    const button = h("button", {
      type: "button", class: "button button--small", "aria-label": t("checks.run-one", { plugin: name }),
      on: { click: () => this.run(name) },
    }, icon("refresh"), t("checks.run-short"));
    this.buttons.push(button);
    return button;
  }
}

/** How a plugin's state is shown. @param {string} state */
export function pluginState(state) {
  return STATES[state] ?? STATES.broken;
}

function cell(label, ...content) {
  return h("td", { dataset: { label: t(label) } }, h("span", null, content));
}
