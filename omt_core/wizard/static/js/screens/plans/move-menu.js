/** The menu "Move to" of a card and of all that are chosen. */

import { h, uniqueId } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { number, t } from "../../core/text.js";
import { columnTitle } from "./column-view.js";

/**
 * Opens the menu "Move to": the way to move cards without dragging (WCAG 2.2, 2.5.7).
 * @param {{opener: HTMLElement, logins: string[], title: string, model: import("./board-model.js").BoardModel,
 *   chosen: (plan: string) => void, closed: () => void}} what `closed` comes last, also when nothing was chosen
 */
export function openMoveMenu({ opener, logins, title, model, chosen, closed }) {
  const heading = uniqueId("move-menu");
  const menu = h("div", { class: "move-menu", popover: "auto" },
    h("p", { class: "move-menu__title", id: heading }, title),
    h("div", { role: "menu", "aria-labelledby": heading, class: "move-menu__items" },
      model.columns.filter((column) => column.known)
        .map((column) => menuItem(column, model.judge(logins, column.plan)))));
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("[role=menuitem]")]);
  menu.addEventListener("click", (event) => {
    const item = /** @type {Element} */ (event.target).closest("[role=menuitem]");
    if (!(item instanceof HTMLElement) || item.getAttribute("aria-disabled") === "true") return;
    menu.hidePopover();
    chosen(item.dataset.plan ?? "");
  });
  menu.addEventListener("keydown", (event) => onKey(event, items, menu));
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "closed") return;
    menu.remove();
    opener.setAttribute("aria-expanded", "false");
    closed();
  });
  (opener.closest(".user-window") ?? document.body).append(menu);
  menu.showPopover();
  place(menu, opener);
  opener.setAttribute("aria-expanded", "true");
  (items.find((item) => item.getAttribute("aria-disabled") !== "true") ?? items[0])?.focus();
}

/** @param {import("./board-model.js").Column} column @param {import("./board-model.js").Judgement} judged */
function menuItem(column, judged) {
  const here = judged.moving.length === 0;
  const why = here ? t("plans.move.here") : judged.allowed ? "" : t("plans.move.tooFew", { free: number(judged.free) });
  return h("div", {
    role: "menuitem", tabindex: "-1", class: "move-menu__item", dataset: { plan: column.plan },
    "aria-disabled": here || !judged.allowed ? "true" : null,
  }, icon(here ? "check" : judged.allowed ? "arrow_right" : "lock"), h("span", null, columnTitle(column)),
  why && h("span", { class: "muted" }, why));
}

/** @param {KeyboardEvent} event @param {HTMLElement[]} items @param {HTMLElement} menu */
function onKey(event, items, menu) {
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const last = items.length - 1;
  const next = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
  if (next !== undefined) items[next].focus();
  else if (event.key === "Enter" || event.key === " ") items[at]?.click();
  else if (event.key === "Tab" || event.key === "Escape") menu.hidePopover();
  else if (event.key.length === 1) items.find((item, place) => place !== at && startsWith(item, event.key))?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {HTMLElement} item @param {string} letter */
function startsWith(item, letter) {
  return (item.textContent ?? "").trim().toLowerCase().startsWith(letter.toLowerCase());
}

/** Beside its opener and inside the window. @param {HTMLElement} menu @param {HTMLElement} opener */
function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left), Math.max(8, window.innerWidth - size.width - 8));
  const below = at.bottom + 4;
  const top = below + size.height > window.innerHeight - 8 ? Math.max(8, at.top - size.height - 4) : below;
  menu.style.setProperty("left", `${left}px`);
  menu.style.setProperty("top", `${top}px`);
}
