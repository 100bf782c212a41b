/** The documentation of a finding's code, in a window over the page. */

import { get } from "../../core/api.js";
import { openDialog } from "../../core/dialog.js";
import { documentationLink } from "../../core/documentation.js";
import { h, replace } from "../../core/dom.js";
import { failed, loading } from "../../core/placeholder.js";
import { hasText, t } from "../../core/text.js";

/** @param {string} code */
export function openCode(code) {
  const content = h("div", { class: "code-page" });
  openDialog({ title: code, content, buttons: [{ label: t("code.close"), primary: true }] });
  void load(code, content);
}

async function load(code, content) {
  replace(content, loading(t("code.loading"), 3));
  try {
    replace(content, ...page(await get(`/api/codes/${encodeURIComponent(code)}`)));
  } catch (error) {
    replace(content, failed(error, () => load(code, content)));
  }
}

function page(code) {
  const word = `checks.${code.severity}`;
  return [
    h("p", { class: "muted" },
      t("code.whence", { severity: hasText(word) ? t(word) : code.severity, plugin: code.plugin })),
    h("h3", null, t("code.meaning")),
    h("p", null, code.meaning),
    h("h3", null, t("code.remedy")),
    h("p", null, code.remedy),
    code.severity === "error" ? h("p", { class: "muted" }, code.waivable ? t("code.waivable") : t("code.not-waivable"))
      : null,
    code.documented
      ? h("p", null, documentationLink(`reference/findings/${code.code}.html`, t("code.read"))) : null,
  ];
}
