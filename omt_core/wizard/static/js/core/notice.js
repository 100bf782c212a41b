/** Messages on a page: notices of four kinds, and what the tool refused. */

import { h } from "./dom.js";
import { errorHelp } from "./error-help.js";
import { icon } from "./icons.js";
import { prose } from "./prose.js";
import { t } from "./text.js";

const ICONS = { info: "info", success: "check", warning: "warning", danger: "warning" };

/**
 * @param {"info"|"success"|"warning"|"danger"} kind
 * @param {{title: (string|undefined), content: (Node|string|Array|undefined), code: (string|undefined),
 *   actions: (Array<Node>|undefined)}} what
 */
export function notice(kind, { title, content, code, actions = [] }) {
  return h("div", { class: `notice notice--${kind}` },
    icon(ICONS[kind], { label: t(`notice.${kind}`) }),
    h("div", { class: "notice__body" },
      title ? h("p", { class: "notice__title" }, prose(title)) : null,
      content ? h("div", { class: "notice__text" }, typeof content === "string" ? prose(content) : content) : null,
      code ? errorHelp(code) : null),
    actions.length ? h("div", { class: "notice__actions" }, actions) : null);
}

/** Brings what was just said into view, where it is not; the page otherwise stays. @param {HTMLElement} place */
export function showPlace(place) {
  place.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
}

/** What went wrong, with its remedy and code, from an `ApiError` or the state's `error`. */
export function errorNotice(error, actions = []) {
  return notice("danger", { title: error.message, content: error.remedy, code: error.code, actions });
}
