/** Starts the page: session, texts, shell, state, events, in this order. */

import { ApiError, get } from "./core/api.js";
import { setConnection } from "./core/connection.js";
import { replace } from "./core/dom.js";
import { followEvents } from "./core/events.js";
import { exchangeLaunchToken, watchForNewerLink } from "./core/launch.js";
import { feedState } from "./core/state.js";
import { loadLanguage, preferredLanguage } from "./core/text.js";
import { Shell } from "./shell/shell.js";

const AGAIN_AFTER_MS = 2000;

await Promise.all([exchangeLaunchToken(), loadLanguage(preferredLanguage())]);
watchForNewerLink();
showShell();
await readFirstState();

/** Also after another language was chosen: everything is built anew, in it. */
function showShell() {
  const shell = new Shell();
  shell.addEventListener("omt-language", async (event) => {
    await loadLanguage(event.detail, { keep: true });
    showShell();
  });
  replace(document.body, shell);
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
