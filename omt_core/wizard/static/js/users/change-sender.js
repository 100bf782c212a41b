/** Brings changes to the tool, in order, whatever the line does. */

import { post } from "../core/api.js";
import { onConnection } from "../core/connection.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;

/** @typedef {"saved" | "saving" | "unsaved"} SavingState */

/**
 * Posts the changes of one kind of assignment: one batch at a time, in order, everything changed meanwhile in the next.
 *
 * A batch that did not arrive is kept and sent again, more and more seldom, and at once when the tool
 * answers again. A batch that was refused goes back.
 */
export class ChangeSender {
  #assignments;
  #path;
  #hears;
  #busy = false;
  #wait = FIRST_WAIT;
  /** @type {number | undefined} */ #timer;
  /** @type {() => void} */ #stopListening = () => {};
  /** @type {Array<() => void>} */ #waiting = [];
  /** @type {SavingState} */ state = "saved";

  /**
   * @param {string} path
   * @param {import("./assignments.js").Assignments} assignments
   * @param {{answered: (answer: any) => void, refused: (error: any, logins: string[]) => void,
   *   became: () => void}} hears
   */
  constructor(path, assignments, hears) {
    this.#path = path;
    this.#assignments = assignments;
    this.#hears = hears;
  }

  /** Begin to send what waits; no-op while a batch is on its way. */
  async send() {
    if (this.#busy) return;
    window.clearTimeout(this.#timer);
    this.#stopListening();
    const batch = this.#assignments.take();
    if (batch === null) {
      this.#become("saved");
      return;
    }
    this.#busy = true;
    this.#become("saving");
    try {
      const answer = await post(this.#path, { changes: batch });
      this.#wait = FIRST_WAIT;
      this.#hears.answered(answer);
    } catch (error) {
      this.#failed(error);
    }
    this.#busy = false;
    if (this.state !== "unsaved") await this.send();
  }

  /** Resolves when nothing waits any more, or when it cannot be sent for now. @returns {Promise<void>} */
  settled() {
    if (this.state !== "saving") return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #again = () => {
    this.#become("saving");
    void this.send();
  };

  /** @param {any} error */
  #failed(error) {
    const status = Number(error?.status ?? 0);
    if (status >= 400 && status < 500 && status !== 401) {
      this.#hears.refused(error, this.#assignments.drop());
      return;
    }
    this.#assignments.putBack();
    this.#become("unsaved");
    if (status === 401) return; // the page must be opened anew, by its link: sending again would not help
    let listening = false; // it tells at once how it is; only what comes later is news
    this.#stopListening = onConnection((now) => {
      if (listening && now === "online") this.#again();
    });
    listening = true;
    this.#timer = window.setTimeout(this.#again, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  /** @param {SavingState} state */
  #become(state) {
    this.state = state;
    this.#hears.became();
    if (state === "saving") return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
