/** The settings of every plugin, from the schema of its model: a partner's plugin appears by itself. */

import { get } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { notice } from "../core/notice.js";
import { empty, loading } from "../core/placeholder.js";
import { ScreenElement } from "../core/screen-element.js";
import { closeWindow, screen } from "../core/screens.js";
import { state } from "../core/state.js";
import { t, tn } from "../core/text.js";
import { announce } from "../core/announce.js";
import { SettingsSection } from "./settings/section.js";

class SettingsScreen extends ScreenElement {
  build() {
    this.errors = new ErrorPlace();
    this.locked = h("div");
    this.sections = [];
    this.list = h("div", { class: "settings__list" }, loading());
    this.filter = h("input", { type: "search", "aria-label": t("settings.filter"), placeholder: t("settings.filter"),
      on: { input: () => this.applyFilter() } });
    replace(this, h("div", { class: "page" },
      h("div", null, h("h1", null, t("settings.title")), h("p", { class: "page__lead" }, t("settings.lead"))),
      this.locked, this.errors.element,
      h("div", { class: "search" }, icon("search"), this.filter),
      this.list));
    this.load();
  }

  update() {
    const fixed = isFixed();
    if (fixed !== Boolean(this.locked.firstChild)) {
      replace(this.locked, fixed
        ? notice("info", { title: t("settings.locked.title"), content: t("settings.locked.text") }) : null);
    }
    for (const section of this.sections) section.lock(fixed);
    setFooter({ primary: null, previous: { label: t("settings.back"), run: closeWindow } });
  }

  async load() {
    const refusal = await this.errors.run(async () => this.show((await get("/api/settings")).sections));
    if (refusal) replace(this.list);
  }

  show(sections) {
    this.sections = sections.filter(({ schema }) => Object.keys(schema.properties ?? {}).length > 0)
      .map((section) => new SettingsSection(section));
    this.none = empty({ title: t("settings.none"), text: t("settings.none.text") });
    replace(this.list, this.sections.map((section) => section.element), this.none);
    this.applyFilter();
    this.update();
  }

  applyFilter() {
    const wanted = this.filter.value.trim().toLowerCase();
    const shown = this.sections.filter((section) => section.filter(wanted)).length;
    if (this.none) this.none.hidden = shown > 0;
    if (wanted) announce(tn("settings.shown", shown));
  }
}
customElements.define("omt-settings", SettingsScreen);
screen("settings", "omt-settings");

/** Plugins get their settings when the session opens; a change later would reach none of them. */
function isFixed() {
  return Boolean(state().licence || state().busy);
}
