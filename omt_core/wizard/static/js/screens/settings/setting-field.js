/** One field of the settings: a control for its kind, how it is filled and read. */

import { h } from "../../core/dom.js";
import { checkField, field } from "../../core/fields.js";
import { folderButton } from "../../core/folder-dialog.js";
import { PasswordField } from "../../core/password-field.js";
import { prose } from "../../core/prose.js";
import { t } from "../../core/text.js";

/**
 * @typedef {Object} SettingField
 * @property {HTMLElement} element
 * @property {HTMLElement} control
 * @property {function(): *} read the value for the server; throws `SyntaxError` with a text for the person
 */

/** @param {import("./schema.js").Setting} setting @param {*} value @returns {SettingField} */
export function settingField(setting, value) {
  const made = MAKERS[setting.kind](setting, value);
  limit(made.control, setting);
  return made;
}

const MAKERS = {
  boolean(setting, value) {
    const control = h("input", { type: "checkbox", checked: value === true });
    return { control, read: () => control.checked,
      element: checkField({ label: title(setting.key), control, hint: hint(setting) }) };
  },

  choice(setting, value) {
    const control = h("select", { value: value === null ? "" : String(value) },
      setting.nullable ? h("option", { value: "" }, t("settings.unset")) : null,
      setting.choices.map((choice) => h("option", { value: String(choice) }, String(choice))));
    return plain(setting, control, () => setting.choices.find((choice) => String(choice) === control.value) ?? null);
  },

  number(setting, value) {
    const control = h("input", { type: "number", step: setting.limits.type === "integer" ? 1 : "any", value: value ?? "" });
    return plain(setting, control, () => (control.value === "" ? null : control.valueAsNumber));
  },

  lines(setting, value) {
    const control = area((value ?? []).join("\n"));
    return plain(setting, control, () => lines(control.value));
  },

  pairs(setting, value) {
    const control = area(Object.entries(value ?? {}).map(([name, one]) => `${name} = ${one}`).join("\n"));
    return plain(setting, control, () => Object.fromEntries(lines(control.value).map(pair)));
  },

  json(setting, value) {
    const control = area(JSON.stringify(value ?? null, null, 2));
    return plain(setting, control, () => parse(control.value));
  },

  secret(setting) {
    const made = new PasswordField({ autocomplete: "off", placeholder: t("settings.secret.kept") });
    return { control: made.input, element: made.field(title(setting.key), hint(setting)),
      read: () => (made.input.value === "" ? undefined : made.input.value) };
  },

  path(setting, value) {
    const control = h("input", { value: value ?? "", class: "path", spellcheck: "false", autocomplete: "off" });
    return plain(setting, control, () => text(control, setting), folderButton(control, title(setting.key)));
  },

  text(setting, value) {
    const control = h("input", { value: value ?? "", spellcheck: "false", autocomplete: "off" });
    return plain(setting, control, () => text(control, setting));
  },
};

function plain(setting, control, read, action) {
  return { control, read, element: field({ label: title(setting.key), control, hint: hint(setting), action }) };
}

function area(value) {
  return h("textarea", { rows: Math.min(8, Math.max(2, value.split("\n").length)), spellcheck: "false", value });
}

function text(control, { nullable }) {
  return control.value === "" && nullable ? null : control.value;
}

function lines(value) {
  return value.split("\n").map((line) => line.trim()).filter(Boolean);
}

function pair(line) {
  const at = line.indexOf("=");
  if (at < 1) throw new SyntaxError(t("settings.error.pair", { line }));
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

function parse(value) {
  try {
    return JSON.parse(value);
  } catch {
    throw new SyntaxError(t("settings.error.json"));
  }
}

function hint(setting) {
  const how = { lines: t("settings.hint.lines"), pairs: t("settings.hint.pairs"), json: t("settings.hint.json") }[setting.kind];
  return h("span", null, prose([setting.description, how, usual(setting)].filter(Boolean).join(" ")), " ",
    h("code", { class: "settings__key" }, setting.key));
}

/** A key as a person reads it; as the settings file has it, it stands below. @param {string} key */
export function title(key) {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The default in a few words; lists and groups are too long for that, and secrets have none. */
function usual({ kind, default: value }) {
  if (kind === "secret" || value === "") return null;
  if (typeof value === "boolean") return t(value ? "settings.default.on" : "settings.default.off");
  if (typeof value === "number") return t("settings.default", { value: value.toLocaleString(document.documentElement.lang) });
  return typeof value === "string" ? t("settings.default", { value }) : null;
}

/** The schema's limits as the browser's own validation knows them; open bounds have no attribute of their own. */
function limit(control, { kind, nullable, limits }) {
  if (kind === "number") {
    control.required = !nullable;
    if ("minimum" in limits) control.min = limits.minimum;
    if ("maximum" in limits) control.max = limits.maximum;
    if (limits.type === "integer" && "exclusiveMinimum" in limits) control.min = limits.exclusiveMinimum + 1;
    else if ("exclusiveMinimum" in limits) openBound(control, limits.exclusiveMinimum);
  }
  if (kind !== "text") return;
  if (limits.pattern) control.pattern = limits.pattern.replace(/^\^|\$$/g, "");
  if (limits.minLength) {
    control.required = true;
    control.minLength = limits.minLength;
  }
  if (limits.maxLength) control.maxLength = limits.maxLength;
}

function openBound(control, bound) {
  control.addEventListener("input", () => {
    const low = control.value !== "" && control.valueAsNumber <= bound;
    control.setCustomValidity(low ? t("settings.error.above", { bound }) : "");
  });
}
