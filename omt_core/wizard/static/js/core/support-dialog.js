/** The support bundle: what would be in it is listed before anybody takes it, and nothing is sent anywhere. */

import { get } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { here } from "./here.js";
import { working } from "./placeholder.js";
import { bytes, t } from "./text.js";

/** Opens the window, gathers the bundle, and lets it be downloaded once its list stands there. */
export function openSupport() {
  const content = h("div", { class: "support" });
  const dialog = openDialog({
    title: t("support.title"),
    content,
    wide: true,
    buttons: [
      { label: t("dialog.cancel") },
      { label: t("support.download"), primary: true, disabled: true, run: download },
    ],
  });
  void load(content, dialog.buttons[1]);
}

async function load(content, button) {
  replace(content, working(t("support.gathering")));
  try {
    replace(content, contents(await get("/api/support")));
    button.disabled = false;
  } catch (error) {
    replace(content, h("p", { role: "alert" }, error.message), h("p", null, error.remedy));
  }
}

function contents({ members, logs }) {
  return [
    h("p", null, t("support.text")),
    h("table", { class: "table support__members" },
      h("thead", null, h("tr", null,
        h("th", { scope: "col" }, t("support.file")),
        h("th", { scope: "col" }, t("support.about")),
        h("th", { scope: "col", class: "number" }, t("support.size")))),
      h("tbody", null, members.map((one) => h("tr", null,
        h("th", { scope: "row" }, h("code", null, one.name)),
        h("td", null, t(`support.member.${one.name.split(/[./]/)[0]}`)),
        h("td", { class: "number" }, bytes(one.size)))))),
    logs.length ? h("p", { class: "muted" }, t("support.logs"), " ",
      logs.map((path) => h("code", { class: "path" }, path))) : null,
  ];
}

function download() {
  const link = h("a", { href: here("/api/support.zip"), download: "" });
  document.body.append(link);
  link.click();
  link.remove();
}
