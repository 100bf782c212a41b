/** The list of all problems with user names, and the way to the next one. Source: crm.md W64. */

import { h, setText } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { t, tn } from "../../core/text.js";
import { WindowedList, onViewChange } from "../../users/windowed-list.js";
import { problemText } from "./problem-text.js";

const LINE_REM = 1.75;

/** Everything that must be solved before Ok, each a way to its row (W64, all at once), and the key to the next one. */
export class ProblemList {
  #model;
  #count = h("span");
  #list = h("ul", { class: "problems__list", role: "list", "aria-label": t("userNames.problems") });
  #frame = h("div", { class: "problems__frame" }, this.#list);
  #lines;
  #stop;

  /**
   * @param {import("./grid-model.js").GridModel} model
   * @param {{go: (login: string) => void, next: () => void}} does
   */
  constructor(model, { go, next }) {
    this.#model = model;
    this.element = h("section", { class: "problems", "aria-label": t("userNames.problems"), hidden: true },
      h("details", {
        class: "problems__details", open: matchMedia("(min-width: 40rem)").matches,
        on: { toggle: () => this.#lines.draw() },
      }, h("summary", { class: "problems__summary arrowed" }, icon("warning"), this.#count), this.#frame),
      h("button", { type: "button", class: "button", "aria-keyshortcuts": "F8 Alt+N", on: { click: next } },
        t("userNames.next"), h("kbd", null, "F8")));
    this.#lines = new WindowedList(this.#list, this.#frame, {
      key: (problem) => problem.key,
      make: (problem) => this.#make(problem, go),
      update: (line, problem, place, count) => {
        setText(line.firstElementChild, problemText(problem, model.row(problem.login)?.name ?? ""));
        line.setAttribute("aria-posinset", String(place + 1));
        line.setAttribute("aria-setsize", String(count));
      },
    });
    this.#stop = onViewChange(this.#frame, () => this.#lines.draw());
  }

  end() {
    this.#stop();
  }

  draw() {
    const { problems } = this.#model;
    this.element.hidden = problems.length === 0;
    setText(this.#count, tn("userNames.problems.count", problems.length));
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.#lines.take(problems, () => LINE_REM * rem);
    this.#lines.draw();
  }

  /** @param {import("./grid-model.js").Problem} problem @param {(login: string) => void} go */
  #make(problem, go) {
    const place = this.#model.row(problem.login) === undefined
      ? h("span", { class: "problems__text" })
      : h("button", { type: "button", class: "problems__text problems__link", on: { click: () => go(problem.login) } });
    return h("li", { class: "problems__line", title: problem.remedy }, place);
  }
}
