/** Starts the upload later: a moment of this machine's clock, asked for in the dialog that starts it. */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { ErrorPlace } from "../../core/error-place.js";
import { field, validated } from "../../core/fields.js";
import { icon } from "../../core/icons.js";
import { t } from "../../core/text.js";

const EVENING = 22;

/** @param {function(): void} planned called once the start is planned @returns {HTMLElement} */
export function later(planned) {
  const moment = h("input", { type: "datetime-local", class: "input", required: true, min: written(new Date()),
    value: written(evening()) });
  const errors = new ErrorPlace();
  const plan = async () => {
    const at = new Date(moment.value).toISOString(); // What a person sees is meant, whatever zone the browser has.
    if (!(await errors.run(() => post("/api/upload/plan", { at })))) planned();
  };
  const form = h("form", { class: "later__form" },
    field({ label: t("planned.moment"), control: moment, hint: t("planned.hint") }),
    h("button", { type: "submit", class: "button" }, icon("clock"), t("planned.plan")));
  validated(form, plan);
  return h("details", { class: "later" },
    h("summary", { class: "disclosure" }, t("planned.later")), form, errors.element);
}

/** The next evening: this one, or tomorrow's where it is late already. */
function evening() {
  const moment = new Date();
  if (moment.getHours() >= EVENING) moment.setDate(moment.getDate() + 1);
  moment.setHours(EVENING, 0, 0, 0);
  return moment;
}

/** As the field has it, in local time: "2026-12-05T22:00". */
function written(moment) {
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
    + `T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}
