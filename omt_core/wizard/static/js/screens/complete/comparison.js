/** This migration beside the test before it: what is new, gone or different, so that it is accepted by what was seen. */

import { ApiError, get } from "../../core/api.js";
import { h, replace } from "../../core/dom.js";
import { errorNotice, notice } from "../../core/notice.js";
import { dateTime, hasText, number, t, tn } from "../../core/text.js";

const SHOWN = 50;

export class Comparison {
  element = h("div");
  #asked = "";

  /** Asks for it, once for each result; where no earlier migration is kept nothing is shown. */
  async load(result) {
    const asked = JSON.stringify(result);
    if (asked === this.#asked) return;
    this.#asked = asked;
    try {
      const found = await get("/api/comparison");
      replace(this.element, found ? card(found) : null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 0 && error.status !== 401) replace(this.element, errorNotice(error));
    }
  }
}

function card(found) {
  const unexplained = found.areas.reduce((sum, area) => sum + area.unexplained, 0);
  return h("section", { class: "card comparison" },
    h("h2", null, t("comparison.title")),
    h("p", { class: "muted" }, t("comparison.text", { when: dateTime(found.before.completed) })),
    unexplained
      ? notice("warning", { title: tn("comparison.unexplained", unexplained) })
      : notice("success", { title: t("comparison.explained") }),
    framed("comparison.title", h("table", { class: "table" },
      h("thead", null, h("tr", null,
        h("th", { scope: "col" }, t("comparison.area")),
        ["equal", "new", "gone", "different", "look"].map((one) =>
          h("th", { scope: "col", class: "number" }, t(`comparison.${one}`))))),
      h("tbody", null, found.areas.map((area) => h("tr", null,
        h("th", { scope: "row" }, areaName(area.area)),
        [area.equal, area.new, area.gone, area.different, area.unexplained].map((count) =>
          h("td", { class: "number" }, number(count)))))))),
    differences(found.differences));
}

function differences(all) {
  if (!all.length) return null;
  const first = [...all].sort((one, other) => Number(one.by_time) - Number(other.by_time)).slice(0, SHOWN);
  return h("details", { open: !first[0].by_time },
    h("summary", null, tn("comparison.list", all.length)),
    framed("comparison.what", h("table", { class: "table" },
      h("thead", null, h("tr", null,
        ["area", "what", "name", "before", "after"].map((one) => h("th", { scope: "col" }, t(`comparison.${one}`))))),
      h("tbody", null, first.map((one) => h("tr", null,
        h("td", null, areaName(one.area)),
        h("td", null, one.by_time ? null : "⚠ ", t(`comparison.${one.change}`)),
        h("th", { scope: "row" }, h("bdi", null, one.name)),
        h("td", null, one.before),
        h("td", null, one.after)))))),
    all.length > SHOWN ? h("p", { class: "muted" }, t("comparison.more", { count: number(all.length - SHOWN) })) : null);
}

/** A table may be wider than a phone: then it is moved in its frame, by keys as well. */
function framed(name, table) {
  return h("div", { class: "table-frame", tabindex: "0", role: "group", "aria-label": t(name) }, table);
}

function areaName(area) {
  for (const key of [`comparison.area.${area}`, `upload.stage.${area}`]) {
    if (hasText(key)) return t(key);
  }
  return area;
}
