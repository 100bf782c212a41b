/** The place on a screen where it says what went wrong: with opening or the upload (the state's), or with a call. */

import { alert } from "./announce.js";
import { ApiError } from "./api.js";
import { h, replace } from "./dom.js";
import { errorNotice, showPlace } from "./notice.js";

export class ErrorPlace {
  /** Put it where errors are to stand; it is empty as long as there are none. */
  element = h("div", { class: "error-place" });
  #ofState = null;
  #past = null;
  #ofCall = null;
  #shown = "";

  /** Shows `state.error`, unless a call has said something since. */
  update({ error }) {
    this.#ofState = error;
    if (!error) this.#past = null;
    this.#show();
  }

  /** Takes away what was said, also of the state, until there is something else to say. */
  clear() {
    this.#ofCall = null;
    this.#past = this.#ofState;
    this.#show();
  }

  /** Shows what a call threw. @param {?{code: string, message: string, remedy: string}} error */
  say(error) {
    this.#ofCall = error;
    this.#show();
  }

  /**
   * Runs a call and shows its refusal. That the tool is away or the session over is said by the shell.
   *
   * @param {function(): Promise<*>} call
   * @param {{keep: (boolean|undefined)}} options `keep` leaves what an earlier call said, until this one says something
   * @returns {Promise<?ApiError>} the refusal, `null` when there was none
   */
  async run(call, { keep = false } = {}) {
    if (!keep) this.say(null);
    try {
      await call();
      return null;
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.status !== 0 && failure.status !== 401) this.say(failure);
      return failure;
    }
  }

  #show() {
    const error = this.#ofCall ?? (said(this.#ofState) === said(this.#past) ? null : this.#ofState);
    const wanted = said(error);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    replace(this.element, error ? errorNotice(error) : null);
    if (!error) return;
    showPlace(this.element);
    alert(`${error.message} ${error.remedy ?? ""}`);
  }
}

/** @param {?{code: string, message: string, remedy: string}} error */
function said(error) {
  return error ? `${error.code}\n${error.message}\n${error.remedy}` : "";
}
