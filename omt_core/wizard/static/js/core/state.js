/** The newest state document, as the server said it, and whoever wants to know of a newer one. */

/** @type {?Object} */
let newest = null;
const listeners = { state: new Set(), row: new Set(), notice: new Set() };

/** The newest state document, `null` before the first has come. */
export function state() {
  return newest;
}

/** Calls `listener(state)` now, if there is a state, and on each newer one. @returns {function(): void} stops it */
export function onState(listener) {
  const stop = subscribe("state", listener);
  if (newest) listener(newest);
  return stop;
}

/** Calls `listener(row)` on each change of one row of the upload table. @returns {function(): void} stops it */
export function onRow(listener) {
  return subscribe("row", listener);
}

/** Calls `listener(notice)` on what the server says beside the state. @returns {function(): void} stops it */
export function onNotice(listener) {
  return subscribe("notice", listener);
}

/** Takes a state document from an answer or an event. What is older than the newest is ignored. */
export function feedState(document) {
  if (newest && document.revision < newest.revision) return;
  newest = document;
  tell("state", newest);
}

/** Takes one row of the upload table, into the state too, so that who subscribes later sees it. */
export function feedRow(row) {
  if (newest) {
    const rows = newest.upload.rows.map((known) => (known.stage === row.stage ? row : known));
    newest = { ...newest, upload: { ...newest.upload, rows } };
  }
  tell("row", row);
}

export function feedNotice(notice) {
  tell("notice", notice);
}

function subscribe(kind, listener) {
  listeners[kind].add(listener);
  return () => listeners[kind].delete(listener);
}

function tell(kind, value) {
  for (const listener of [...listeners[kind]]) listener(value);
}
