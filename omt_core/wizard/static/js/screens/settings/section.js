/** The settings of one plugin: a form of its own, saved by itself. */

import { announce } from "../../core/announce.js";
import { ApiError, post } from "../../core/api.js";
import { h, replace } from "../../core/dom.js";
import { fieldError, validated } from "../../core/fields.js";
import { icon } from "../../core/icons.js";
import { errorNotice } from "../../core/notice.js";
import { prose } from "../../core/prose.js";
import { hasText, t } from "../../core/text.js";
import { settingsOf } from "./schema.js";
import { settingField, title } from "./setting-field.js";

export class SettingsSection {
  /** @type {HTMLDetailsElement} */
  element;
  #plugin;
  /** By dotted key. @type {Map<string, import("./setting-field.js").SettingField>} */
  #fields = new Map();
  #all = h("fieldset", { class: "settings__fields" });
  #said = h("div", { class: "settings__said", "aria-live": "polite" });
  #save = h("button", { type: "submit", class: "button button--primary" }, t("settings.save"));

  constructor({ plugin, schema, values }) {
    this.#plugin = plugin;
    replace(this.#all, this.#make(settingsOf(schema), values, ""));
    const form = h("form", null, this.#all, h("div", { class: "settings__end" }, this.#said, this.#save));
    validated(form, () => this.#send());
    this.element = h("details", { class: "card settings__section" },
      h("summary", null, h("h2", null, plugin), h("span", { class: "muted" }, subjectOf(plugin, schema))), form);
  }

  lock(fixed) {
    this.#all.disabled = fixed;
    this.#save.hidden = fixed;
  }

  /** Shows only what has `wanted` in its name or description, and opens then. @returns {boolean} something has */
  filter(wanted) {
    let any = false;
    for (const [key, { element }] of this.#fields) {
      const fits = `${this.#plugin}.${key} ${element.textContent}`.toLowerCase().includes(wanted);
      element.hidden = !fits;
      any ||= fits;
    }
    this.element.hidden = !any;
    if (wanted) this.element.open = any;
    return any;
  }

  #make(settings, values, stem) {
    return settings.map((setting) => {
      const key = stem + setting.key;
      const value = values?.[setting.key];
      if (setting.kind === "group") {
        return h("fieldset", { class: "settings__group" }, h("legend", null, title(setting.key)),
          h("div", { class: "settings__fields" }, this.#make(setting.settings, value, `${key}.`)));
      }
      const made = settingField(setting, value);
      this.#fields.set(key, made);
      return made.element;
    });
  }

  async #send() {
    replace(this.#said);
    const values = this.#read();
    if (!values) return;
    try {
      await post("/api/settings", { plugin: this.#plugin, values });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      this.#refused(failure);
      return;
    }
    replace(this.#said, h("p", { class: "settings__saved" }, icon("check"), t("settings.saved")));
  }

  /** All values, nested as the model is; secrets that were not typed are left out. @returns {?Object} `null`: wrong */
  #read() {
    const values = {};
    for (const [key, { control, read }] of this.#fields) {
      let value;
      try {
        value = read();
      } catch (failure) {
        if (!(failure instanceof SyntaxError)) throw failure;
        fieldError(control, failure.message);
        control.focus();
        return null;
      }
      if (value !== undefined) put(values, key.split("."), value);
    }
    return values;
  }

  /** What the tool says of a key stands at its field too. */
  #refused(failure) {
    const wrong = [...this.#fields].map(([key, { control }]) => [control, saidOf(`${this.#plugin}.${key}`, failure.message)])
      .filter(([, said]) => said);
    for (const [control, said] of wrong) fieldError(control, said);
    wrong[0]?.[0].focus();
    replace(this.#said, errorNotice(failure));
    announce(failure.message);
  }
}

/** What a message such as "...: upload.tries: too small; upload.readers: too many." says of one key. */
function saidOf(key, message) {
  const start = message.indexOf(` ${key}: `);
  if (start < 0) return "";
  return message.slice(start + key.length + 3).split("; ")[0];
}

function put(values, path, value) {
  const last = path.at(-1);
  let place = values;
  for (const name of path.slice(0, -1)) place = place[name] ??= {};
  place[last] = value;
}

/** What the settings are about: in the wizard's words, or a partner's model's first sentence. */
function subjectOf(plugin, { description = "" }) {
  if (hasText(`settings.plugin.${plugin}`)) return t(`settings.plugin.${plugin}`);
  return prose(/^.*?(?:\.(?=\s|$)|$)/.exec(description.trim().replace(/\s+/g, " "))[0]);
}
