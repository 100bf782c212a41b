/** A user's card on the board. Source: crm.md W48-W50. */

import { h, replace, setAttribute, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";
import { photo } from "../../users/photo.js";

/** The height of a card with the gap below it, in rem: all are equal, so that a long column can be drawn in part. */
const CARD_REM = { whole: 8.75, compact: 3.5 };
/** With more users than this a card is two lines. */
const WHOLE_CARDS = 100;

const BAND_HUES = 6;

/**
 * @typedef {{chosen: boolean, active: boolean, moving: boolean, pending: boolean,
 *   mark: {severity: "error" | "warning", text: string} | null, place: number, count: number}} CardLook
 */

/** Whether cards are two lines each. @param {number} users */
export function isCompact(users) {
  return users > WHOLE_CARDS;
}

/** In pixels, with the gap. @param {boolean} compact */
export function cardHeight(compact) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return (compact ? CARD_REM.compact : CARD_REM.whole) * rem;
}

/**
 * A user's card (W48-W50): what does not change of it. What may be cut off is whole in its title.
 * @param {import("../../users/user-store.js").User} user
 */
export function makeCard(user) {
  const name = user.full_name || user.login;
  const details = `card-${user.id}-details`;
  const who = [user.login, user.position].filter(Boolean).join(" · ");
  const onsite = user.onsite_plan ? t("plans.card.onsite", { plan: user.onsite_plan }) : t("plans.card.noOnsite");
  const all = [name, who, user.role, user.group, user.company, onsite].filter(Boolean).join("\n");
  return h("li", { class: `plan-card plan-card--${hueOf(user.group)}`, dataset: { login: user.login } },
    h("div", { class: "plan-card__band" },
      h("input", {
        type: "checkbox", class: "plan-card__choice", tabindex: "-1",
        "aria-label": t("plans.card.name", { name, login: user.login }), "aria-describedby": details,
      }),
      h("span", { class: "plan-card__group", title: user.group, dir: "auto" }, user.group),
      h("span", { class: "plan-card__mark", hidden: true }),
      user.administrator ? icon("crown", { label: t("users.administrator"), class: "crown" }) : null),
    h("div", { class: "plan-card__side" },
      photo(user.photo),
      h("button", {
        type: "button", class: "plan-card__move", tabindex: "-1", "aria-haspopup": "menu",
        "aria-label": t("plans.card.move", { name }), title: t("plans.move"),
      }, icon("board"), icon("chevron_down"))),
    h("div", { class: "plan-card__text", id: details },
      h("span", { class: "plan-card__role muted", title: user.role, dir: "auto" }, user.role),
      h("strong", { class: "plan-card__name", title: all, dir: "auto" }, name),
      h("span", { class: "plan-card__line plan-card__who", title: who, dir: "auto" }, who),
      h("span", { class: "plan-card__line", title: user.company, dir: "auto" }, user.company),
      h("span", { class: "plan-card__line muted", title: onsite, dir: "auto" }, onsite),
      confidential(user.confidential_activities)));
}

/** Show what does change. @param {HTMLElement} card @param {CardLook} look */
export function updateCard(card, look) {
  const choice = card.querySelector(".plan-card__choice");
  choice.checked = look.chosen;
  choice.tabIndex = look.active ? 0 : -1;
  card.querySelector(".plan-card__move").tabIndex = look.active ? 0 : -1;
  card.classList.toggle("is-chosen", look.chosen);
  card.classList.toggle("is-moving", look.moving);
  card.classList.toggle("is-pending", look.pending);
  setAttribute(card, "aria-posinset", look.place + 1);
  setAttribute(card, "aria-setsize", look.count);
  showMark(card.querySelector(".plan-card__mark"), look.mark);
}

/** The facts that the filter finds (W52). @param {import("../../users/user-store.js").User} user */
export function cardTexts(user) {
  return [
    user.login, user.full_name, user.role, user.group, user.position, user.company, user.onsite_plan,
    user.administrator ? t("users.administrator") : "",
    user.confidential_activities ? t("plans.card.confidential") : "",
  ];
}

/** @param {boolean} may */
function confidential(may) {
  return h("span", { class: may ? "confidential confidential--yes" : "confidential" },
    h("span", { class: "confidential__sign", "aria-hidden": "true" }, icon(may ? "check" : "minus")),
    h("span", { class: "confidential__label" }, t("plans.card.confidential")),
    h("span", { class: "visually-hidden" }, t(may ? "users.yes" : "users.no")));
}

/** @param {HTMLElement} place @param {CardLook["mark"]} mark */
function showMark(place, mark) {
  const shown = mark === null ? "" : `${mark.severity}: ${mark.text}`;
  if (place.title === shown) return;
  place.title = shown;
  place.hidden = mark === null;
  if (mark === null) {
    replace(place);
    return;
  }
  place.className = `plan-card__mark badge badge--${mark.severity === "error" ? "danger" : "warning"}`;
  const more = h("span", { class: "visually-hidden" });
  setText(more, `: ${mark.text}`);
  replace(place, icon("warning"), t(`users.severity.${mark.severity}`), more);
}

/** One of a few colours by the group's name: only to tell groups apart at a glance, the name stands on it. */
function hueOf(/** @type {string} */ group) {
  let sum = 0;
  for (const sign of group) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973;
  return group === "" ? "none" : String(sum % BAND_HUES);
}
