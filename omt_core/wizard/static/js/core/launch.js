/** The launch token: it comes in the fragment, which no server ever sees, and is exchanged once for a session. */

import { ApiError, post } from "./api.js";

const TOKEN = /^#token=([\w.~-]+)$/;

/**
 * Takes the token out of the address bar and the history before anything else is done with it. A token that was used
 * before is no error here: a page that has its session already goes on, any other is told that it has expired.
 */
export async function exchangeLaunchToken() {
  const token = TOKEN.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  try {
    await post("/api/exchange", { token });
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
  }
}

/** Opening a newer link in the tab of an older page changes its fragment only: the page then begins anew. */
export function watchForNewerLink() {
  window.addEventListener("hashchange", () => {
    if (TOKEN.test(location.hash)) location.reload();
  });
}
