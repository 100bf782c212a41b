/**
 * How it was when a window of the checklist was opened, which is what Cancel goes back to (W57), and what was done in
 * it since, which can be undone. It outlives the window's element, which is made anew in another language, and a reload
 * of the page; not the tab, nor the tool: the address of another start is another one.
 *
 * @typedef {import("./user-store.js").Kind} Kind
 * @typedef {import("./history.js").Steps} Steps
 */

/** Where the browser lets nothing be kept: as long as the page lives. @type {Map<string, string>} */
const here = new Map();

/** Keeps `now`, unless the window was open already. @param {Kind} kind @param {Map<string, string>} now */
export function keepOpening(kind, now) {
  if (read(opening(kind)) === null) write(opening(kind), JSON.stringify([...now]));
}

/** @param {Kind} kind @returns {Map<string, string>} by login what each was assigned */
export function openingOf(kind) {
  return new Map(JSON.parse(read(opening(kind)) ?? "[]"));
}

/** @param {Kind} kind @param {Steps} steps what can be undone, and what can be done again */
export function keepSteps(kind, steps) {
  write(stepsName(kind), JSON.stringify(steps));
}

/** @param {Kind} kind @returns {Steps} */
export function stepsOf(kind) {
  return JSON.parse(read(stepsName(kind)) ?? '{"done":[],"undone":[]}');
}

/** The window is closed: the next opening is another one. @param {Kind} kind */
export function forgetOpening(kind) {
  for (const name of [opening(kind), stepsName(kind)]) {
    here.delete(name);
    try {
      sessionStorage.removeItem(name);
    } catch {
      // Nothing could be kept there either.
    }
  }
}

/** @param {string} name */
function read(name) {
  try {
    return here.get(name) ?? sessionStorage.getItem(name);
  } catch {
    return here.get(name) ?? null;
  }
}

/** @param {string} name @param {string} text */
function write(name, text) {
  here.delete(name);
  try {
    sessionStorage.setItem(name, text);
  } catch {
    here.set(name, text); // Forbidden, or full.
  }
}

/** @param {Kind} kind */
function opening(kind) {
  return `omt-opening ${location.pathname} ${kind}`;
}

/** @param {Kind} kind */
function stepsName(kind) {
  return `omt-steps ${location.pathname} ${kind}`;
}
