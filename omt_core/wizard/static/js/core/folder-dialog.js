/** Chooses a folder of the computer that the tool runs on: the "..." buttons. Source: crm.md W102. */

import { announce } from "./announce.js";
import { ApiError, get } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { field, fieldError } from "./fields.js";
import { icon } from "./icons.js";
import { loading } from "./placeholder.js";
import { t, tn } from "./text.js";

/** @param {{title: string, path: string}} what @returns {Promise<?string>} the chosen folder, `null` for none */
export async function chooseFolder({ title, path }) {
  const browser = new FolderBrowser();
  const dialog = openDialog({
    title,
    content: browser.element,
    wide: true,
    buttons: [
      { label: t("dialog.cancel"), value: null },
      { label: t("folders.choose"), primary: true, value: true },
    ],
  });
  await browser.show(path, { orRoot: true });
  return (await dialog.closed) === true ? browser.path : null;
}

/** A button "..." that chooses the folder for an input beside it. */
export function folderButton(input, title) {
  return h("button", { type: "button", class: "button button--icon", "aria-label": t("folders.open", { field: title }),
    title: t("folders.open", { field: title }), on: { click: async () => {
      const chosen = await chooseFolder({ title, path: input.value.trim() });
      if (chosen === null) return;
      input.value = chosen;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } } }, icon("folder"));
}

class FolderBrowser {
  #input = h("input", { spellcheck: "false", autocomplete: "off" });
  #list = h("ul", { class: "folders__list" });
  #shown = "";

  constructor() {
    this.element = h("form", { class: "folders", on: { submit: (event) => {
      event.preventDefault();
      this.show(this.#input.value.trim());
    } } },
    field({ label: t("folders.path"), control: this.#input, hint: t("folders.hint"),
      action: h("button", { type: "submit", class: "button" }, t("folders.go")) }),
    this.#list);
  }

  /** What was typed counts, also when it was not looked into. */
  get path() {
    return this.#input.value.trim() || this.#shown;
  }

  /** Lists the folders below `path`; what cannot be read is said at the field, and the list stays. */
  async show(path, { orRoot = false } = {}) {
    if (!this.#list.firstChild) replace(this.#list, h("li", null, loading()));
    try {
      this.#fill(await get(`/api/folders?path=${encodeURIComponent(path)}`));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (orRoot && path) await this.show("");
      else {
        fieldError(this.#input, `${failure.message} ${failure.remedy}`);
        this.#input.focus();
      }
    }
  }

  #fill({ path, parent, folders }) {
    fieldError(this.#input, "");
    this.#shown = path;
    this.#input.value = path;
    const focused = this.#list.contains(document.activeElement);
    const up = parent === null ? [] : [this.#entry(t("folders.up"), "arrow_left", parent)];
    const separator = path.includes("\\") ? "\\" : "/";
    const below = folders.map((name) => this.#entry(name, "folder", join(path, name, separator)));
    replace(this.#list, ...up, ...below, folders.length ? null : h("li", { class: "folders__none muted" }, t("folders.none")));
    if (focused) this.#list.querySelector("button")?.focus();
    announce(tn("folders.count", folders.length, { path }));
  }

  #entry(name, sign, path) {
    return h("li", null, h("button", { type: "button", class: "folders__entry", on: { click: () => this.show(path) } },
      icon(sign), h("span", null, name)));
  }
}

function join(path, name, separator) {
  return path === "" || path.endsWith(separator) ? path + name : path + separator + name;
}
