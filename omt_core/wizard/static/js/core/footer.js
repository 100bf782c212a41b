/** Previous and the one primary button of each page. Source: crm.md W4-W6. */

const listeners = new Set();
let shown = { primary: null, previous: null };

/**
 * Says what the footer offers; call it again on each change: the buttons stay, so focus does too.
 *
 * @param {{primary: ?{label: string, disabled: (boolean|undefined), busy: (boolean|undefined),
 *   run: (function(): *|undefined), form: (string|undefined), reason: (string|undefined)},
 *   previous: ?{disabled: (boolean|undefined), run: (function(): *|undefined), label: (string|undefined)}}} footer
 *   `form` is the id of a form that the primary button submits, in place of `run`; `reason` says beside it why it
 *   cannot be pressed; a `previous` without `run` asks the server for the page before; `null` leaves the button out
 */
export function setFooter(footer) {
  shown = { primary: footer.primary ?? null, previous: footer.previous ?? null };
  for (const listener of [...listeners]) listener(shown);
}

/** Calls `listener(footer)` now and on each change. @returns {function(): void} stops it */
export function onFooter(listener) {
  listeners.add(listener);
  listener(shown);
  return () => listeners.delete(listener);
}
