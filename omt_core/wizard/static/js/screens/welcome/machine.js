/** How this machine stands for a night: one calm line, or what needs care. It is looked at when the page is shown. */

import { get } from "../../core/api.js";
import { h, replace, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { failed } from "../../core/placeholder.js";
import { prose } from "../../core/prose.js";
import { t, tn } from "../../core/text.js";

const SIGNS = {
  error: { icon: "error", tone: "danger" },
  warning: { icon: "warning", tone: "warning" },
  "not-checked": { icon: "info", tone: "info" },
  ok: { icon: "check", tone: "success" },
};

export class MachinePanel {
  #turn = 0;

  constructor() {
    this.sign = h("span", { class: "machine__sign" });
    this.title = h("span", { "aria-live": "polite" });
    this.body = h("div", { class: "machine__body" });
    this.element = h("details", { class: "card machine" },
      h("summary", { class: "opener" }, this.sign, this.title), this.body);
  }

  /** Looks anew; what was shown stays until there is an answer. */
  async look() {
    this.#turn += 1;
    const turn = this.#turn;
    if (!this.body.firstChild) this.#head("ok", t("welcome.machine.looking"));
    try {
      const found = await get("/api/machine");
      if (turn === this.#turn) this.#show(found.lines);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#head("warning", t("welcome.machine.failed"));
      replace(this.body, failed(error, () => this.look()));
    }
  }

  /** @param {{name: string, state: string, plugin: string, message: string, remedy: string}[]} lines worst first */
  #show(lines) {
    const care = lines.filter((line) => line.state === "error" || line.state === "warning");
    const others = lines.slice(care.length);
    const so = others.some((line) => line.state === "not-checked") ? "welcome.machine.well-so-far" : "welcome.machine.well";
    this.#head(care[0]?.state ?? "ok", care.length ? tn("welcome.machine.care", care.length) : t(so));
    replace(this.body,
      care.length ? list(care) : null,
      care.length ? h("details", { class: "disclosure" },
        h("summary", null, tn("welcome.machine.others", others.length)), list(others)) : list(others),
      h("button", { type: "button", class: "button button--small", on: { click: () => this.look() } },
        icon("refresh"), t("welcome.machine.again")));
    if (care.length) this.element.open = true;
  }

  #head(state, text) {
    const sign = SIGNS[state];
    this.sign.dataset.tone = sign.tone;
    replace(this.sign, icon(sign.icon));
    setText(this.title, text);
  }
}

function list(lines) {
  return h("ul", { class: "machine__lines" }, lines.map((line) => {
    const sign = SIGNS[line.state] ?? SIGNS["not-checked"];
    return h("li", null,
      h("span", { class: "machine__sign", dataset: { tone: sign.tone } },
        icon(sign.icon, { label: t(`notice.${sign.tone}`) })),
      h("div", null, h("p", null, prose(line.message)),
        line.remedy ? h("p", { class: "muted" }, prose(line.remedy)) : null));
  }));
}
