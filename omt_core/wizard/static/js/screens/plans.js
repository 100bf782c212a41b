/** The window "Check user plans": the board of cards, and everything around it. Source: crm.md W44-W58. */

import { h } from "../core/dom.js";
import { failed, loading } from "../core/placeholder.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { t } from "../core/text.js";
import { csvExchange } from "../users/csv-exchange.js";
import { FilterField } from "../users/filter-field.js";
import { FilterIndex } from "../users/filter-index.js";
import { FindingsPanel } from "../users/findings-panel.js";
import { HistoryButtons } from "../users/history-buttons.js";
import { forgetOpening } from "../users/opening.js";
import { SavingNote } from "../users/saving-note.js";
import { onUndoKey } from "../users/user-acts.js";
import { UserStore } from "../users/user-store.js";
import { WindowEnd } from "../users/window-end.js";
import { BoardActs } from "./plans/board-acts.js";
import { BoardModel } from "./plans/board-model.js";
import { BoardView } from "./plans/board-view.js";
import { cardTexts } from "./plans/card.js";
import { PlansHeader } from "./plans/header.js";
import { PlanChooser } from "./plans/plan-chooser.js";
import { Selection } from "./plans/selection.js";
import { PlansToolbar } from "./plans/toolbar.js";

/** The window "Check user plans": the board, and everything around it (W44-W58). */
class Plans extends ScreenElement {
  static fill = true;

  /** @type {Array<() => void>} */ #ends = [];

  build() {
    this.classList.add("user-window");
    void this.#load();
  }

  leave() {
    for (const end of this.#ends.splice(0)) end();
    if (location.hash !== "#/plans") forgetOpening("plans");
  }

  async #load() {
    this.replaceChildren(h("h1", { tabindex: "-1" }, t("plans.title")), loading());
    try {
      const store = await UserStore.load("plans");
      if (this.isConnected) this.#open(store);
    } catch (error) {
      this.replaceChildren(h("h1", { tabindex: "-1" }, t("plans.title")), failed(error, () => this.#load()));
    }
  }

  /** @param {UserStore} store */
  #open(store) {
    const model = new BoardModel(store, new FilterIndex(store.users, cardTexts));
    const selection = new Selection();
    const acts = new BoardActs(store, model);
    const filter = new FilterField({
      placeholder: t("plans.filter.placeholder"),
      filtered: (text) => {
        model.setFilter(text);
        redraw();
      },
    });
    const board = new BoardView({ store, model, acts, selection, selected: () => showTools() });
    const saving = new SavingNote();
    const header = new PlansHeader();
    const chooser = new PlanChooser((plan) => board.showOnly(plan));
    const findings = new FindingsPanel({
      isUser: (subject) => store.byLogin.has(subject),
      show: (logins) => {
        filter.clear();
        model.setFilter("");
        redraw();
        chooser.choose(model.planOf(logins[0]));
        board.show(logins);
      },
    });
    const end = new WindowEnd(store, { reason: () => reasonAgainst(store, model), blocked: () => findings.focus() });
    const toolbar = new PlansToolbar({
      filter: filter.element,
      csv: csvExchange({
        address: store.csvPath,
        read: async (text) => {
          end.clear();
          await acts.importCsv(text);
          showTools();
        },
        refused: (error) => end.fail(error),
      }),
      history: new HistoryButtons(acts),
      removeAll: () => void acts.removeAll(),
      move: (opener) => board.moveChosen(opener),
      chooseNone: () => {
        selection.clear();
        redraw();
      },
    });

    const showTools = () => toolbar.show(selection.size);
    const redraw = () => {
      board.draw();
      chooser.show(model.columns, model.filter.trim() !== "");
      header.show(store, model);
      filter.say(model.hits, store.users.length);
      findings.show(store.findings.plans);
      saving.show(store.saving);
      showTools();
      end.show();
    };
    store.addEventListener("changed", () => {
      model.arrange();
      redraw();
    });
    store.addEventListener("saving", () => {
      saving.show(store.saving);
      end.show();
    });
    const onKey = (/** @type {KeyboardEvent} */ event) => onUndoKey(event, acts);
    document.addEventListener("keydown", onKey);
    this.#ends.push(store.followReturns(), () => document.removeEventListener("keydown", onKey));
    this.#ends.push(() => board.end(), () => chooser.end());
    this.replaceChildren(header.element, end.errors, findings.element, toolbar.element, chooser.element, board.element,
      h("div", { class: "window-foot plans-foot" }, toolbar.chosenBar,
        h("p", { class: "window-keys muted", title: t("plans.keys") }, t("plans.keys")), saving.element));
    redraw();
  }
}

/** Why Ok would be refused, "" when it would not. @param {UserStore} store @param {BoardModel} model */
function reasonAgainst(store, model) {
  if (store.accepted) return "";
  if (!model.administratorHasPlan) return t("plans.rule.broken");
  const error = store.saving === "saved" && store.findings.plans.find((finding) => finding.severity === "error");
  return error ? error.message : "";
}

customElements.define("omt-plans", Plans);
screen("plans", "omt-plans");
