/** Who migrates, how to reach them, live or test, the agreement. Source: crm.md W15, W24-W37. */

import { get, post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { Combobox } from "../core/combobox.js";
import { h, replace } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { facts, fillFacts } from "../core/facts.js";
import { checkField, field, refusedField, validated } from "../core/fields.js";
import { setFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { notice } from "../core/notice.js";
import { prose } from "../core/prose.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { state } from "../core/state.js";
import { LANGUAGES, hasText, language, t, tn } from "../core/text.js";
import { KindConsequences } from "./confirm/consequences.js";

const FORM = "confirm-form";

class ConfirmScreen extends ScreenElement {
  #asked = "";

  build() {
    const { administrator, contact, kind, agreement_accepted: accepted, agreement_url: address } = state();
    this.errors = new ErrorPlace();
    this.busyLine = new BusyLine();
    this.stops = h("div", { "aria-live": "polite" });
    this.facts = facts([]);
    this.controls(administrator, contact, kind, accepted);
    this.consequences = new KindConsequences();
    this.form = h("form", { id: FORM, class: "confirm__form" },
      group("contact", "person",
        h("p", { class: "muted" }, t("confirm.contact.why")),
        h("div", { class: "confirm__contact" },
          field({ label: t("confirm.email"), control: this.email }),
          field({ label: t("confirm.phone"), control: this.phone, optional: true }),
          field({ label: t("confirm.language"), control: this.language, hint: t("confirm.language.hint") }))),
      group("kind", "flask",
        checkField({ label: t("confirm.test"), control: this.test, hint: t("confirm.test.hint") }),
        this.consequences.element),
      group("agreement", "document",
        checkField({ label: t("confirm.accept"), control: this.agreement, hint: t("confirm.accept.hint") }),
        address ? h("p", { class: "confirm__agreement" },
          h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, t("confirm.read-agreement"),
            " ", icon("external", { label: t("shell.newWindow") }))) : null));
    validated(this.form, () => this.send());
    replace(this, h("div", { class: "page" },
      h("div", null, h("h1", null, t("confirm.title")), h("p", { class: "page__lead" }, t("confirm.lead"))),
      h("section", { class: "card", "aria-label": t("confirm.who") }, this.facts),
      this.stops,
      this.form, this.errors.element, this.busyLine.element));
  }

  controls(administrator, contact, kind, accepted) {
    const emails = administrator?.emails ?? [];
    const phones = administrator?.phones ?? [];
    this.email = new Combobox({ label: t("confirm.email"), options: emails, value: contact?.email ?? emails[0] ?? "",
      input: { type: "email", name: "email", required: true, autocomplete: "email", spellcheck: "false" } });
    this.phone = new Combobox({ label: t("confirm.phone"), options: phones, value: contact?.phone ?? phones[0] ?? "",
      input: { type: "tel", name: "phone", autocomplete: "tel" } });
    this.language = h("select", { name: "language", required: true, value: contact?.language ?? language() },
      LANGUAGES.map(({ code, name }) => h("option", { value: code, lang: code }, name)));
    this.test = h("input", { type: "checkbox", name: "test", checked: kind === "test",
      on: { change: () => this.consequences.show(this.test.checked) } });
    this.agreement = h("input", { type: "checkbox", name: "agreement", required: true, checked: accepted,
      dataset: { missing: t("confirm.accept.missing") } });
  }

  update(newest) {
    this.errors.update(newest);
    this.busyLine.update(newest);
    void this.#showStops(newest.checks);
    const { administrator, licence } = newest;
    fillFacts(this.facts, [
      [t("confirm.company"), licence?.owner],
      [t("confirm.serial"), licence?.serial],
      [t("confirm.name"), administrator?.full_name],
      [t("confirm.right"), rightName(administrator?.right)],
    ]);
    this.consequences.show(this.test.checked);
    const busy = Boolean(newest.busy);
    setFooter({
      primary: { label: t("confirm.checklist"), form: FORM, busy },
      previous: { disabled: busy || !newest.can_go_back },
    });
  }

  /** What is known by now to stop the upload, such as a version that is too old: not only after all is reviewed (W23). */
  async #showStops({ blocking, revision }) {
    const asked = blocking ? String(revision) : "";
    if (asked === this.#asked) return;
    this.#asked = asked;
    const found = asked ? (await get("/api/checks")).findings.filter((one) => one.blocking) : [];
    if (asked !== this.#asked) return;
    replace(this.stops, found.length ? notice("warning", { title: tn("confirm.stops", found.length), content:
      h("ul", null, found.map((one) => h("li", null, one.message, " ", prose(one.remedy)))) }) : null);
  }

  async send() {
    if (state().busy) return;
    const refusal = await this.errors.run(() => post("/api/confirm", {
      email: this.email.input.value.trim(),
      phone: this.phone.input.value.trim(),
      language: this.language.value,
      test: this.test.checked,
      agreement: this.agreement.checked,
    }));
    if (refusal) refusedField(refusal.message, (name) => this.form.elements[name]);
  }
}
customElements.define("omt-confirm", ConfirmScreen);
screen("confirm", "omt-confirm");

/** The functional right as the product calls it (crm.md W21). */
function rightName(right) {
  return right && hasText(`right.${right}`) ? t(`right.${right}`) : right;
}

function group(name, sign, ...content) {
  return h("fieldset", { class: "card confirm__group" },
    h("legend", null, h("h2", { class: "card__title" }, icon(sign), t(`confirm.${name}`))), content);
}
