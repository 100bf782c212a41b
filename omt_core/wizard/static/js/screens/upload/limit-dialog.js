/** Asks for the rate at which to send at most; it holds at once, also for an upload under way. */

import { post } from "../../core/api.js";
import { h, uniqueId } from "../../core/dom.js";
import { checkForm, field } from "../../core/fields.js";
import { sendingDialog } from "../../core/sending-dialog.js";
import { t } from "../../core/text.js";
import { rateText } from "./rate-text.js";

const OFFERED = { "500K": 500 * 1024, "1M": 1024 ** 2, "5M": 5 * 1024 ** 2, "20M": 20 * 1024 ** 2 };
const OWN = "own";
const RATE = "([0-9]{1,9}([.][0-9]{1,3})?[KMGkmg]?|[Oo][Ff][Ff])";
const STEP = `[0-2]?[0-9]:[0-5][0-9],${RATE}`;
const PATTERN = `${RATE}|${STEP}( +${STEP})*`;

/** @param {{limit_given: string}} upload the limit as it was given */
export function askLimit({ limit_given: given }) {
  const name = uniqueId("limit");
  const chosen = [...Object.keys(OFFERED), "off"].find((key) => key === given) ?? OWN;
  const own = h("input", {
    type: "text", pattern: PATTERN, autocomplete: "off", spellcheck: "false",
    value: chosen === OWN ? given : "",
  });
  const ownField = field({ label: t("upload.limit-own-label"), control: own, hint: t("upload.limit-own-hint") });
  const settle = () => {
    const mine = form.elements.namedItem(name).value === OWN;
    ownField.hidden = !mine;
    own.required = mine;
    own.disabled = !mine;
  };
  const radio = (value, words) => h("label", { class: "rates__rate" },
    h("input", { type: "radio", name, value, checked: value === chosen }), h("span", null, words));
  const form = h("form", { class: "rates", on: { change: settle } },
    Object.entries(OFFERED).map(([value, rate]) => radio(value, rateText(rate))),
    radio(OWN, t("upload.limit-own")), ownField, radio("off", t("upload.limit-off")));
  settle();
  const dialog = sendingDialog({
    title: t("upload.limit-title"),
    content: [h("p", null, t("upload.limit-text")), form],
    confirm: t("upload.limit-set"),
    send: () => {
      if (!checkForm(form)) return false;
      const value = form.elements.namedItem(name).value;
      return post("/api/upload/limit", { rate: value === OWN ? own.value.trim().toUpperCase() : value });
    },
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.buttons[1].click();
  });
}
