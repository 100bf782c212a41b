/** Long lists of which only what is in view is drawn. */

import { Lines } from "./lines.js";

/** How far beyond what is seen lines are drawn, in pixels, so that neither Tab nor a quick scroll meets nothing. */
const MARGIN = 500;

/**
 * A long list of which only the lines in view are in the document, in the order in which they are read.
 *
 * A line that is kept (it has the focus, or is being dragged) stays in the document wherever it scrolls to. Each line
 * says its place and how many there are, since assistive technology cannot count them.
 *
 * @template T
 */
export class WindowedList {
  #list;
  #scroller;
  #does;
  /** @type {T[]} */ #items = [];
  /** @type {Map<string, number>} */ #places = new Map();
  /** @type {Map<string, HTMLElement>} */ #drawn = new Map();
  #lines = new Lines([]);

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} scroller what clips the list, besides the window itself
   * @param {{key: (item: T) => string, make: (item: T) => HTMLElement,
   *          update: (element: HTMLElement, item: T, place: number, count: number) => void,
   *          kept?: () => string | null}} does
   */
  constructor(list, scroller, does) {
    this.#list = list;
    this.#scroller = scroller;
    this.#does = does;
    list.classList.add("windowed");
  }

  get items() {
    return this.#items;
  }

  /** Take other items; nothing is drawn before `draw`. @param {T[]} items @param {(item: T) => number} heightOf */
  take(items, heightOf) {
    this.#items = items;
    this.#places = new Map(items.map((item, place) => [this.#does.key(item), place]));
    this.#lines = new Lines(items.map(heightOf));
    this.#list.style.setProperty("block-size", `${this.#lines.height}px`);
  }

  /** The stretch of the list that is in view. Reads the layout, so ask all lists before the first one draws. */
  view() {
    const list = this.#list.getBoundingClientRect();
    if (list.width === 0) return { from: 0, to: 0 }; // hidden
    const clip = this.#scroller.getBoundingClientRect();
    const top = Math.max(clip.top, 0) - list.top;
    const bottom = Math.min(clip.bottom, window.innerHeight) - list.top;
    return { from: top - MARGIN, to: bottom + MARGIN };
  }

  /** @param {{from: number, to: number}} view @param {string | null} kept the key of a line that must stay */
  draw(view = this.view(), kept = this.#does.kept?.() ?? null) {
    const [first, end] = this.#lines.between(view.from, view.to);
    const places = Array.from({ length: end - first }, (_, at) => first + at);
    const apart = kept === null ? -1 : this.placeOf(kept);
    if (apart >= 0 && apart < first) places.unshift(apart);
    else if (apart >= end) places.push(apart);
    const wanted = new Set(places.map((place) => this.#does.key(this.#items[place])));
    for (const [key, element] of this.#drawn) {
      if (wanted.has(key)) continue;
      element.remove();
      this.#drawn.delete(key);
    }
    let next = this.#list.firstElementChild;
    for (const place of places) {
      const element = this.#line(place);
      if (element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(element, next);
    }
  }

  /** @param {number} place */
  #line(place) {
    const item = this.#items[place];
    const key = this.#does.key(item);
    const element = this.#drawn.get(key) ?? this.#does.make(item);
    this.#drawn.set(key, element);
    const top = this.#lines.top(place);
    element.style.setProperty("inset-block-start", `${top}px`);
    element.style.setProperty("--line", `${this.#lines.top(place + 1) - top}px`);
    this.#does.update(element, item, place, this.#items.length);
    return element;
  }

  /** @param {string} key @returns {HTMLElement | undefined} the line, when it is drawn */
  element(key) {
    return this.#drawn.get(key);
  }

  /** @param {string} key @returns {number} -1 when it is not in the list */
  placeOf(key) {
    return this.#places.get(key) ?? -1;
  }

  /** Draw a line and scroll so far that it is in view. @param {string} key @returns {HTMLElement | undefined} */
  reveal(key) {
    if (this.placeOf(key) < 0) return undefined;
    this.draw(this.view(), key);
    this.element(key)?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    this.draw(this.view(), key);
    return this.element(key);
  }
}

/**
 * Call `draw` once per frame in which something scrolled or changed its size.
 * @param {HTMLElement} scroller @param {() => void} draw @returns {() => void} ends it
 */
export function onViewChange(scroller, draw) {
  let asked = 0;
  const ask = () => {
    if (asked === 0) {
      asked = requestAnimationFrame(() => {
        asked = 0;
        draw();
      });
    }
  };
  const sizes = new ResizeObserver(ask);
  sizes.observe(scroller);
  document.addEventListener("scroll", ask, { capture: true, passive: true });
  window.addEventListener("resize", ask);
  return () => {
    cancelAnimationFrame(asked);
    sizes.disconnect();
    document.removeEventListener("scroll", ask, { capture: true });
    window.removeEventListener("resize", ask);
  };
}
