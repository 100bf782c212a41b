/** The editable combo boxes of the grid: keys, typing, choosing. Source: crm.md W62. */

import { AddressList } from "./address-list.js";

/**
 * The editable combo boxes of the grid (W62, ARIA 1.2): one set of listeners for all of them.
 *
 * @typedef {object} BoxTarget what the boxes ask of the grid
 * @property {(login: string) => string} valueOf the user name as it stands
 * @property {(login: string) => import("./address-list.js").AddressOption[]} optionsOf
 * @property {(login: string, value: string) => void} commit
 * @property {(login: string, way: 1 | -1) => void} go to the row before or after
 */
export class AddressBox {
  #grid;
  #list;

  /** @param {HTMLElement} root @param {BoxTarget} grid */
  constructor(root, grid) {
    this.#grid = grid;
    this.#list = new AddressList((input, address) => this.#choose(input, address));
    root.append(this.#list.element);
    root.addEventListener("keydown", (event) => this.#onKey(event));
    root.addEventListener("input", (event) => this.#onInput(event));
    root.addEventListener("click", (event) => this.#onClick(event));
    root.addEventListener("focusout", (event) => this.#onLeave(event));
    // Else the button would take the focus from the input, which is what commits.
    root.addEventListener("pointerdown", (event) => {
      if (/** @type {Element} */ (event.target).closest(".user-name__open") !== null) event.preventDefault();
    });
  }

  /** The rows have moved: the list goes with its input, or closes with it. */
  follow() {
    if (!this.#list.open) return;
    if (document.activeElement instanceof HTMLInputElement && this.#list.isOpenFor(document.activeElement)) {
      this.#list.place();
    } else this.#list.close();
  }

  close() {
    this.#list.close();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const input = inputOf(event.target);
    if (input === null || event.ctrlKey || event.metaKey || event.isComposing) return;
    const login = input.dataset.login ?? "";
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        this.#arrow(input, event.key === "ArrowDown" ? 1 : -1, event.altKey);
        break;
      case "Enter": {
        const { active } = this.#list;
        if (active !== null) this.#choose(input, active);
        else {
          this.#list.close();
          this.#commit(input);
          this.#grid.go(login, event.shiftKey ? -1 : 1);
        }
        break;
      }
      case "Escape":
        if (!this.#list.open && input.value === this.#grid.valueOf(login)) return;
        if (!this.#list.open) input.value = this.#grid.valueOf(login);
        this.#list.close();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {HTMLInputElement} input @param {1 | -1} way @param {boolean} onlyOpen */
  #arrow(input, way, onlyOpen) {
    if (this.#list.open && onlyOpen && way === -1) this.#list.close();
    else if (this.#list.open) this.#list.step(way);
    else {
      const options = this.#grid.optionsOf(input.dataset.login ?? "");
      const current = options.findIndex((option) => option.address === input.value);
      const active = current >= 0 ? current : way === 1 ? 0 : options.length - 1;
      this.#list.show(input, options, onlyOpen ? -1 : active);
    }
  }

  /** @param {Event} event */
  #onInput(event) {
    const input = inputOf(event.target);
    if (input === null) return;
    const typed = input.value.trim().toLowerCase();
    const options = this.#grid.optionsOf(input.dataset.login ?? "");
    this.#list.show(input, options.filter(({ address }) => address.toLowerCase().includes(typed)));
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const button = /** @type {Element} */ (event.target).closest(".user-name__open");
    const input = inputOf(button?.parentElement?.querySelector("input") ?? null);
    if (input === null) return;
    const wasOpen = this.#list.isOpenFor(input);
    input.focus();
    if (wasOpen) this.#list.close();
    else this.#list.show(input, this.#grid.optionsOf(input.dataset.login ?? ""));
  }

  /** @param {FocusEvent} event */
  #onLeave(event) {
    const input = inputOf(event.target);
    if (input === null) return;
    this.#list.close();
    this.#commit(input);
  }

  /** @param {HTMLInputElement} input @param {string} address */
  #choose(input, address) {
    input.value = address;
    this.#list.close();
    this.#commit(input);
  }

  /** @param {HTMLInputElement} input */
  #commit(input) {
    const login = input.dataset.login ?? "";
    const value = input.value.trim();
    if (value !== this.#grid.valueOf(login)) this.#grid.commit(login, value);
    input.value = value;
  }
}

/** @param {EventTarget | null} target @returns {HTMLInputElement | null} */
function inputOf(target) {
  return target instanceof HTMLInputElement && target.classList.contains("user-name__input") ? target : null;
}
