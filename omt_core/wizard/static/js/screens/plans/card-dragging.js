/** Dragging cards with mouse, pen and finger. Source: crm.md W51. */

import { h } from "../../core/dom.js";

/** A mouse that moves less than this clicks. */
const CLICK_SLOP = 5;
/** A finger that rests this long picks the card up; one that moves before scrolls. */
const HOLD_MS = 300;
const TOUCH_SLOP = 10;
/** Near the edges the board scrolls by itself: within so many pixels, at most so many per frame. */
const EDGE = 64;
const FASTEST = 22;

/**
 * @typedef {object} DragTarget what dragging asks of the board
 * @property {(card: HTMLElement) => string[] | null} pick whose card is picked up, with all that go with it
 * @property {(logins: string[]) => string} label what hangs on the pointer
 * @property {(x: number, y: number) => string | null} planAt
 * @property {(logins: string[], plan: string | null) => void} over
 * @property {(logins: string[], plan: string | null) => void} end null: dropped nowhere, or given up
 */

/** Drags cards by mouse, pen and finger (W51), with pointer events alone. */
export class CardDragging {
  #scroller;
  #target;
  #pointer = -1;
  #card = /** @type {HTMLElement | null} */ (null);
  #start = { x: 0, y: 0 };
  #now = { x: 0, y: 0 };
  #hold = 0;
  #frame = 0;
  /** @type {string[] | null} */ #logins = null;
  /** @type {HTMLElement | null} */ #ghost = null;

  /** @param {HTMLElement} scroller @param {DragTarget} target */
  constructor(scroller, target) {
    this.#scroller = scroller;
    this.#target = target;
    scroller.addEventListener("pointerdown", (event) => this.#down(event));
    scroller.addEventListener("pointermove", (event) => this.#move(event));
    scroller.addEventListener("pointerup", (event) => this.#up(event));
    scroller.addEventListener("pointercancel", () => this.stop());
    scroller.addEventListener("dragstart", (event) => event.preventDefault());
    scroller.addEventListener("contextmenu", (event) => {
      if (this.#logins !== null || this.#hold !== 0) event.preventDefault(); // the long press is ours
    });
    // Not passive: only so can a finger that holds a card be kept from scrolling.
    scroller.addEventListener("touchmove", this.#keepFromScrolling, { passive: false });
  }

  get active() {
    return this.#logins !== null;
  }

  /** Give up whatever is under way. */
  stop() {
    this.#finish(null);
  }

  /** @param {TouchEvent} event */
  #keepFromScrolling = (event) => {
    if (this.#logins !== null && event.cancelable) event.preventDefault();
  };

  /** @param {PointerEvent} event */
  #down(event) {
    const from = /** @type {Element} */ (event.target);
    const card = from.closest(".plan-card");
    if (this.#pointer !== -1 || !event.isPrimary || event.button !== 0) return;
    if (!(card instanceof HTMLElement) || from.closest("button, input") !== null) return;
    this.#pointer = event.pointerId;
    this.#card = card;
    this.#start = this.#now = { x: event.clientX, y: event.clientY };
    if (event.pointerType === "mouse") return;
    this.#hold = window.setTimeout(() => this.#begin(), HOLD_MS);
    // A finger's events go to where it came down, also when that card has left the document meanwhile.
    card.addEventListener("touchmove", this.#keepFromScrolling, { passive: false });
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#now = { x: event.clientX, y: event.clientY };
    if (this.#logins !== null) return; // each frame looks by itself
    const far = Math.hypot(this.#now.x - this.#start.x, this.#now.y - this.#start.y);
    if (event.pointerType === "mouse") {
      if (far > CLICK_SLOP) this.#begin();
    } else if (far > TOUCH_SLOP) this.stop();
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#now = { x: event.clientX, y: event.clientY };
    const plan = this.#logins === null ? null : this.#target.planAt(this.#now.x, this.#now.y);
    if (this.#logins !== null) swallowClick();
    this.#finish(plan);
  }

  #begin() {
    this.#hold = 0;
    this.#logins = this.#card === null ? null : this.#target.pick(this.#card);
    if (this.#logins === null) {
      this.stop();
      return;
    }
    this.#scroller.setPointerCapture(this.#pointer);
    document.addEventListener("keydown", this.#onKey, { capture: true });
    window.addEventListener("blur", this.#onBlur);
    this.#ghost = h("div", { class: "drag-ghost", "aria-hidden": "true" }, this.#target.label(this.#logins));
    document.body.append(this.#ghost);
    this.#follow();
  }

  #follow = () => {
    if (this.#logins === null) return;
    this.#ghost?.style.setProperty("transform", `translate(${this.#now.x + 12}px, ${this.#now.y + 12}px)`);
    this.#scrollAtEdges();
    this.#target.over(this.#logins, this.#target.planAt(this.#now.x, this.#now.y));
    this.#frame = requestAnimationFrame(this.#follow);
  };

  #scrollAtEdges() {
    const box = this.#scroller.getBoundingClientRect();
    const left = speed(this.#now.x - Math.max(0, box.left), Math.min(window.innerWidth, box.right) - this.#now.x);
    const top = speed(this.#now.y - Math.max(0, box.top), Math.min(window.innerHeight, box.bottom) - this.#now.y);
    if (left !== 0 || top !== 0) this.#scroller.scrollBy({ left, top, behavior: "instant" });
  }

  /** @param {string | null} plan */
  #finish(plan) {
    const logins = this.#logins;
    window.clearTimeout(this.#hold);
    cancelAnimationFrame(this.#frame);
    document.removeEventListener("keydown", this.#onKey, { capture: true });
    window.removeEventListener("blur", this.#onBlur);
    this.#card?.removeEventListener("touchmove", this.#keepFromScrolling);
    this.#ghost?.remove();
    if (this.#scroller.hasPointerCapture(this.#pointer)) this.#scroller.releasePointerCapture(this.#pointer);
    this.#ghost = null;
    this.#logins = null;
    this.#card = null;
    this.#hold = 0;
    this.#pointer = -1;
    if (logins !== null) this.#target.end(logins, plan);
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    swallowClick();
    this.stop();
  };

  #onBlur = () => this.stop();
}

/** How fast to scroll: towards the near edge, the faster the nearer. @param {number} before @param {number} after */
function speed(before, after) {
  if (before < EDGE) return -Math.round(FASTEST * Math.min(1, (EDGE - before) / EDGE));
  if (after < EDGE) return Math.round(FASTEST * Math.min(1, (EDGE - after) / EDGE));
  return 0;
}

/** The click that a browser makes of the end of a drag means nothing. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  window.addEventListener("pointerdown", () => window.removeEventListener("click", swallow, { capture: true }), {
    capture: true, once: true,
  });
  window.setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 300);
}
