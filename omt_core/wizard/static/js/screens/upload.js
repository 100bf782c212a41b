/** Upload: the rows in parallel, and all one may do about them. Source: crm.md W73-W79. */

import { post } from "../core/api.js";
import { h, replace, setText } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { onNotice, onRow, state } from "../core/state.js";
import { t } from "../core/text.js";
import { FrozenNotice } from "./freeze/frozen-notice.js";
import { LeftBehind } from "./left-behind/left-behind.js";
import { MachineTable } from "./upload/machine-table.js";
import { Milestones } from "./upload/milestones.js";
import { RunButtons } from "./upload/run-buttons.js";
import { StageTable } from "./upload/stage-table.js";
import { standing } from "./upload/standing.js";
import { Totals, wholeShare } from "./upload/totals.js";

const IN_TITLE = new Set(["running", "pausing", "paused", "stopping"]);
const MOVING = new Set(["running", "pausing", "stopping"]);

class Upload extends ScreenElement {
  #said = "";
  /** @type {Map<string, number>} bytes by stage */ #sent = new Map();

  build() {
    this.className = "page";
    this.lead = h("p", { class: "page__lead" });
    this.notices = h("div", { class: "upload__notices" });
    this.errors = new ErrorPlace();
    this.frozen = new FrozenNotice();
    this.table = new StageTable(() => this.#count(state().upload), (stage) => this.leftBehind.reveal(stage));
    this.totals = new Totals();
    this.buttons = new RunButtons(this.errors);
    this.latest = h("p", { class: "upload__latest muted", role: "status" });
    this.leftBehind = new LeftBehind();
    this.milestones = new Milestones();
    this.machines = new MachineTable();
    this.append(
      h("header", { class: "upload__head" }, h("div", null, h("h1", null, t("upload.title")), this.lead),
        this.buttons.element),
      this.errors.element, this.notices,
      h("section", { class: "card upload__card", "aria-label": t("upload.table") },
        this.table.element,
        h("div", { class: "upload__below" }, this.totals.element),
        this.latest),
      this.machines.element,
      this.frozen.element,
      this.leftBehind.element,
      h("p", { class: "muted upload__closing" }, t("upload.closing")));
    this.follow(onRow((row) => this.#move(row)));
    this.follow(onNotice(({ message }) => this.#tell(message)));
  }

  update(now) {
    const { upload } = now;
    this.table.showAll(upload);
    this.#count(upload);
    this.machines.show(upload, MOVING.has(upload.state));
    for (const row of upload.rows) this.milestones.row(row);
    this.milestones.run(now);
    this.buttons.show(now);
    this.frozen.show(now);
    this.leftBehind.show(upload);
    const none = !upload.missing && !upload.failed && !upload.left_out;
    this.leftBehind.element.hidden = none && upload.state !== "done";
    this.errors.update(now);
    this.#stand(now);
    setFooter(this.#footer(now));
  }

  leave() {
    this.leftBehind.stop();
  }

  /** The figures, and the share in the tab's title, which is what one sees of it from elsewhere. */
  #count(upload) {
    this.totals.show(upload);
    const share = IN_TITLE.has(upload.state) ? wholeShare(upload) : "";
    document.title = t("shell.title", { screen: share ? `${share} ${t("upload.title")}` : t("upload.title") });
  }

  #move(row) {
    if (row.sent_bytes > (this.#sent.get(row.stage) ?? row.sent_bytes)) setText(this.latest, ""); // The line carries.
    this.#sent.set(row.stage, row.sent_bytes);
    this.table.show(row);
    this.milestones.row(row);
  }

  /** What the tool just did or decided, in its own words; the newest is enough, the log has all. */
  #tell(message) {
    setText(this.latest, message);
  }

  #stand(now) {
    const { lead, notices } = standing(now, () => this.buttons.resume());
    setText(this.lead, lead);
    const said = JSON.stringify([now.upload.state, now.frozen, lead]);
    if (said === this.#said) return;
    this.#said = said;
    const focused = this.notices.contains(document.activeElement);
    replace(this.notices, notices);
    if (focused) this.buttons.focus();
  }

  #footer(now) {
    const { upload } = now;
    const previous = { disabled: !now.can_go_back };
    if (["idle", "stopped", "failed"].includes(upload.state)) {
      const begun = upload.state !== "idle" || now.interrupted;
      return {
        primary: { label: t(begun ? "upload.go-on" : "upload.start"), busy: now.busy === "starting",
          disabled: now.busy === "thawing", run: () => this.errors.run(() => post("/api/upload/start")) },
        previous,
      };
    }
    if (upload.state === "paused") {
      return { primary: { label: t("upload.resume"), run: () => this.buttons.resume() }, previous: { disabled: true } };
    }
    return { primary: { label: t("upload.finished"), disabled: true }, previous: { disabled: true } };
  }
}

customElements.define("omt-upload", Upload);
screen("upload", "omt-upload");
