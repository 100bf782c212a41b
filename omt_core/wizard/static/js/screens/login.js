/** Which installation this is, and the log on of one of its administrators. Source: crm.md W18-W23. */

import { post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { h, replace } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { evidenceTable } from "../core/evidence.js";
import { facts, fillFacts } from "../core/facts.js";
import { field, validated } from "../core/fields.js";
import { setFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { state } from "../core/state.js";
import { t } from "../core/text.js";
import { PasswordField } from "../core/password-field.js";

const FORM = "login-form";

class LoginScreen extends ScreenElement {
  build() {
    this.errors = new ErrorPlace();
    this.busyLine = new BusyLine();
    this.facts = facts([]);
    this.other = h("button", { type: "button", class: "button", on: {
      click: () => this.errors.run(() => post("/api/installation/ask")) } }, icon("search"), t("login.other"));
    this.evidence = h("details", { class: "disclosure" }, h("summary", null, t("evidence.title")));
    this.user = h("input", { name: "user", autocomplete: "username", required: true, spellcheck: "false", autocapitalize: "off" });
    this.password = new PasswordField({ name: "password", autocomplete: "current-password", required: true });
    this.form = h("form", { id: FORM, class: "card login__form", on: { input: () => this.footer() } },
      h("h2", null, icon("key"), t("login.form")),
      this.errors.element,
      field({ label: t("login.user"), control: this.user }),
      this.password.field(t("login.password")),
      this.busyLine.element);
    validated(this.form, () => this.send());
    replace(this, h("div", { class: "page" },
      h("div", null, h("h1", null, t("login.title")), h("p", { class: "page__lead" }, t("login.lead"))),
      h("div", { class: "login__columns" },
        this.form,
        h("section", { class: "card" }, h("h2", null, icon("building"), t("login.installation")), this.facts)),
      h("div", { class: "login__found" }, this.evidence, this.other)));
  }

  update(newest) {
    const { licence, tenant, evidence } = newest;
    this.errors.update(newest);
    this.busyLine.update(newest);
    fillFacts(this.facts, [
      [t("login.owner"), licence?.owner],
      [t("login.serial"), licence?.serial],
      [t("login.version"), licence?.version],
      [t("login.tenant"), h("span", { class: "path" }, tenant?.url ?? t("login.tenant.none"))],
    ]);
    this.evidence.hidden = evidence.length === 0;
    if (this.evidence.childElementCount === 1) this.evidence.append(evidenceTable(evidence));
    this.footer();
  }

  footer() {
    const busy = Boolean(state().busy);
    setFooter({
      primary: { label: t("login.login"), form: FORM, busy, disabled: !this.user.value || !this.password.input.value },
      previous: { disabled: busy || !state().can_go_back },
    });
  }

  async send() {
    if (state().busy) return;
    const refusal = await this.errors.run(
      () => post("/api/login", { user: this.user.value.trim(), password: this.password.input.value }));
    if (!refusal || !this.isConnected) return;
    this.password.input.focus();
    this.password.input.select();
  }
}
customElements.define("omt-login", LoginScreen);
screen("login", "omt-login");
