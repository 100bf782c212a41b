/** The list of addresses that drops down from a combo box of the grid. */

import { h, uniqueId } from "../../core/dom.js";
import { icon } from "../../core/icons.js";

/** @typedef {{address: string, note: string}} AddressOption what is offered, and what speaks against it */

/** The list that drops down from a user name: one for the whole grid, since only one is open at a time. */
export class AddressList {
  #id = uniqueId("addresses");
  #chosen;
  /** @type {HTMLInputElement | null} */ #input = null;
  /** @type {AddressOption[]} */ #options = [];
  #active = -1;

  /** @param {(input: HTMLInputElement, address: string) => void} chosen */
  constructor(chosen) {
    this.#chosen = chosen;
    this.element = h("ul", {
      id: this.#id, class: "address-list", role: "listbox", popover: "manual",
      on: {
        // The input keeps the focus while one presses on an option.
        pointerdown: (event) => event.preventDefault(),
        click: (event) => this.#onClick(event),
      },
    });
  }

  get open() {
    return this.#input !== null;
  }

  /** @param {HTMLInputElement} input */
  isOpenFor(input) {
    return this.#input === input;
  }

  /** The option that Enter would take. */
  get active() {
    return this.#options[this.#active]?.address ?? null;
  }

  /** @param {HTMLInputElement} input @param {AddressOption[]} options @param {number} active -1: none yet */
  show(input, options, active = -1) {
    if (options.length === 0) {
      this.close();
      return;
    }
    if (this.#input !== input) this.close();
    this.#input = input;
    this.#options = options;
    this.element.setAttribute("aria-label", input.getAttribute("aria-label") ?? "");
    this.element.replaceChildren(...options.map((option, place) => h("li", {
      id: `${this.#id}-${place}`, role: "option", class: "address-list__option", "aria-selected": "false",
    }, h("span", null, option.address),
    option.note ? h("span", { class: "address-list__note" }, icon("warning"), option.note) : null)));
    if (!this.element.matches(":popover-open")) this.element.showPopover();
    this.place();
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", this.#id);
    this.#activate(active);
  }

  close() {
    if (this.#input === null) return;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#input.removeAttribute("aria-controls");
    this.#input = null;
    this.#active = -1;
    if (this.element.matches(":popover-open")) this.element.hidePopover();
  }

  /** @param {1 | -1} way */
  step(way) {
    const count = this.#options.length;
    this.#activate(this.#active < 0 ? (way === 1 ? 0 : count - 1) : (this.#active + way + count) % count);
  }

  /** Below its input, or above where there is no room; gone when the input has scrolled out of sight. */
  place() {
    if (this.#input === null) return;
    const at = this.#input.getBoundingClientRect();
    const height = this.element.offsetHeight;
    const below = at.bottom + 2 + height <= window.innerHeight;
    this.element.style.setProperty("left", `${at.left}px`);
    this.element.style.setProperty("min-width", `${at.width}px`);
    this.element.style.setProperty("top", `${below ? at.bottom + 2 : Math.max(0, at.top - height - 2)}px`);
  }

  /** @param {number} place */
  #activate(place) {
    this.element.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = place;
    const option = this.element.children[place];
    if (option === undefined) {
      this.#input?.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#input?.setAttribute("aria-activedescendant", option.id);
  }

  /** @param {Event} event */
  #onClick(event) {
    const option = /** @type {Element} */ (event.target).closest("[role=option]");
    const place = option === null ? -1 : [...this.element.children].indexOf(option);
    const input = this.#input;
    if (input !== null && place >= 0) this.#chosen(input, this.#options[place].address);
  }
}
