/** The form of the answers: SuperOffice CRM, Customer Service, Online. Source: crm.md W100-W105. */

import { h, replace } from "../../core/dom.js";
import { checkField, field, fieldError } from "../../core/fields.js";
import { fileButton, folderButton } from "../../core/folder-dialog.js";
import { icon } from "../../core/icons.js";
import { PasswordField } from "../../core/password-field.js";
import { hasText, t } from "../../core/text.js";

const CRM = ["dbms", "server", "database", "dsn", "prefix", "windows_login", "user", "password"];
const ARCHIVES = ["archives.1", "archives.2", "archives.3"];
const SERVICE = ["service.base", "service.attachments", "service.templates", "service.texts"];
const ONLINE = ["online.url", "online.token_file"];
const PATHS = new Set([...ARCHIVES, ...SERVICE, "templates", "root"]);
/** Whose answer a refusal is about, by its code; proxies and networks on the way are none of the form's. */
const REFUSED = [
  [/^(?:online-token-|secret-)/, "online.token_file"],
  [/^online-(?!proxy-|network-)/, "online.url"],
];
const SHOWN = new Set([...CRM, "password_given", "archives", "templates", "service", "root"]);
/** What an installation may well be without. */
const OPTIONAL = new Set(["dsn", "archives.2", "archives.3", "templates", "root", ...SERVICE]);

export class AnswersForm {
  #controls = new Map();
  #fields = new Map();
  #passwordGiven = false;
  /** Answers that have no control here, such as one from a file: they are handed back as they came. */
  #others = {};
  #password = new PasswordField({ name: "password", autocomplete: "off" });

  constructor(types) {
    const dbms = h("select", { name: "dbms" }, h("option", { value: "" }, t("installation.dbms.any")),
      types.map((type) => h("option", { value: type }, t(`dbms.${type}`))));
    this.#controls.set("dbms", dbms);
    this.element = h("div", { class: "answers__groups", on: { input: (event) => answered(event.target) } },
      group("crm", "database", [...CRM, ...ARCHIVES, "templates"].map((name) => this.#field(name))),
      group("service", "service", SERVICE.map((name) => this.#field(name))),
      group("online", "cloud", ONLINE.map((name) => this.#field(name))),
      h("details", { class: "disclosure" }, h("summary", null, t("installation.more")), this.#field("root")));
  }

  fill({ answers, online }) {
    for (const name of CRM.filter((each) => each !== "password")) this.#set(name, answers[name]);
    ARCHIVES.forEach((name, index) => this.#set(name, answers.archives[index]));
    for (const name of ["templates", "root"]) this.#set(name, answers[name]);
    for (const name of SERVICE) this.#set(name, answers.service[name.slice("service.".length)]);
    this.#set("online.url", online.url);
    this.#set("online.token_file", online.token_file);
    this.#passwordGiven = answers.password_given;
    this.#others = Object.fromEntries(Object.entries(answers).filter(([name]) => !SHOWN.has(name)));
    this.#password.input.value = "";
    this.#password.input.placeholder = answers.password_given ? t("installation.password.given") : "";
  }

  /** What `POST /api/installation` takes. */
  values() {
    const get = (name) => {
      const control = this.#controls.get(name);
      return control.type === "checkbox" ? control.checked : control.value.trim();
    };
    const service = Object.fromEntries(SERVICE.map((name) => [name.slice("service.".length), get(name)]));
    const answers = Object.fromEntries(CRM.filter((name) => name !== "password").map((name) => [name, get(name)]));
    return {
      answers: { ...this.#others, ...answers, password: this.#password.input.value,
        password_given: this.#passwordGiven, archives: ARCHIVES.map(get).filter(Boolean),
        templates: get("templates"), service, root: get("root") },
      online: { url: get("online.url"), token_file: get("online.token_file") },
    };
  }

  /** Marks what is still needed, and shows in empty fields what was found, which an answer would replace. */
  mark(needs, evidence) {
    const found = new Map(evidence.map(({ setting, value }) => [plain(setting), value]).reverse());
    for (const [name, element] of this.#fields) {
      const control = this.#controls.get(name);
      const empty = ONLINE.includes(name) && !control.value;
      needed(element, empty || [...needs].some((need) => plain(need) === plain(name)));
      if (control?.tagName === "INPUT" && control.type !== "checkbox") control.placeholder = found.get(plain(name)) ?? "";
    }
  }

  /** The control of an answer by its name, "archives" being the first of them. @returns {?HTMLElement} */
  control(name) {
    return this.#controls.get(plain(name)) ?? null;
  }

  /**
   * Says at its field what was refused.
   *
   * @param {?{code: string, message: string, remedy: string}} error
   * @returns {?HTMLElement} the control, `null` where no field is to blame
   */
  refuse(error) {
    const name = error && REFUSED.find(([codes]) => codes.test(error.code))?.[1];
    if (!name) return null;
    const control = this.#controls.get(name);
    fieldError(control, [error.message, error.remedy].filter(Boolean).join(" "));
    return control;
  }

  focusFirstNeed() {
    const control = this.element.querySelector(".field--needed :is(input, select)");
    control?.closest("details")?.setAttribute("open", "");
    control?.focus();
  }

  #set(name, value) {
    const control = this.#controls.get(name);
    if (control.type === "checkbox") control.checked = value === true;
    else control.value = value ?? "";
  }

  #field(name) {
    const label = t(`setting.${name}`);
    const hintKey = `installation.hint.${name}`;
    const need = h("span", { class: "answers__need" });
    const hint = hasText(hintKey) ? t(hintKey) : undefined;
    let made;
    if (name === "password") made = this.#password.field(label, hint);
    else if (name === "windows_login") {
      const control = h("input", { name, type: "checkbox" });
      this.#controls.set(name, control);
      made = checkField({ label, control, hint });
    } else {
      const control = this.#control(name);
      const action = PATHS.has(name) ? folderButton(control, label)
        : name === "online.token_file" ? fileButton(control, label) : undefined;
      made = field({ label, control, action, optional: OPTIONAL.has(name), hint });
    }
    made.querySelector(".field__label").append(need);
    this.#fields.set(name, made);
    return made;
  }

  #control(name) {
    const known = this.#controls.get(name);
    if (known) return known;
    const control = h("input", { name, type: name === "online.url" ? "url" : "text", spellcheck: "false",
      autocomplete: "off", class: PATHS.has(name) || name === "online.token_file" ? "path" : null });
    this.#controls.set(name, control);
    return control;
  }
}

/** "installation.archives", "archives[1]" and "archives.1" are one field; so are "database.server" and "server". */
function plain(setting) {
  const name = setting.replace(/^(?:installation|database)\./, "").replace(/[[ .](\d+)\]?$/, ".$1");
  return name === "archives" ? "archives.1" : name;
}

/** A field that has got an answer is needed no more, until the next search says otherwise. */
function answered(control) {
  if (control.value) needed(control.closest(".field"), false);
}

function needed(element, needs) {
  element.classList.toggle("field--needed", needs);
  replace(element.querySelector(".answers__need"), needs ? [" ", icon("warning"), t("installation.needed")] : null);
}

function group(name, sign, fields) {
  return h("fieldset", { class: "card answers__group" },
    h("legend", null, h("h3", { class: "card__title" }, icon(sign), t(`installation.group.${name}`))),
    h("p", { class: "muted small" }, t(`installation.group.${name}.hint`)),
    h("div", { class: "answers__fields" }, fields));
}
