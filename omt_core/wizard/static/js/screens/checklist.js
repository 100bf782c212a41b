/** Checklist: what is to be looked at before the upload, and what that will do. Source: crm.md W38-W43. */

import { post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { h, replace } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { icon } from "../core/icons.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { state } from "../core/state.js";
import { t, tn } from "../core/text.js";
import { AheadCard } from "./ahead/card.js";
import { askStart } from "./checklist/start-dialog.js";
import { consequences } from "./checklist/consequences.js";
import { ChecklistItem } from "./checklist/item.js";
import { ITEMS } from "./checklist/items.js";
import { obstacles } from "./checklist/obstacles.js";
import { EstimatePanel } from "./estimate/panel.js";

class Checklist extends ScreenElement {
  #kind = "";
  #obstacles = "";

  build() {
    this.className = "page";
    this.busyLine = new BusyLine();
    this.errors = new ErrorPlace();
    this.items = ITEMS.map((item) => new ChecklistItem(item));
    this.estimate = new EstimatePanel();
    this.ahead = new AheadCard();
    this.what = h("section", { class: "card checklist__what" });
    this.obstacles = h("div", { class: "checklist__obstacles", role: "status" });
    this.append(
      h("header", null, h("h1", null, t("checklist.title")), h("p", { class: "page__lead" }, t("checklist.lead"))),
      this.busyLine.element, this.errors.element,
      h("ul", { class: "checklist" }, this.items.map((item) => item.element)),
      this.obstacles, this.what, h("div", { class: "checklist__ahead" }, this.estimate.element, this.ahead.element));
  }

  update(now) {
    for (const item of this.items) item.show(now);
    this.busyLine.update(now);
    this.errors.update(now);
    this.#say(now);
    this.estimate.show(now.estimate);
    this.ahead.show(now);
    const standing = obstacles(now);
    setFooter({
      primary: { label: t("checklist.upload"), disabled: standing.length > 0 || now.busy === "closing",
        busy: now.busy === "starting", reason: inBrief(standing),
        run: () => this.#start() },
      previous: { disabled: !now.can_go_back || now.busy === "starting" },
    });
    this.#stand(standing);
  }

  #say(now) {
    const kind = `${now.kind} ${now.recovery.chosen}`;
    if (kind === this.#kind) return;
    this.#kind = kind;
    const test = now.kind === "test";
    replace(this.what,
      h("h2", null, icon(test ? "flask" : "snowflake"), t(test ? "checklist.what-test" : "checklist.what-live")),
      consequences(now));
  }

  #stand(standing) {
    const said = standing.join("\n");
    if (said === this.#obstacles) return;
    this.#obstacles = said;
    replace(this.obstacles, standing.length
      ? [h("p", null, icon("lock"), t("checklist.not-yet")),
        h("ul", null, standing.map((words) => h("li", null, words)))]
      : null);
  }

  async #start() {
    const start = () => post("/api/upload/start");
    await this.errors.run(() => state().kind === "live" ? askStart(state(), start) : start());
  }
}

/** Beside the button there is room for one reason; the page has them all. */
function inBrief(standing) {
  if (standing.length < 2) return standing.length ? t("checklist.not-yet-one", { reason: standing[0] }) : "";
  return tn("checklist.not-yet-more", standing.length - 1, { reason: standing[0] });
}

customElements.define("omt-checklist", Checklist);
screen("checklist", "omt-checklist");
