/** The tool has ended as it was asked to; nothing on this page works any more. Source: crm.md W81. */

import { h, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { ScreenElement } from "../core/screen-element.js";
import { screen } from "../core/screens.js";
import { t } from "../core/text.js";

class ClosedScreen extends ScreenElement {
  build() {
    this.workspace = h("p", { class: "muted" });
    replace(this, h("div", { class: "page closed" },
      h("div", { class: "closed__sign" }, icon("check")),
      h("h1", null, t("closed.title")),
      h("p", null, t("closed.text")),
      this.workspace));
  }

  update({ workspace }) {
    replace(this.workspace, ...(workspace ? [t("closed.workspace"), " ", h("span", { class: "path" }, workspace)] : []));
  }
}
customElements.define("omt-closed", ClosedScreen);
screen("closed", "omt-closed");
