/** Whom or what a finding is about: the first ten, all of them on request, and all as text to copy. */

import { copyButton } from "../../core/copy.js";
import { h, replace } from "../../core/dom.js";
import { number, t, tn } from "../../core/text.js";

const SHOWN = 10;
/** A row of the database, which stands there without a word of what it is. */
const NUMBER = /^\d+$/;
/** Lists that are printed whole, by their element. */
const lists = new WeakMap();

/**
 * Return the list with its buttons.
 * @param {string[]} subjects
 * @param {Object<string, {name: string, window: ?string}>} named what subjects are called, and where one decides of them
 */
export function subjectList(subjects, named) {
  const list = h("ul", { class: "subjects" });
  const show = (all) => replace(list, subjects.slice(0, all ? undefined : SHOWN).map((one) => h("li", null, subject(one, named[one]))));
  show(false);
  const buttons = h("div", { class: "toolbar no-print" });
  if (subjects.length > SHOWN) buttons.append(toggle(list, subjects.length, show));
  if (subjects.length > 1) {
    buttons.append(copyButton(subjects.join("\n"), { said: tn("checks.copied", subjects.length) }));
  }
  return h("div", null, list, buttons.firstChild ? buttons : null);
}

/** Show all subjects below `root`, or only those that are open by themselves. */
export function expandSubjects(root, all) {
  for (const list of root.querySelectorAll(".subjects")) lists.get(list)?.(all);
}

function subject(word, known) {
  const shown = h("bdi", null, NUMBER.test(word) ? t("left-behind.id", { id: word }) : word);
  if (!known) return shown;
  const name = h("bdi", null, known.name);
  return [shown, " ", known.window ? h("a", { href: `#/${known.window}` }, name) : name];
}

function toggle(list, count, show) {
  let open = false;
  const button = h("button", { type: "button", class: "button button--quiet button--small" });
  const say = () => {
    button.textContent = open ? t("checks.show-fewer") : t("checks.show-all", { count: number(count) });
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => {
    open = !open;
    show(open);
    say();
  });
  lists.set(list, (all) => show(all || open));
  say();
  return button;
}
