/** How to go on after an earlier migration. Source: crm.md W83-W90. */

import { post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { h, replace } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { state } from "../core/state.js";
import { t } from "../core/text.js";
import { thawedNotice } from "./freeze/thawed-notice.js";
import { LeftBehind } from "./left-behind/left-behind.js";
import { earlierResult } from "./recovery/earlier-result.js";

const CHOICES = ["missing", "overwrite-test"];
const FORM = "recovery-form";

class RecoveryScreen extends ScreenElement {
  #said = "";

  build() {
    this.errors = new ErrorPlace();
    this.busyLine = new BusyLine();
    this.cards = CHOICES.map(choiceCard);
    this.earlier = h("div");
    this.thawed = h("div");
    this.leftBehind = new LeftBehind();
    this.form = h("form", { id: FORM, on: {
      change: () => this.footer(),
      submit: (event) => {
        event.preventDefault();
        this.send();
      },
    } }, h("fieldset", { class: "choices" },
      h("legend", { class: "visually-hidden" }, t("recovery.legend")), this.cards.map((card) => card.element)));
    replace(this, h("div", { class: "page" },
      h("div", null, h("h1", null, t("recovery.title")), h("p", { class: "page__lead" }, t("recovery.lead"))),
      this.errors.element, this.earlier, this.thawed, this.form, this.leftBehind.element, this.busyLine.element));
  }

  update(newest) {
    this.errors.update(newest);
    this.busyLine.update(newest);
    this.#look(newest);
    const { choices, chosen } = newest.recovery;
    for (const { name, radio, reason } of this.cards) {
      radio.disabled = !choices.includes(name);
      reason.hidden = !radio.disabled;
      if (radio.disabled) radio.checked = false;
      else if (chosen === name && !this.chosen()) radio.checked = true;
    }
    this.footer();
  }

  leave() {
    this.leftBehind.stop();
  }

  /** What the last run did stands above the choice, so that one knows what to choose. */
  #look(newest) {
    const said = JSON.stringify([newest.earlier, newest.thawed_at]);
    if (said === this.#said) return;
    this.#said = said;
    const { earlier } = newest;
    replace(this.earlier, earlier ? earlierResult(earlier) : null);
    replace(this.thawed, thawedNotice(newest));
    this.leftBehind.element.hidden = !earlier || !(earlier.missing + earlier.failed + earlier.left_out);
    if (earlier) this.leftBehind.show(earlier);
  }

  chosen() {
    return this.form.elements.choice.value;
  }

  footer() {
    const busy = Boolean(state().busy);
    setFooter({
      primary: { label: t("recovery.resume"), form: FORM, busy, disabled: !this.chosen() },
      previous: { disabled: busy || !state().can_go_back },
    });
  }

  async send() {
    if (this.chosen() && !state().busy) await this.errors.run(() => post("/api/recovery", { choice: this.chosen() }));
  }
}
customElements.define("omt-recovery", RecoveryScreen);
screen("recovery", "omt-recovery");

function choiceCard(name) {
  const stem = `recovery.${name}`;
  const radio = h("input", { type: "radio", name: "choice", value: name, id: `choice-${name}`,
    "aria-describedby": `choice-${name}-text` });
  const reason = h("p", { class: "recovery__reason", hidden: true }, icon("info"), t(`${stem}.impossible`));
  const element = h("div", { class: "choice" }, radio,
    h("label", { class: "choice__title", for: radio.id }, t(`${stem}.title`)),
    h("div", { class: "choice__text", id: `choice-${name}-text` },
      h("p", null, t(`${stem}.when`)),
      h("ul", { class: "recovery__points" }, ["one", "two", "three"].map((point) => h("li", null, t(`${stem}.${point}`)))),
      reason));
  return { name, radio, reason, element };
}
