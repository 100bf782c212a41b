/** Chooses a folder, or a file, of the computer that the tool runs on: the "..." buttons. Source: crm.md W102. */

import { announce } from "./announce.js";
import { ApiError, get } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { field, fieldError } from "./fields.js";
import { icon } from "./icons.js";
import { loading } from "./placeholder.js";
import { t, tn } from "./text.js";

/**
 * @param {{title: string, path: string, files: (boolean|undefined)}} what `files`: one of the files is to be chosen
 * @returns {Promise<?string>} the chosen path, `null` for none
 */
async function choosePath({ title, path, files = false }) {
  const browser = new FolderBrowser(files);
  const dialog = openDialog({
    title,
    content: browser.element,
    wide: true,
    buttons: [
      { label: t("dialog.cancel"), value: null },
      { label: t(files ? "folders.choose-file" : "folders.choose"), primary: true, value: true },
    ],
  });
  await browser.show(path, { orRoot: true });
  return (await dialog.closed) === true ? browser.path : null;
}

/** A button "..." that chooses the folder for an input beside it. */
export function folderButton(input, title) {
  return chooserButton(input, t("folders.open", { field: title }), () => choosePath({ title, path: input.value.trim() }));
}

/** A button "..." that chooses the file for an input beside it; it begins in the folder of the one that is named. */
export function fileButton(input, title) {
  const folder = () => input.value.trim().replace(/[^\\/]*$/, "");
  return chooserButton(input, t("folders.open-file", { field: title }),
    () => choosePath({ title, path: folder(), files: true }));
}

function chooserButton(input, label, choose) {
  return h("button", { type: "button", class: "button button--icon", "aria-label": label, title: label, on: {
    click: async () => {
      const chosen = await choose();
      if (chosen === null) return;
      input.value = chosen;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
  } }, icon("folder"));
}

class FolderBrowser {
  #files;
  #input = h("input", { spellcheck: "false", autocomplete: "off", autofocus: true });
  #list = h("ul", { class: "folders__list" });
  #shown = "";

  /** @param {boolean} files whether files are shown, to choose one of them */
  constructor(files) {
    this.#files = files;
    this.element = h("form", { class: "folders", on: { submit: (event) => {
      event.preventDefault();
      this.show(this.#input.value.trim());
    } } },
    field({ label: t(files ? "folders.path-file" : "folders.path"), control: this.#input,
      hint: t(files ? "folders.hint-file" : "folders.hint"),
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
      this.#fill(await get(`/api/folders?path=${encodeURIComponent(path)}${this.#files ? "&files=yes" : ""}`));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (orRoot && path) await this.show("");
      else {
        fieldError(this.#input, `${failure.message} ${failure.remedy}`);
        this.#input.focus();
      }
    }
  }

  #fill({ path, parent, folders, files }) {
    fieldError(this.#input, "");
    this.#shown = path;
    this.#input.value = path;
    const focused = this.#list.contains(document.activeElement);
    const open = (to) => () => this.show(to);
    const up = parent === null ? [] : [this.#entry(t("folders.up"), "arrow_left", open(parent))];
    const separator = path.includes("\\") ? "\\" : "/";
    const below = folders.map((name) => this.#entry(name, "folder", open(join(path, name, separator))));
    const here = files.map((name) => this.#entry(name, "document", () => {
      this.#input.value = join(path, name, separator);
      this.#input.focus();
    }));
    replace(this.#list, ...up, ...below, ...here, folders.length + files.length ? null : h("li", { class: "folders__none muted" },
      t(this.#files ? "folders.none-file" : "folders.none")));
    if (focused) this.#list.querySelector("button")?.focus();
    announce(tn("folders.count", folders.length, { path }));
  }

  #entry(name, sign, click) {
    return h("li", null, h("button", { type: "button", class: "folders__entry", on: { click } },
      icon(sign), h("span", null, h("bdi", null, name))));
  }
}

function join(path, name, separator) {
  return path === "" || path.endsWith(separator) ? path + name : path + separator + name;
}
