/** A password that can be looked at, with a word when Caps Lock is on. */

import { h, replace, setAttribute, uniqueId } from "./dom.js";
import { field } from "./fields.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

export class PasswordField {
  /** @type {HTMLInputElement} */
  input;
  #toggle;
  #caps;

  /** @param {Object} attributes of the input */
  constructor(attributes) {
    this.input = h("input", { type: "password", id: uniqueId("password"), spellcheck: "false", ...attributes, on: {
      keydown: (event) => this.#look(event), keyup: (event) => this.#look(event),
      blur: () => { this.#caps.hidden = true; },
    } });
    this.#toggle = h("button", { type: "button", class: "button button--icon", "aria-controls": this.input.id,
      on: { click: () => this.#show(this.input.type === "password") } });
    this.#caps = h("p", { class: "caps-lock", role: "status", hidden: true }, icon("warning"), t("password.caps"));
    this.#show(false);
  }

  /** The whole `.field`, to be put into a form. */
  field(label, hint) {
    const made = field({ label, control: this.input, action: this.#toggle, hint });
    made.append(this.#caps);
    return made;
  }

  #show(shown) {
    this.input.type = shown ? "text" : "password";
    setAttribute(this.#toggle, "aria-pressed", String(shown));
    setAttribute(this.#toggle, "aria-label", t("password.show"));
    setAttribute(this.#toggle, "title", t(shown ? "password.hide" : "password.show"));
    replace(this.#toggle, icon(shown ? "eye_off" : "eye"));
  }

  #look(event) {
    this.#caps.hidden = !event.getModifierState?.("CapsLock");
  }
}
