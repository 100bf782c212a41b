/** A row for each machine, where an upload runs on several: what it is doing, what it sent, when it was heard of. */

import { h, replace } from "../../core/dom.js";
import { bytes, dateTime, number, t } from "../../core/text.js";

const COLUMNS = ["name", "state", "files", "sent", "rate", "heard"];
/** What the server lets through; whatever else is no link. */
const WEB = /^https?:\/\//;

export class MachineTable {
  element = h("section", { class: "card machines", hidden: true });
  #said = "";

  constructor() {
    this.body = h("tbody");
    this.link = h("p", { hidden: true });
    this.element.append(
      h("h2", null, t("machines.title")), this.link,
      h("div", { class: "table-frame", tabindex: "0", role: "group", "aria-label": t("machines.title") },
        h("table", { class: "table" },
          h("thead", null, h("tr", null, COLUMNS.map((one) => h("th", { scope: "col" }, t(`machines.${one}`))))),
          this.body)));
  }

  /** @param {Object} upload the part `upload` of the state document @param {boolean} moving whether it sends now */
  show({ machines, dashboard }, moving) {
    const said = JSON.stringify([machines, dashboard, moving]);
    if (said === this.#said) return;
    this.#said = said;
    this.element.hidden = !machines.length;
    replace(this.body, machines.map((one) => row(one, moving)));
    this.link.hidden = !WEB.test(dashboard);
    replace(this.link, this.link.hidden ? null
      : h("a", { href: dashboard, target: "_blank", rel: "noopener noreferrer" }, t("machines.dashboard")));
  }
}

function row(machine, moving) {
  const cells = [
    moving ? t(`machines.state.${machine.state}`) : "",
    number(machine.items),
    bytes(machine.sent_bytes),
    moving && machine.rate !== null ? t("upload.per-second", { size: bytes(machine.rate) }) : "",
    dateTime(machine.heard),
  ];
  return h("tr", { dataset: { state: machine.state } },
    h("th", { scope: "row" }, h("bdi", null, machine.name)),
    cells.map((text, place) => h("td", { dataset: { label: t(`machines.${COLUMNS[place + 1]}`) } }, text)));
}
