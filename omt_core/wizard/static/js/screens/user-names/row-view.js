/** A row of the grid of user names; on a phone, a card. */

import { h, replace, setAttribute, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { number, t, tn } from "../../core/text.js";
import { problemTextAtRow } from "./problem-text.js";

/** Heights in rem: of a row, of the line that says what is wrong, of the offers; where it is wide both are one line. */
const HEIGHTS = { wide: { row: 2.25, below: 1.875 }, narrow: { row: 9.5, problem: 3, offers: 2.5 } };
const OFFERS_SHOWN = { wide: 3, narrow: 2 };

/** @param {import("./grid-model.js").Row} row @param {boolean} narrow @returns {number} in rem */
export function heightOf(row, narrow) {
  const [wrong, offers] = [row.problems.length > 0, Math.min(OFFERS_SHOWN.narrow, row.offers.length)];
  if (!narrow) return HEIGHTS.wide.row + (wrong || offers > 0 ? HEIGHTS.wide.below : 0);
  return HEIGHTS.narrow.row + (wrong ? HEIGHTS.narrow.problem : 0) + HEIGHTS.narrow.offers * offers;
}

/** What does not change of a row (W61). @param {import("./grid-model.js").Row} row */
export function makeRow({ user }) {
  const name = user.full_name || user.login;
  const trouble = `user-name-trouble-${user.id}`;
  const label = t("userNames.box", { name });
  return h("div", { role: "row", class: "user-row", dataset: { login: user.login } },
    cell("id", String(user.id)),
    cell("login", user.login),
    h("div", { role: "cell", class: "user-row__administrator" },
      user.administrator ? icon("crown", { label: t("users.administrator"), class: "crown" }) : null),
    cell("full-name", name),
    h("div", { role: "cell", class: "user-row__user-name" },
      h("div", { class: "user-name" },
        h("input", {
          type: "text", inputmode: "email", class: "user-name__input", role: "combobox", autocomplete: "off",
          spellcheck: "false", dir: "auto", "aria-label": label, "aria-expanded": "false", "aria-autocomplete": "list",
          "aria-haspopup": "listbox", "aria-describedby": trouble, dataset: { login: user.login },
        }),
        h("button", {
          type: "button", class: "user-name__open", tabindex: "-1", "aria-label": t("userNames.open", { name }),
        }, icon("chevron_down"))),
      h("div", { class: "user-row__below" },
        h("p", { class: "user-row__trouble", id: trouble, hidden: true }),
        h("div", {
          class: "user-row__offers", role: "group", "aria-label": t("userNames.offers", { name }), hidden: true,
        }))),
    h("div", { role: "cell", class: "user-row__sign" }),
    cell("company", user.company),
    cell("group", user.group),
    cell("role", user.role),
    cell("plan", ""));
}

/** What does. @param {HTMLElement} element @param {import("./grid-model.js").Row} row @param {number} place */
export function updateRow(element, row, place) {
  setAttribute(element, "aria-rowindex", place + 2);
  element.classList.toggle("is-odd", place % 2 === 1);
  element.classList.toggle("has-problem", row.problems.length > 0);
  const input = /** @type {HTMLInputElement} */ (element.querySelector(".user-name__input"));
  // What is being typed stays; what only stands there follows.
  if (input.value === (input.dataset.stored ?? "")) input.value = row.name;
  input.dataset.stored = row.name;
  setAttribute(input, "title", row.name || null);
  input.classList.toggle("is-pending", row.pending);
  setAttribute(input, "aria-invalid", row.problems.length > 0 ? "true" : null);
  setText(element.querySelector(".user-row__plan"), row.plan || t("plans.column.none"));
  const said = row.problems.map(problemTextAtRow);
  const shown = JSON.stringify([said, row.offers]);
  if (element.dataset.shown === shown) return;
  element.dataset.shown = shown;
  showTrouble(element, said);
  showSign(element.querySelector(".user-row__sign"), row);
  showOffers(element.querySelector(".user-row__offers"), row);
}

/** @param {string} name @param {string} text */
function cell(name, text) {
  return h("div", { role: "cell", class: `user-row__${name}`, title: text, dir: "auto" }, text);
}

/** @param {HTMLElement} element @param {string[]} said */
function showTrouble(element, said) {
  const trouble = /** @type {HTMLElement} */ (element.querySelector(".user-row__trouble"));
  trouble.hidden = said.length === 0;
  const more = said.length > 1 ? ` ${t("userNames.problem.more", { count: number(said.length - 1) })}` : "";
  setText(trouble, (said[0] ?? "") + more);
  trouble.title = said.join("\n");
}

/** The narrow column: a key at each user name that is not one of its own (W63), a warning at any other problem. */
function showSign(/** @type {Element} */ place, /** @type {import("./grid-model.js").Row} */ row) {
  const [problem] = row.problems;
  if (problem === undefined) replace(place);
  else if (problem.kind === "finding") replace(place, icon("warning", { label: t("userNames.sign.problem") }));
  else if (problem.kind === "taken") replace(place, icon("globe", { label: t("userNames.sign.taken") }));
  else {
    const label = tn("userNames.sign.duplicate", problem.others.length, { other: problem.others[0] });
    replace(place, icon("key", { label }));
  }
}

/** @param {HTMLElement} place @param {import("./grid-model.js").Row} row */
function showOffers(place, row) {
  place.hidden = row.offers.length === 0;
  replace(place, row.offers.slice(0, OFFERS_SHOWN.wide).map((address) => h("button", {
    type: "button", class: "button button--small user-row__offer", dataset: { offer: address, login: row.user.login },
    title: address,
  }, t("userNames.offer", { address }))));
}
