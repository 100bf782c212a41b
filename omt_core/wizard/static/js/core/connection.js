/** Whether the tool can be reached: "online", "offline" (it does not answer), "expired" (the link is used up). */

let status = "online";
const listeners = new Set();

export function connection() {
  return status;
}

/** Calls `listener(status)` now and on each change. @returns {function(): void} stops it */
export function onConnection(listener) {
  listeners.add(listener);
  listener(status);
  return () => listeners.delete(listener);
}

/** Expired is final for this page: only the new link, a new page, leads out of it. */
export function setConnection(next) {
  if (next === status || status === "expired") return;
  status = next;
  for (const listener of [...listeners]) listener(status);
}
