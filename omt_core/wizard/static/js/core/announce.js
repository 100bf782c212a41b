/** Says things to who does not see the page: two live regions that the shell puts at its end. */

import { h } from "./dom.js";

const polite = h("div", { class: "visually-hidden", "aria-live": "polite", "aria-atomic": "true" });
const assertive = h("div", { class: "visually-hidden", role: "alert", "aria-atomic": "true" });

/** The regions: they must be in the document before anything is said. */
export function liveRegions() {
  return [polite, assertive];
}

/** Says `text` when the reader pauses: progress, counts, what a filter left. */
export function announce(text) {
  say(polite, text);
}

/** Says `text` at once: errors, refusals. */
export function alert(text) {
  say(assertive, text);
}

/** What was said at once is past: whoever comes to the region later does not find it there. */
export function hush() {
  cancelAnimationFrame(due.get(assertive) ?? 0);
  assertive.textContent = "";
}

/** @type {Map<HTMLElement, number>} the frame in which a region is going to speak */
const due = new Map();

/** The same text twice is two announcements: an emptied region that is filled again speaks. */
function say(region, text) {
  region.textContent = "";
  cancelAnimationFrame(due.get(region) ?? 0);
  due.set(region, requestAnimationFrame(() => {
    region.textContent = text;
  }));
}
