/** A column of the board: its name with the seats, and its cards. Source: crm.md W47. */

import { h, replace, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { number, t, tn } from "../../core/text.js";
import { WindowedList } from "../../users/windowed-list.js";
import { freeSeats, isOverbooked } from "./board-model.js";

/** What a column is called, with its seats (W47). @param {import("./board-model.js").Column} column */
export function columnTitle(column) {
  return seats(column, column.plan === "" ? t("plans.column.none") : column.plan);
}

function seats(column, name) {
  if (column.total === null) return t("plans.column.counted", { name, used: number(column.used) });
  return t("plans.column.seats", { name, used: number(column.used), total: number(column.total) });
}

/** One column of the board: a header that stays in sight, and the cards below it. */
export class ColumnView {
  #name = h("span", { class: "plan-column__name" });
  #seats = h("span");
  #title = h("h2", { class: "plan-column__title" }, this.#name, " ", this.#seats);
  #state = h("p", { class: "plan-column__state" });
  #hits = h("span", { class: "muted" });
  #nobody = h("p", { class: "plan-column__nobody muted", hidden: true });
  #shownState = "";

  /**
   * @param {string} plan @param {HTMLElement} scroller
   * @param {ConstructorParameters<typeof WindowedList>[2]} cards
   * @param {string} id
   */
  constructor(plan, scroller, cards, id) {
    this.plan = plan;
    this.#title.id = id;
    this.list = h("ul", { class: "plan-column__cards", role: "list", "aria-labelledby": id });
    this.element = h("section", { class: "plan-column", "aria-labelledby": id, dataset: { plan } },
      h("header", { class: "plan-column__header" }, this.#title, this.#state),
      this.list, this.#nobody);
    this.cards = new WindowedList(this.list, scroller, cards);
  }

  /**
   * @param {import("./board-model.js").Column} column
   * @param {{filtering: boolean, findings: import("../../users/user-store.js").Finding[], cardHeight: number}} look
   */
  take(column, { filtering, findings, cardHeight }) {
    // Apart, so that a long name is cut off and the seats are not.
    setText(this.#name, column.plan === "" ? t("plans.column.none") : column.plan);
    setText(this.#seats, seats(column, "").trim());
    this.#title.title = columnTitle(column);
    this.#showState(column, findings);
    setText(this.#hits, filtering ? tn("plans.column.hits", column.shown.length) : "");
    this.element.classList.toggle("is-overbooked", isOverbooked(column));
    this.element.classList.toggle("is-unknown", !column.known);
    this.#nobody.hidden = column.shown.length > 0;
    setText(this.#nobody, t(column.logins.length > 0 ? "plans.column.noHits" : "plans.column.nobody"));
    this.cards.take(column.shown, () => cardHeight);
  }

  /** How it looks to a card that is dragged over it. @param {"" | "target" | "refuses"} how */
  hover(how) {
    this.element.classList.toggle("is-target", how === "target");
    this.element.classList.toggle("is-refusing", how === "refuses");
  }

  /**
   * @param {import("./board-model.js").Column} column
   * @param {import("../../users/user-store.js").Finding[]} findings
   */
  #showState(column, findings) {
    const said = JSON.stringify([seatState(column), findings.map((finding) => finding.message)]);
    if (said === this.#shownState) return;
    this.#shownState = said;
    // That a plan is overbooked is said already; the rule's own words about it go with that.
    const apart = isOverbooked(column) ? findings.filter((finding) => finding.severity !== "error") : findings;
    replace(this.#state, this.#hits, seatBadge(column, findings), apart.map((finding) => h("span", {
      class: `badge badge--${finding.severity === "error" ? "danger" : finding.severity}`, title: finding.message,
    }, icon("warning"), t(`users.severity.${finding.severity}`),
    h("span", { class: "visually-hidden" }, `: ${finding.message}`))));
  }
}

/** @param {import("./board-model.js").Column} column */
function seatState(column) {
  if (!column.known) return "unknown";
  if (isOverbooked(column)) return `overbooked ${column.used - (column.total ?? 0)}`;
  return column.total === null ? "" : `free ${freeSeats(column)}`;
}

/**
 * @param {import("./board-model.js").Column} column
 * @param {import("../../users/user-store.js").Finding[]} findings
 */
function seatBadge(column, findings) {
  if (!column.known) return h("span", { class: "badge badge--danger" }, icon("warning"), t("plans.column.unknown"));
  if (isOverbooked(column)) {
    const why = findings.filter((finding) => finding.severity === "error").map((finding) => finding.message).join("\n");
    return h("span", { class: "badge badge--danger", title: why }, icon("warning"), t("plans.column.overbooked"),
      h("span", { class: "visually-hidden" }, why && `: ${why}`));
  }
  if (column.total === null) return null;
  const free = freeSeats(column);
  return free === 0
    ? h("span", { class: "badge badge--warning" }, icon("lock"), t("plans.column.full"))
    : h("span", { class: "muted" }, tn("plans.column.free", free));
}
