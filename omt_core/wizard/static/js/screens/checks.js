/** Checks: what every plugin's rules found, what stops the upload, and why. Source: crm.md W94. */

import { announce } from "../core/announce.js";
import { get, post } from "../core/api.js";
import { h, replace, setText } from "../core/dom.js";
import { ErrorPlace } from "../core/error-place.js";
import { setFooter } from "../core/footer.js";
import { here } from "../core/here.js";
import { icon } from "../core/icons.js";
import { notice } from "../core/notice.js";
import { empty, failed, loading, working } from "../core/placeholder.js";
import { ScreenElement } from "../core/screen-element.js";
import { closeWindow, screen } from "../core/screens.js";
import { state } from "../core/state.js";
import { dateTime, language, number, t, tn } from "../core/text.js";
import { FilterBar } from "./checks/filter-bar.js";
import { FindingList } from "./checks/finding-list.js";
import { groups } from "./checks/finding-groups.js";
import { MissingFiles } from "./checks/missing-files.js";
import { PluginTable, pluginState } from "./checks/plugin-table.js";

class Checks extends ScreenElement {
  #read = "";
  #turn = 0;
  #answer = null;

  build() {
    this.className = "page";
    this.standing = h("div", { class: "checks__standing" });
    this.errors = new ErrorPlace();
    this.againWords = h("span");
    this.again = h("button", { type: "button", class: "button", on: { click: () => this.#run(null) } },
      icon("refresh"), this.againWords);
    this.print = h("button", { type: "button", class: "button button--quiet", on: { click: () => window.print() } },
      t("checks.print"));
    this.filter = new FilterBar(() => this.#filtered());
    this.missing = new MissingFiles();
    this.findings = new FindingList((code) => this.missing.open(code));
    this.plugins = new PluginTable((plugin) => this.#run(plugin));
    this.inactive = h("div");
    this.place = h("div", null, loading(t("checks.loading")));
    this.append(
      h("header", null, h("h1", null, t("checks.title")), h("p", { class: "page__lead" }, t("checks.lead"))),
      h("div", { class: "checks__head" }, this.standing,
        h("div", { class: "toolbar no-print" }, this.again, this.print,
          download(`/api/findings.csv?language=${language()}`, "checks.csv"), download("/api/findings.json", "checks.json"))),
      this.errors.element, this.inactive, this.missing.element, this.place);
    this.follow(this.findings.followPrinting());
  }

  update(now) {
    const { checks } = now;
    this.errors.update(now);
    const running = checks.state === "running";
    this.again.disabled = running;
    setText(this.againWords, t(checks.state === "never" ? "checks.run-first" : "checks.run-all"));
    this.plugins.disable(running);
    this.#stand(checks, running);
    setFooter({ primary: { label: t("checks.back"), run: closeWindow }, previous: null });
    const read = `${checks.revision} ${checks.state}`;
    if (read !== this.#read && !(running && this.#answer)) {
      this.#read = read;
      void this.#load();
    }
  }

  leave() {
    this.#turn += 1;
    this.#read = "";
  }

  #stand(checks, running) {
    const said = `${running} ${checks.state} ${checks.blocking} ${checks.checked_at} ${checks.asked} ${checks.said?.message}`;
    if (this.standing.dataset.said === said) return;
    this.standing.dataset.said = said;
    replace(this.standing, running ? [working(t("checks.running")), progress(checks), held(checks)] : standing(checks));
  }

  async #load() {
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const answer = await get("/api/checks");
      if (turn === this.#turn) this.#fill(answer);
    } catch (error) {
      if (turn === this.#turn) replace(this.place, failed(error, () => this.#load()));
    }
  }

  #fill(answer) {
    const first = this.#answer === null || !this.findings.element.isConnected;
    this.#answer = answer;
    this.filter.count(answer.findings);
    this.plugins.show(answer.plugins, answer.findings);
    this.plugins.disable(this.again.disabled);
    void this.missing.read();
    replace(this.inactive, inactiveNotice(answer.plugins));
    if (first) replace(this.place, this.filter.element, this.findings.element, this.plugins.element);
    this.#show();
  }

  #show() {
    const { findings } = this.#answer;
    const shown = groups(findings, this.filter.filter);
    this.filter.element.hidden = findings.length === 0;
    this.findings.show(shown);
    if (!findings.length) this.findings.say(nothing(state()?.checks));
    else if (!shown.length) this.findings.say(this.#nothingLeft());
    return shown.reduce((sum, group) => sum + group.findings.length, 0);
  }

  #filtered() {
    if (this.#answer) announce(tn("checks.shown", this.#show()));
  }

  #nothingLeft() {
    const clear = h("button", { type: "button", class: "button", on: { click: () => this.filter.clear() } },
      t("checks.filter-clear"));
    return empty({ title: t("checks.nothing-left"), actions: [clear] });
  }

  async #run(plugin) {
    await this.errors.run(() => post("/api/checks/run", { plugin }));
  }
}

function download(href, words) {
  return h("a", { class: "button button--quiet", href: here(href), download: "" }, icon("download"), t(words));
}

function progress({ asked, questions }) {
  const words = { asked: number(asked), total: number(questions) };
  return questions ? h("p", { class: "muted" }, t("checks.progress", words)) : null;
}

/** What the rules wait for, which would else look as if they never ended. */
function held({ said }) {
  return said ? notice("info", { title: said.message }) : null;
}

function standing(checks) {
  if (checks.state === "never") return notice("info", { title: t("checks.never"), content: t("checks.never-text") });
  const at = checks.checked_at ? t("checks.checked-at", { when: dateTime(checks.checked_at) }) : "";
  if (checks.state === "stale") return notice("warning", { title: t("checks.stale"), content: at });
  if (checks.blocking) {
    return notice("danger", { title: tn("checks.stopped-by", checks.blocking), content: t("checks.stopped-text") });
  }
  return notice("success", { title: t("checks.free"), content: at });
}

function inactiveNotice(plugins) {
  const inactive = plugins.filter((one) => one.state !== "active");
  if (!inactive.length) return null;
  const lines = inactive.map((one) => h("li", null,
    h("strong", null, one.name), ` (${t(pluginState(one.state).word)})`, one.detail ? `: ${one.detail}` : ""));
  return notice("warning", { title: tn("checks.inactive", inactive.length), content: h("ul", null, lines) });
}

function nothing(checks) {
  if (checks?.state === "running") return working(t("checks.running"));
  return checks?.state === "never"
    ? empty({ title: t("checks.never"), text: t("checks.never-text") })
    : empty({ title: t("checks.nothing"), text: t("checks.nothing-text"), iconName: "check" });
}

customElements.define("omt-checks", Checks);
screen("checks", "omt-checks");
