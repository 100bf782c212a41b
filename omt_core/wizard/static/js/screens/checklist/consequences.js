/** What the upload will do, said before one presses: live (W70-W72, W82) or as a test (W30-W35). */

import { h } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";

const LIVE = [
  ["snowflake", "checklist.live.freeze"],
  ["globe", "checklist.live.web"],
  ["clock", "checklist.live.downtime"],
  ["lock", "checklist.live.stays"],
  ["key", "checklist.live.identity"],
];
const TEST = [
  ["check", "checklist.test.on-site"],
  ["lock", "checklist.test.no-login"],
  ["flask", "checklist.test.sandbox"],
  ["refresh", "checklist.test.again"],
  ["key", "checklist.test.identity"],
];
const OVERWRITE = ["trash", "checklist.overwrite"];

/** @param {Object} now the state document */
export function consequences(now) {
  const lines = now.kind === "test" ? TEST : LIVE;
  const all = now.recovery?.chosen === "overwrite-test" ? [OVERWRITE, ...lines] : lines;
  return h("ul", { class: "follows" },
    all.map(([drawing, key]) => h("li", null, icon(drawing), h("span", null, t(key)))));
}
