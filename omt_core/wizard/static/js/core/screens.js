/**
 * Which element shows which screen. The server names the screen; a fragment such as `#/plans` lays a window of the
 * checklist, or the settings, over it. A screen NAME is `js/screens/NAME.js`, which calls `screen(NAME, TAG)` and is
 * loaded when it is first shown; how it looks is in `css/NAME.css`, which is there from the start.
 */

const SCREENS = [
  "welcome", "installation", "recovery", "login", "confirm", "checklist", "ahead", "upload", "complete", "closed",
];
const WINDOWS = ["plans", "user-names", "notifications", "checks"];
const SETTINGS = "settings";

/** @type {Map<string, string>} */
const tags = new Map();
/** @type {Map<string, Promise<unknown>>} */
const loading = new Map();

/** Registers the custom element that shows `name`. */
export function screen(name, tagName) {
  tags.set(name, tagName);
}

/** The name of what is to be shown for this state and the address's fragment; `null` if the page knows no such. */
export function screenToShow(state, fragment = location.hash) {
  const route = fragment.replace(/^#\//, "");
  if (route === SETTINGS) return SETTINGS;
  if (state.screen === "checklist" && WINDOWS.includes(route)) return route;
  return SCREENS.includes(state.screen) ? state.screen : null;
}

/** Lays a window over the screen: "plans", "user-names", "notifications", "checks" or "settings". */
export function openWindow(name) {
  location.hash = `#/${name}`;
}

/** Back to the screen that the server names. */
export function closeWindow() {
  if (!location.hash) return;
  history.pushState(null, "", location.pathname + location.search);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Loads what shows `name` and makes its element. @returns {Promise<HTMLElement>} */
export async function makeScreen(name) {
  await prepareScreen(name);
  return document.createElement(tags.get(name));
}

/** Loads what shows `name`, so that it can be shown when the tool answers no more. */
export async function prepareScreen(name) {
  if (!loading.has(name)) loading.set(name, import(`../screens/${name}.js`));
  try {
    await loading.get(name);
  } catch (failure) {
    loading.delete(name); // So that the next try asks again.
    throw failure;
  }
}
