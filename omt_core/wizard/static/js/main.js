/** Starts the page: session, texts, shell, state, events, in this order. */

import { ApiError, get } from "./core/api.js";
import { setConnection } from "./core/connection.js";
import { replace } from "./core/dom.js";
import { followEvents } from "./core/events.js";
import { exchangeLaunchToken, watchForNewerLink } from "./core/launch.js";
import { feedState, state } from "./core/state.js";
import { language, loadLanguage, preferredLanguage } from "./core/text.js";
import { setWords } from "./core/words.js";
import { Shell } from "./shell/shell.js";

const AGAIN_AFTER_MS = 2000;

await Promise.all([exchangeLaunchToken(), loadLanguage(preferredLanguage())]);
await loadWords();
watchForNewerLink();
showShell();
await readFirstState();

/** Also after another language was chosen: everything is built anew, in it. */
function showShell() {
  const shell = new Shell();
  shell.addEventListener("omt-language", async (event) => {
    await loadLanguage(event.detail, { keep: true });
    await loadWords();
    if (state()) feedState(await get("/api/state"));
    showShell();
    document.querySelector("omt-header select")?.focus(); // It was chosen there.
  });
  replace(document.body, shell);
}

/** What the tool says in the language that is shown; in English where it does not answer, which the shell then says. */
async function loadWords() {
  try {
    setWords(language() === "en" ? {} : await get(`/api/words/${language()}`));
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
    setWords({});
  }
}

/** Asks until the tool answers; the shell shows meanwhile what is the matter. */
async function readFirstState() {
  try {
    feedState(await get("/api/state"));
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
    if (failure.status === 401) return;
    setConnection("offline");
    setTimeout(readFirstState, AGAIN_AFTER_MS);
    return;
  }
  followEvents();
}
