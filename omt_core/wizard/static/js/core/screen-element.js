/** The base of each screen: builds once, follows the state, stops when it goes. */

import { onState } from "./state.js";

export class ScreenElement extends HTMLElement {
  /** A screen that fills the window and scrolls inside itself, as boards and grids do, says `static fill = true`. */
  static fill = false;

  #stops = [];
  #built = false;

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      this.build();
    }
    this.follow(onState((state) => this.update(state)));
  }

  disconnectedCallback() {
    for (const stop of this.#stops.splice(0)) stop();
    this.leave();
  }

  /** Keeps what stops a subscription, to be called when the screen goes. */
  follow(stop) {
    this.#stops.push(stop);
  }

  /** Makes the children, among them one `h1`. Called once. */
  build() {}

  /** Shows the state in the children that are there. @param {Object} state */
  update(state) {}

  /** What is left to undo when the screen goes, beyond what `follow` was given. */
  leave() {}
}
