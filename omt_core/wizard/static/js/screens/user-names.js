/** The window "Check user names": the grid, and everything around it. Source: crm.md W59-W68. */

import { announce } from "../core/announce.js";
import { h, replace, setText } from "../core/dom.js";
import { empty, failed, loading } from "../core/placeholder.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { t, tn } from "../core/text.js";
import { toast } from "../core/toast.js";
import { csvExchange } from "../users/csv-exchange.js";
import { FilterField } from "../users/filter-field.js";
import { FindingsPanel } from "../users/findings-panel.js";
import { HistoryButtons } from "../users/history-buttons.js";
import { forgetOpening } from "../users/opening.js";
import { SavingNote } from "../users/saving-note.js";
import { UserActs, onUndoKey } from "../users/user-acts.js";
import { UserStore } from "../users/user-store.js";
import { WindowEnd } from "../users/window-end.js";
import { GridModel } from "./user-names/grid-model.js";
import { GridView } from "./user-names/grid-view.js";
import { ProblemList } from "./user-names/problem-list.js";
import { RemovedPanel } from "./user-names/removed-panel.js";

/** Shown in a panel of its own, with every address. */
const REMOVALS = "addresses-removed-online";

/** The window "Check user names": the grid, and everything around it (W59-W68). */
class UserNames extends ScreenElement {
  static fill = true;

  /** @type {Array<() => void>} */ #ends = [];
  /** @type {() => void} */ #judge = () => {};

  build() {
    this.classList.add("user-window");
    void this.#load();
  }

  update() {
    this.#judge();
  }

  leave() {
    for (const end of this.#ends.splice(0)) end();
    if (location.hash !== "#/user-names") forgetOpening("user_names");
  }

  async #load() {
    this.replaceChildren(h("h1", { tabindex: "-1" }, t("userNames.title")), loading());
    try {
      const store = await UserStore.load("user_names");
      if (this.isConnected) this.#open(store);
    } catch (error) {
      this.replaceChildren(h("h1", { tabindex: "-1" }, t("userNames.title")), failed(error, () => this.#load()));
    }
  }

  /** @param {UserStore} store */
  #open(store) {
    const model = new GridModel(store);
    const filter = new FilterField({
      placeholder: t("userNames.filter.placeholder"),
      filtered: (text) => {
        model.setFilter(text);
        redraw();
      },
    });
    const acts = new UserActs(store, {
      undone: "userNames.undone", redone: "userNames.redone", changed: ([login]) => go(login),
    });
    const grid = new GridView(model, {
      change: (login, name) => acts.change([[login, name]]),
      offered: (login, name) => {
        acts.change([[login, name]]);
        const user = store.byLogin.get(login)?.full_name || login;
        toast(t("userNames.offer.taken", { user, name }), { undo: () => acts.undo() });
      },
    });
    const history = new HistoryButtons(acts);
    const go = (/** @type {string} */ login) => {
      if (!model.rows.some((row) => row.user.login === login)) {
        filter.clear();
        model.setFilter("");
        redraw();
      }
      grid.go(login);
    };
    const next = (/** @type {1 | -1} */ way) => {
      const login = model.nextProblem(grid.focusedLogin(), way);
      if (login === null) announce(t("userNames.next.none"));
      else go(login);
    };
    const problems = new ProblemList(model, { go, next: () => next(1) });
    const removed = new RemovedPanel();
    const findings = new FindingsPanel({
      isUser: (subject) => store.byLogin.has(subject),
      show: ([login]) => go(login),
    });
    const saving = new SavingNote();
    const nothing = h("div", { class: "user-grid-nothing", hidden: true });
    const reason = h("p", { class: "window-reason", role: "status" });
    const end = new WindowEnd(store, { reason: () => reasonAgainst(store, model) });
    const csv = csvExchange({
      address: store.csvPath,
      read: async (text) => {
        end.clear();
        await acts.importCsv(text);
        model.arrange();
        redraw();
      },
      refused: (error) => end.fail(error),
    });
    const withoutPlan = h("input", { type: "checkbox", on: { change: () => {
      model.withoutPlan = withoutPlan.checked;
      model.arrange();
      redraw();
    } } });

    const redraw = () => {
      grid.draw();
      problems.draw();
      removed.show(store.removedAddresses);
      findings.show(noted(store));
      filter.say(model.rows.length, model.listed);
      nothing.hidden = model.rows.length > 0;
      if (!nothing.hidden) replace(nothing, nothingToShow(model));
      tools();
    };
    const tools = () => {
      saving.show(store.saving);
      history.show();
      setText(reason, reasonAgainst(store, model));
      end.show();
    };
    store.addEventListener("changed", () => {
      model.judge();
      redraw();
    });
    store.addEventListener("saving", tools);
    store.addEventListener("refused", (event) => end.fail(/** @type {CustomEvent} */ (event).detail.error));
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      onProblemKey(event, next);
      onUndoKey(event, acts);
    };
    document.addEventListener("keydown", onKey);
    this.#ends.push(store.followReturns(), () => document.removeEventListener("keydown", onKey));
    this.#ends.push(() => grid.end(), () => problems.end());

    this.replaceChildren(
      h("header", { class: "window-header" },
        h("div", { class: "window-header__row window-header__row--start" },
          h("h1", { tabindex: "-1" }, t("userNames.title")),
          h("p", null, h("strong", null, t("userNames.instruction"))))),
      end.errors,
      h("div", { class: "toolbar window-toolbar" }, filter.element,
        h("label", { class: "check-label" }, withoutPlan, t("userNames.withoutPlan")),
        h("div", { class: "toolbar__end" }, history.elements, csv)),
      problems.element, h("div", { class: "window-notes" }, removed.element, findings.element), grid.element, nothing,
      h("div", { class: "window-foot" }, reason, h("p", { class: "window-keys muted", title: t("userNames.keys") },
        t("userNames.keys")),
        saving.element));
    this.#judge = tools;
    redraw();
  }
}

/** What the server notes beside the problems. @param {UserStore} store */
const noted = (() => {
  /** @type {unknown} */ let of = null;
  /** @type {import("../users/user-store.js").Finding[]} */ let found = [];
  return (store) => {
    if (of !== store.findings.user_names) {
      of = store.findings.user_names;
      found = store.findings.user_names.filter(({ severity, code }) => severity !== "error" && code !== REMOVALS);
    }
    return found;
  };
})();

/** Why Ok cannot be pressed (W65), "" when it can. @param {UserStore} store @param {GridModel} model */
function reasonAgainst(store, model) {
  if (model.problems.length > 0 && !store.accepted) return tn("userNames.reason.problems", model.problems.length);
  if (store.saving === "unsaved") return t("userNames.reason.unsaved");
  return store.saving === "saving" ? t("userNames.reason.saving") : "";
}

/** @param {GridModel} model */
function nothingToShow(model) {
  return model.filter.trim() === ""
    ? empty({ title: t("userNames.nobody"), text: t("userNames.nobody.text"), iconName: "person" })
    : empty({ title: t("userNames.noHits"), text: t("userNames.noHits.text") });
}

/** @param {KeyboardEvent} event @param {(way: 1 | -1) => void} next */
function onProblemKey(event, next) {
  const isNext = event.key === "F8" || (event.altKey && event.code === "KeyN");
  if (!isNext || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]") !== null) return;
  event.preventDefault();
  next(event.shiftKey ? -1 : 1);
}

customElements.define("omt-user-names", UserNames);
screen("user-names", "omt-user-names");
