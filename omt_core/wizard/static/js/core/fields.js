/** Labelled controls with hint and error. Native validation decides; what it says stands at the field. */

import { Combobox } from "./combobox.js";
import { h, setAttribute, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

/**
 * A label, a control, a hint and a place for its error.
 *
 * @param {{label: string, control: (HTMLElement|Combobox), hint: (string|Node|undefined), optional: (boolean|undefined),
 *   action: (HTMLElement|undefined), class: (string|undefined)}} what `action` is a button at the control's right end
 * @returns {HTMLElement} the `.field`; `fieldError` finds its way by it
 */
export function field({ label, control: given, hint, optional = false, action, class: more = "" }) {
  const control = given instanceof Combobox ? given.input : given;
  control.id ||= uniqueId("control");
  const hintId = `${control.id}-hint`;
  const errorId = `${control.id}-error`;
  control.setAttribute("aria-describedby", hint ? `${hintId} ${errorId}` : errorId);
  return h("div", { class: `field${more ? ` ${more}` : ""}` },
    h("label", { class: "field__label", for: control.id }, label,
      optional ? [" ", h("span", { class: "field__optional" }, t("field.optional"))] : null),
    action ? h("div", { class: "field__row" }, framed(given), action) : framed(given),
    hint ? h("div", { class: "field__hint", id: hintId }, hint) : null,
    h("div", { class: "field__error", id: errorId, hidden: true }));
}

function framed(control) {
  if (control instanceof Combobox) return control.element;
  return control.tagName === "SELECT" ? h("span", { class: "select" }, control, icon("chevron_down")) : control;
}

/** A check box with its label beside it, and hint and error below. */
export function checkField({ label, control, hint }) {
  control.id ||= uniqueId("control");
  const hintId = `${control.id}-hint`;
  const errorId = `${control.id}-error`;
  control.setAttribute("aria-describedby", hint ? `${hintId} ${errorId}` : errorId);
  return h("div", { class: "field field--check" },
    control,
    h("label", { class: "field__label", for: control.id }, label),
    hint ? h("div", { class: "field__hint", id: hintId }, hint) : null,
    h("div", { class: "field__error", id: errorId, hidden: true }));
}

/** Says `message` at the control, or takes the error away where it is empty. */
export function fieldError(control, message) {
  const place = document.getElementById(`${control.id}-error`);
  setAttribute(control, "aria-invalid", message ? "true" : null);
  if (!place) return;
  place.hidden = !message;
  place.replaceChildren(...(message ? [icon("warning"), h("span", null, message)] : []));
}

/**
 * Makes a form say what is wrong at its fields instead of in the browser's bubbles. A field is judged when the form
 * is sent, and from then on, once it had an error, as one types.
 *
 * @param {HTMLFormElement} form
 * @param {function(): *} send called when everything is valid
 */
export function validated(form, send) {
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (checkForm(form)) send();
  });
  form.addEventListener("input", (event) => {
    if (event.target.getAttribute("aria-invalid") === "true") judge(event.target);
  });
}

/** Judges every control, says each error at its field, moves focus to the first. @returns {boolean} all are valid */
export function checkForm(form) {
  const wrong = [...form.elements].filter((control) => control.willValidate && !judge(control));
  wrong[0]?.focus();
  return wrong.length === 0;
}

/**
 * Shows a refusal that begins with a field's name and a colon, as the tool words them, at that field.
 *
 * @param {string} message such as "service.base: 'x' is not a whole path."
 * @param {function(string): ?HTMLElement} controlOf finds the control by the name
 * @returns {boolean} there was such a field
 */
export function refusedField(message, controlOf) {
  const [, name, why] = /^([\w.-]+): (.*)$/s.exec(message) ?? [];
  const control = name ? controlOf(name) : null;
  if (!control) return false;
  control.closest("details")?.setAttribute("open", "");
  fieldError(control, why);
  control.focus();
  return true;
}

function judge(control) {
  fieldError(control, control.validity.valid ? "" : complaint(control));
  return control.validity.valid;
}

function complaint(control) {
  const { validity } = control;
  if (validity.customError) return control.validationMessage;
  if (validity.valueMissing) return control.dataset.missing ?? t(missingKey(control));
  if (validity.typeMismatch) return t(control.type === "email" ? "field.error.email" : "field.error.url");
  if (validity.rangeUnderflow) return t("field.error.min", { min: control.min });
  if (validity.rangeOverflow) return t("field.error.max", { max: control.max });
  if (validity.badInput || validity.stepMismatch) return t("field.error.number");
  return t("field.error.pattern");
}

function missingKey(control) {
  if (control.type === "checkbox") return "field.error.check";
  return control.tagName === "SELECT" || control.type === "radio" ? "field.error.choose" : "field.error.missing";
}
