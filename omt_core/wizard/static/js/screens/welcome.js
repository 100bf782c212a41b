/** What is going to happen, before anything does. Source: crm.md W10-W16. */

import { post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { h, replace } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { notice } from "../core/notice.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { t } from "../core/text.js";
import { ThereAlready } from "./ahead/there.js";
import { illustration } from "./welcome/illustration.js";
import { MachinePanel } from "./welcome/machine.js";

const MOVED = [["database", "database"], ["documents", "document"], ["service", "service"], ["users", "person"]];
const STEPS = ["login", "agreement", "review", "upload"];
const NEEDED = [["administrator", "key"], ["access", "folder"], ["tenant", "cloud"]];

class WelcomeScreen extends ScreenElement {
  build() {
    this.errors = new ErrorPlace();
    this.busyLine = new BusyLine();
    this.interrupted = h("div");
    this.machine = new MachinePanel();
    void this.machine.look();
    this.there = new ThereAlready();
    void this.there.look();
    replace(this, h("div", { class: "page welcome" },
      h("div", { class: "welcome__top" },
        h("div", { class: "welcome__words" },
          h("h1", null, t("welcome.title")),
          h("p", { class: "page__lead" }, t("welcome.lead"))),
        illustration()),
      this.errors.element,
      this.interrupted,
      this.there.element,
      this.busyLine.element,
      // Above what is read at leisure: on a small screen this is still in sight (crm.md W13).
      notice("info", { title: t("welcome.time.title"), content: t("welcome.time.text") }),
      h("div", { class: "welcome__columns" },
        section("moved", h("ul", { class: "welcome__list" }, MOVED.map(([name, sign]) => entry("moved", name, sign)))),
        section("steps", h("ol", { class: "welcome__steps" }, STEPS.map((name) => h("li", null, t(`welcome.steps.${name}`))))),
        section("needed", h("ul", { class: "welcome__list" }, NEEDED.map(([name, sign]) => entry("needed", name, sign))))),
      this.machine.element));
  }

  update(state) {
    this.errors.update(state);
    this.busyLine.update(state);
    const cut = state.interrupted && !state.busy;
    if (cut !== Boolean(this.interrupted.firstChild)) {
      replace(this.interrupted, cut
        ? notice("warning", { title: t("welcome.interrupted.title"), content: t("welcome.interrupted.text") }) : null);
    }
    setFooter({
      primary: { label: t("welcome.start"), busy: Boolean(state.busy),
        run: () => this.errors.run(() => post("/api/start")) },
      previous: { disabled: true },
    });
  }
}
customElements.define("omt-welcome", WelcomeScreen);
screen("welcome", "omt-welcome");

function section(name, content) {
  return h("section", { class: "welcome__section" }, h("h2", null, t(`welcome.${name}.title`)), content);
}

function entry(group, name, sign) {
  return h("li", null, icon(sign), h("span", null,
    h("strong", null, t(`welcome.${group}.${name}.what`)), " ", t(`welcome.${group}.${name}.how`)));
}
