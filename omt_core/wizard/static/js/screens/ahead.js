/** Sending documents ahead: the rows of the files, days before, while users still work. */

import { post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { h, setText } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { ScreenElement } from "../core/screen-element.js";
import { prepareScreen, screen } from "../core/screens.js";
import { onRow, state } from "../core/state.js";
import { t } from "../core/text.js";
import { LeftBehind } from "./left-behind/left-behind.js";
import { RunButtons } from "./upload/run-buttons.js";
import { StageTable } from "./upload/stage-table.js";
import { Totals } from "./upload/totals.js";

await prepareScreen("upload"); // Its style sheet draws the same table.

const LEADS = {
  running: "ahead.lead.running",
  pausing: "ahead.lead.running",
  stopping: "ahead.lead.running",
  paused: "ahead.lead.paused",
  stopped: "ahead.lead.paused",
  failed: "ahead.lead.failed",
  done: "ahead.lead.done",
};

class Ahead extends ScreenElement {
  build() {
    this.className = "page";
    this.lead = h("p", { class: "page__lead", role: "status" });
    this.errors = new ErrorPlace();
    this.busyLine = new BusyLine();
    this.table = new StageTable(() => this.totals.show(state().upload), (stage) => this.leftBehind.reveal(stage));
    this.totals = new Totals();
    this.buttons = new RunButtons(this.errors);
    this.leftBehind = new LeftBehind();
    this.append(
      h("header", { class: "upload__head" }, h("div", null, h("h1", null, t("ahead.title")), this.lead),
        this.buttons.element),
      this.errors.element, this.busyLine.element,
      h("section", { class: "card upload__card", "aria-label": t("upload.table") },
        this.table.element, h("div", { class: "upload__below" }, this.totals.element)),
      this.leftBehind.element,
      h("p", { class: "muted" }, t("ahead.closing")));
    this.follow(onRow((row) => this.table.show(row)));
  }

  update(now) {
    const { upload } = now;
    const under = ["running", "pausing", "stopping"].includes(upload.state);
    setText(this.lead, t(LEADS[upload.state] ?? "ahead.lead.running"));
    this.table.showAll(upload);
    this.totals.show(upload);
    this.buttons.show(now);
    this.leftBehind.show(upload);
    this.leftBehind.element.hidden = !upload.missing && !upload.failed && !upload.left_out;
    this.errors.update(now);
    this.busyLine.update(now);
    const again = ["paused", "stopped", "failed"].includes(upload.state);
    const back = { label: t("ahead.back"), disabled: under || Boolean(now.busy),
      run: () => this.errors.run(() => post("/api/ahead/leave")) };
    const goOn = { label: t("upload.go-on"), disabled: Boolean(now.busy),
      run: () => this.errors.run(() => post("/api/ahead/send")) };
    setFooter({ primary: again ? goOn : null, previous: back }); // No button becomes another under the pointer.
  }

  leave() {
    this.leftBehind.stop();
  }
}
customElements.define("omt-ahead", Ahead);
screen("ahead", "omt-ahead");
