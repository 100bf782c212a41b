/** Links to the tool's own documentation, which it serves itself: no network is needed. */

import { h } from "./dom.js";
import { here } from "./here.js";

/** @param {string} page such as "reference/errors.html" @param {string} words */
export function documentationLink(page, words) {
  return h("a", { href: here(`/api/documentation/${page}`), target: "_blank", rel: "noopener" }, words);
}
