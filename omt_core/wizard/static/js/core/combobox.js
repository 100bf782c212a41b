/**
 * An editable combo box: anything may be typed, the known values are one key or click away. By the ARIA pattern:
 * arrows move in the list, Enter takes, Escape closes, Alt+Arrow opens. The list lies in the top layer, so that no
 * scrolling frame cuts it.
 */

import { h, replace, setAttribute, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

export class Combobox {
  /** @type {HTMLInputElement} */
  input;
  /** Input, button and list; give it to `field` as it is. @type {HTMLElement} */
  element;
  #options = [];
  #shown = [];
  #active = -1;
  #list;
  #button;
  #follow = () => this.#place();

  /**
   * @param {{options: Array<string>, value: (string|undefined), label: string, input: (Object|undefined)}} what
   *   `label` names the list; `input` are more attributes of the input (`type`, `required`, `autocomplete`, `id`); an
   *   `input` and a `change` event come as from any field, also when a value is taken from the list
   */
  constructor({ options, value = "", label, input = {} }) {
    const listId = uniqueId("options");
    this.#list = h("ul", { class: "combobox__list", id: listId, role: "listbox", "aria-label": label, popover: "manual" });
    this.input = h("input", { type: "text", ...input, id: input.id ?? uniqueId("control"), class: "combobox__input",
      role: "combobox", "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list", value,
      on: { keydown: (event) => this.#key(event), input: () => this.#open(this.#matching()), blur: () => this.close() } });
    this.#button = h("button", { type: "button", class: "combobox__button", tabindex: "-1",
      "aria-label": t("combobox.open", { label }), on: {
        mousedown: (event) => event.preventDefault(), // Focus stays in the input.
        click: () => {
          this.input.focus();
          if (this.#isOpen()) this.close();
          else this.#open(this.#options);
        } } }, icon("chevron_down"));
    this.element = h("span", { class: "combobox" }, this.input, this.#button, this.#list);
    this.setOptions(options);
  }

  setOptions(options) {
    this.#options = options;
    this.#button.hidden = options.length === 0;
  }

  close() {
    if (!this.#isOpen()) return;
    if (this.#list.matches(":popover-open")) this.#list.hidePopover(); // It may have left the page, open.
    window.removeEventListener("scroll", this.#follow, { capture: true });
    this.#active = -1;
    setAttribute(this.input, "aria-expanded", "false");
    setAttribute(this.input, "aria-activedescendant", null);
  }

  #isOpen() {
    return this.input.getAttribute("aria-expanded") === "true";
  }

  #matching() {
    const typed = this.input.value.trim().toLowerCase();
    return this.#options.filter((option) => option.toLowerCase().includes(typed));
  }

  #open(options) {
    if (options.length === 0) {
      this.close();
      return;
    }
    this.#shown = options;
    this.#active = -1;
    replace(this.#list, options.map((option, index) => h("li", { class: "combobox__option", role: "option",
      id: `${this.#list.id}-${index}`, "aria-selected": String(option === this.input.value), on: {
        mousedown: (event) => event.preventDefault(),
        click: () => this.#take(option),
      } }, option)));
    setAttribute(this.input, "aria-expanded", "true");
    setAttribute(this.input, "aria-activedescendant", null);
    if (!this.#list.matches(":popover-open")) this.#list.showPopover();
    window.addEventListener("scroll", this.#follow, { capture: true, passive: true });
    this.#place();
  }

  #place() {
    const box = this.input.getBoundingClientRect();
    const below = window.innerHeight - box.bottom;
    const height = this.#list.offsetHeight;
    const over = below < height + 8 && box.top > below;
    const { style } = this.#list;
    style.setProperty("left", `${box.left}px`);
    style.setProperty("min-width", `${box.width}px`);
    style.setProperty("max-width", `${window.innerWidth - box.left - 8}px`);
    style.setProperty("top", over ? "auto" : `${box.bottom + 2}px`);
    style.setProperty("bottom", over ? `${window.innerHeight - box.top + 2}px` : "auto");
  }

  #key(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!this.#isOpen()) this.#open(this.#options);
      else if (!event.altKey) this.#move(key === "ArrowDown" ? 1 : -1);
      if (this.#active < 0 && !event.altKey) this.#activate(key === "ArrowDown" ? 0 : this.#shown.length - 1);
    } else if (key === "Enter" && this.#isOpen() && this.#active >= 0) {
      event.preventDefault();
      this.#take(this.#shown[this.#active]);
    } else if (key === "Escape" && this.#isOpen()) {
      event.preventDefault();
      event.stopPropagation(); // A dialog around it stays open.
      this.close();
    }
  }

  #move(by) {
    if (this.#active < 0) return;
    this.#activate((this.#active + by + this.#shown.length) % this.#shown.length);
  }

  #activate(index) {
    if (index >= this.#shown.length || index < 0) return;
    this.#list.children[this.#active]?.classList.remove("combobox__option--active");
    this.#active = index;
    const option = this.#list.children[index];
    option.classList.add("combobox__option--active");
    option.scrollIntoView({ block: "nearest" });
    setAttribute(this.input, "aria-activedescendant", option.id);
  }

  #take(value) {
    this.input.value = value;
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
