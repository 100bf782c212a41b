/** Check email notifications: who is told after the migration. Source: crm.md W69. */

import { post } from "../core/api.js";
import { h, uniqueId } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { checkField, field, fieldError, validated } from "../core/fields.js";
import { setFooter } from "../core/footer.js";
import { notice } from "../core/notice.js";
import { ScreenElement } from "../core/screen-element.js";
import { closeWindow, screen } from "../core/screens.js";
import { t } from "../core/text.js";

class NotificationsWindow extends ScreenElement {
  #filled = false;
  #sending = false;

  build() {
    this.className = "page";
    this.welcome = h("input", { type: "checkbox", name: "welcome" });
    this.summary = h("input", { type: "checkbox", name: "summary", on: { change: () => this.#tick() } });
    this.address = h("input", {
      type: "email", name: "address", autocomplete: "email", spellcheck: "false", maxlength: 254,
    });
    this.errors = new ErrorPlace();
    this.inTest = h("div", { hidden: true }, notice("info", { content: t("notifications.welcome-test") }));
    this.form = h("form", { id: uniqueId("notifications"), class: "card notifications" },
      checkField({ label: t("notifications.welcome"), control: this.welcome, hint: t("notifications.welcome-hint") }),
      this.inTest,
      checkField({ label: t("notifications.summary"), control: this.summary, hint: t("notifications.summary-hint") }),
      field({ label: t("notifications.address"), control: this.address, class: "notifications__address" }),
      this.errors.element);
    validated(this.form, () => this.#send());
    this.append(
      h("header", null,
        h("h1", null, t("notifications.title")), h("p", { class: "page__lead" }, t("notifications.lead"))),
      this.form);
  }

  update(now) {
    if (!this.#filled) {
      this.#filled = true;
      this.#fill(now);
    }
    this.#foot();
  }

  leave() {
    this.#filled = false;
  }

  /** Before it was decided both boxes are ticked, with the migrator's own address. */
  #fill({ checklist, notifications, contact, kind }) {
    this.inTest.hidden = kind !== "test";
    const decided = checklist.notifications === "done";
    this.welcome.checked = decided ? notifications.welcome : true;
    this.summary.checked = decided ? notifications.summary !== null : true;
    this.address.value = notifications.summary ?? contact?.email ?? "";
    this.#tick();
  }

  #tick() {
    this.address.disabled = !this.summary.checked;
    this.address.required = this.summary.checked;
    if (this.address.disabled) fieldError(this.address, "");
  }

  #foot() {
    setFooter({
      primary: { label: t("dialog.ok"), form: this.form.id, busy: this.#sending },
      previous: { label: t("dialog.cancel"), run: closeWindow },
    });
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    this.#foot();
    const refused = await this.errors.run(() => post("/api/notifications", {
      welcome: this.welcome.checked, summary: this.summary.checked ? this.address.value.trim() : null,
    }));
    this.#sending = false;
    if (!refused) closeWindow();
    else if (this.isConnected) this.#foot();
  }
}

customElements.define("omt-notifications", NotificationsWindow);
screen("notifications", "omt-notifications");
