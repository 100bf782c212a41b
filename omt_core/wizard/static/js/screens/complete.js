/** Complete: what was moved, what was left behind and why, and what comes next. Source: crm.md W80-W82. */

import { post } from "../core/api.js";
import { BusyLine } from "../core/busy.js";
import { h, replace, setText } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { notice } from "../core/notice.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { number, t, tn } from "../core/text.js";
import { changesOnline } from "./complete/changes-online.js";
import { Comparison } from "./complete/comparison.js";
import { documents } from "./complete/documents.js";
import { figures } from "./complete/figures.js";
import { nextSteps } from "./complete/next-steps.js";
import { thawCard } from "./complete/thaw-card.js";
import { thawedNotice } from "./freeze/thawed-notice.js";
import { LeftBehind } from "./left-behind/left-behind.js";
import { MachineTable } from "./upload/machine-table.js";

/** What was moved now is not the same after a test and after a recovery, and nobody is promised a mail by either. */
function lead(now) {
  const test = now.result.kind === "test";
  if (now.recovery?.chosen === "missing") return test ? "complete.lead.missing-test" : "complete.lead.missing";
  return test ? "complete.lead.test" : "complete.lead.live";
}

/** What this recovery did, and what is still to be looked for. */
function outcome(now) {
  if (now.recovery?.chosen !== "missing") return null;
  const { sent_files: sent, missing, failed } = now.result;
  const left = missing + failed;
  return notice(left ? "warning" : "success", { title: left
    ? t("complete.recovered-some", { sent: tn("complete.sent-now", sent), left: tn("complete.still-missing", left) })
    : t("complete.recovered-all", { sent: tn("complete.sent-now", sent) }) });
}

/** What an earlier run sent and the site has lost since: it is counted nowhere else. */
function lost({ gone, kept }) {
  if (!gone) return null;
  return notice("warning", {
    title: t("complete.gone", { count: number(gone) }),
    content: h("p", null, t("complete.gone-text", { kept: number(kept), dropped: number(gone - kept) })),
  });
}

class Complete extends ScreenElement {
  #said = "";

  build() {
    this.className = "page";
    this.errors = new ErrorPlace();
    this.busyLine = new BusyLine();
    this.lead = h("p", { class: "page__lead" });
    this.figures = h("div", { class: "complete__moved" });
    this.thaw = h("div");
    this.next = h("div");
    this.changes = h("div");
    this.documents = h("div");
    this.comparison = new Comparison();
    this.machines = new MachineTable();
    this.leftBehind = new LeftBehind({ open: true });
    this.append(
      h("header", null, h("h1", null, t("complete.title")), this.lead),
      this.errors.element, this.busyLine.element, this.figures, this.thaw,
      h("div", { class: "complete__columns" }, this.next, this.documents),
      this.changes, this.machines.element, this.comparison.element, this.leftBehind.element);
  }

  update(now) {
    setFooter({
      primary: { label: t("complete.close"), busy: now.busy === "closing", disabled: now.busy === "thawing",
        run: () => this.errors.run(() => post("/api/close")) },
      previous: { disabled: true },
    });
    this.leftBehind.show({
      missing: now.result?.missing ?? 0, failed: now.result?.failed ?? 0, left_out: now.result?.left_out ?? 0,
    });
    this.machines.show(now.upload, false);
    this.errors.update(now);
    this.busyLine.update(now);
    const said = JSON.stringify([now.result, now.frozen, now.thawed_at, now.busy]);
    if (said === this.#said) return;
    this.#said = said;
    this.#show(now);
  }

  leave() {
    this.leftBehind.stop();
  }

  #show(now) {
    const { result } = now;
    if (!result) {
      const words = { title: t("complete.no-result"), content: t("complete.no-result-text") };
      replace(this.figures, notice("warning", words));
      return;
    }
    setText(this.lead, t(lead(now)));
    replace(this.figures, outcome(now), figures(result), lost(result));
    replace(this.thaw, thawCard(now) ?? thawedNotice(now));
    replace(this.next, nextSteps(now));
    replace(this.documents, documents(result, now.log));
    replace(this.changes, changesOnline(result.changes));
    void this.comparison.load(result);
  }
}

customElements.define("omt-complete", Complete);
screen("complete", "omt-complete");
