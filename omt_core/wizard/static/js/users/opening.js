/**
 * How it was when a window of the checklist was opened, which is what Cancel goes back to (W57). It outlives the
 * window's element, which is made anew in another language, and a reload of the page; not the tab, nor the tool: the
 * address of another start is another one.
 *
 * @typedef {import("./user-store.js").Kind} Kind
 */

/** Where the browser lets nothing be kept: as long as the page lives. @type {Map<string, string>} */
const here = new Map();

/** Keeps `now`, unless the window was open already. @param {Kind} kind @param {Map<string, string>} now */
export function keepOpening(kind, now) {
  if (read(kind) === null) write(kind, JSON.stringify([...now]));
}

/** @param {Kind} kind @returns {Map<string, string>} by login what each was assigned */
export function openingOf(kind) {
  return new Map(JSON.parse(read(kind) ?? "[]"));
}

/** The window is closed: the next opening is another one. @param {Kind} kind */
export function forgetOpening(kind) {
  here.delete(name(kind));
  try {
    sessionStorage.removeItem(name(kind));
  } catch {
    // Nothing could be kept there either.
  }
}

/** @param {Kind} kind */
function read(kind) {
  try {
    return sessionStorage.getItem(name(kind)) ?? here.get(name(kind)) ?? null;
  } catch {
    return here.get(name(kind)) ?? null;
  }
}

/** @param {Kind} kind @param {string} text */
function write(kind, text) {
  try {
    sessionStorage.setItem(name(kind), text);
  } catch {
    here.set(name(kind), text); // Forbidden, or full.
  }
}

/** @param {Kind} kind */
function name(kind) {
  return `omt-opening ${location.pathname} ${kind}`;
}
