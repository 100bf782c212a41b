/** Where one is: done, current, to come; in words and signs too. Source: crm.md W2, W3. */

import { h, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { onState } from "../core/state.js";
import { hasText, t } from "../core/text.js";

export class StepBar extends HTMLElement {
  #stop = () => {};
  #shown = "";

  connectedCallback() {
    const list = h("ol", { class: "steps" });
    const brief = h("p", { class: "steps-brief", "aria-hidden": "true" });
    replace(this, h("nav", { class: "step-bar", "aria-label": t("shell.steps") }, list, brief));
    this.#stop = onState(({ steps }) => {
      const wanted = JSON.stringify(steps);
      if (wanted === this.#shown) return;
      this.#shown = wanted;
      replace(list, steps.map(stepItem));
      replace(brief, ...inBrief(steps));
    });
  }

  disconnectedCallback() {
    this.#stop();
  }
}
customElements.define("omt-steps", StepBar);

function stepItem(step, index) {
  return h("li", { class: `step step--${step.state}`, "aria-current": step.state === "current" ? "step" : null },
    h("span", { class: "step__sign", "aria-hidden": "true" }, step.state === "done" ? icon("check") : index + 1),
    h("span", { class: "step__title" }, titleOf(step)),
    h("span", { class: "visually-hidden" }, t(`shell.step.${step.state}`)));
}

/** On a narrow window the titles do not fit: the current one stands below in full. */
function inBrief(steps) {
  const at = steps.findIndex((step) => step.state === "current");
  if (at < 0) return [];
  return [t("shell.step.of", { at: at + 1, all: steps.length }), " ", h("strong", null, titleOf(steps[at]))];
}

function titleOf(step) {
  return hasText(`step.${step.name}`) ? t(`step.${step.name}`) : step.title;
}
