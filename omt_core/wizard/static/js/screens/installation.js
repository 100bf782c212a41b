/** What could not be found is given by hand: the answers dialog, as a page. Source: crm.md W17, W100-W105. */

import { get, post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { h, replace, setText } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { refusedField, validated } from "../core/fields.js";
import { setFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { notice, showPlace } from "../core/notice.js";
import { loading } from "../core/placeholder.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { state } from "../core/state.js";
import { announce } from "../core/announce.js";
import { t } from "../core/text.js";
import { AnswersForm } from "./installation/answers-form.js";
import { exportAnswers, importAnswers } from "./installation/answers-file.js";
import { foundInstallations } from "./installation/found.js";

const FORM = "installation-form";
/** What the page itself is about: it says so in the names of its fields, not of the answers file. */
const INCOMPLETE = new Set(["installation-incomplete", "installation-not-found"]);

class InstallationScreen extends ScreenElement {
  build() {
    this.errors = new ErrorPlace();
    this.busyLine = new BusyLine();
    this.lead = h("p", { class: "page__lead" }, t("installation.lead"));
    this.found = h("div", { class: "found" }, loading());
    this.told = h("div", { class: "installation__told" });
    this.form = h("form", { id: FORM, class: "answers" });
    this.form.addEventListener("submit", () => this.errors.clear());
    validated(this.form, () => this.send());
    replace(this, h("div", { class: "page" },
      h("div", null, h("h1", null, t("installation.title")), this.lead),
      this.errors.element, this.found,
      h("section", null,
        h("div", { class: "toolbar installation__bar" }, h("h2", null, t("installation.answers")),
          h("div", { class: "toolbar__end" },
            this.button("upload", "installation.import", () => this.import()),
            this.button("download", "installation.export", () => this.export()))),
        h("p", { class: "muted" }, t("installation.answers.hint")), this.told),
      this.form, this.busyLine.element));
    this.load();
  }

  button(sign, key, run) {
    return h("button", { type: "button", class: "button", on: { click: run } }, icon(sign), t(key));
  }

  update(newest) {
    this.errors.update({ error: INCOMPLETE.has(newest.error?.code) ? null : newest.error });
    this.busyLine.update(newest);
    const busy = Boolean(newest.busy);
    setFooter({
      primary: { label: t("installation.detect"), form: FORM, busy, disabled: !this.answers },
      previous: { disabled: busy || !newest.can_go_back },
    });
  }

  /** Reads what was found and what was given; again after each attempt, since another one may have found more. */
  async load(options) {
    const refusal = await this.errors.run(async () => this.show(await get("/api/installation")), options);
    if (refusal && !this.answers) replace(this.found);
  }

  show({ answers, found, types, online }) {
    const needs = new Set(found.flatMap((one) => one.needs));
    const evidence = found.flatMap((one) => one.evidence);
    setText(this.lead, t(found.some((one) => one.chosen) ? "installation.lead.found" : "installation.lead"));
    replace(this.found, foundInstallations(found));
    if (!this.answers) {
      this.answers = new AnswersForm(types);
      replace(this.form, this.answers.element);
      this.answers.fill({ answers, online });
      this.answers.refuse(state().error);
    }
    this.answers.mark(needs, evidence);
    this.update(state());
  }

  async send() {
    if (state().busy) return;
    const refusal = await this.errors.run(() => post("/api/installation", this.answers.values()));
    if (INCOMPLETE.has(refusal?.code)) {
      this.errors.say({ code: refusal.code, message: t("installation.incomplete"), remedy: t("installation.incomplete.remedy") });
    }
    if (!this.isConnected || state().screen !== "installation") return;
    if (refusal && refusedField(refusal.message, (name) => this.answers.control(name))) return;
    if (refusal) await this.load({ keep: true });
    const wrong = this.answers.refuse(refusal);
    if (wrong) wrong.focus();
    else this.answers.focusFirstNeed();
  }

  async import() {
    await this.errors.run(async () => {
      const read = await importAnswers();
      if (!read) return;
      this.answers.fill(read.answers);
      this.tell(t("installation.imported", { name: read.name }));
    });
  }

  async export() {
    await this.errors.run(async () => {
      const name = await exportAnswers(this.answers.values());
      this.tell(t("installation.exported", { name }));
    });
  }

  tell(text) {
    replace(this.told, notice("success", { content: text }));
    showPlace(this.told);
    announce(text);
  }
}
customElements.define("omt-installation", InstallationScreen);
screen("installation", "omt-installation");
