/** Server-sent events: the state comes by itself, also after the line was cut. */

import { here } from "./here.js";
import { get } from "./api.js";
import { connection, setConnection } from "./connection.js";
import { feedNotice, feedRow, feedState, onState, state } from "./state.js";
import { inWords } from "./words.js";

const AGAIN_AFTER_MS = 2000;

/** Opens the stream and keeps it open for as long as the page lives. */
export function followEvents() {
  const source = new EventSource(here("/api/events"));
  source.addEventListener("open", () => setConnection("online"));
  source.addEventListener("state", (event) => feedState(inWords(JSON.parse(event.data))));
  source.addEventListener("row", (event) => feedRow(inWords(JSON.parse(event.data))));
  source.addEventListener("notice", (event) => feedNotice(inWords(JSON.parse(event.data))));
  source.addEventListener("error", () => recover(source));
  onState(({ screen }) => {
    if (screen === "closed") source.close(); // The tool ends: nothing will come any more.
  });
}

/**
 * The browser reconnects by itself, with Last-Event-ID, after a cut line, but not after a refusal: then a read says
 * whether the tool is away or the session has expired, and a new stream begins where it is neither.
 */
async function recover(source) {
  if (state()?.screen === "closed") return;
  try {
    await get("/api/state");
  } catch {
    // get() has told the connection what it found.
  }
  if (connection() === "expired") source.close();
  else if (source.readyState === EventSource.CLOSED) setTimeout(followEvents, AGAIN_AFTER_MS);
}
