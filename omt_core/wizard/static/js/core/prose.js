/** Text of the tool and its plugins: what stands between backticks is a name, a key or a command. */

import { h } from "./dom.js";

/** @param {string} text @returns {Array<string|HTMLElement>} children for `h` and `replace` */
export function prose(text) {
  return text.split(/`([^`\n]+)`/).map((part, index) => (index % 2 ? h("code", null, part) : part));
}
