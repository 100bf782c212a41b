/** What is told aloud while an upload runs: a row that ends, a pause, an end; never each percent. */

import { alert, announce } from "../../core/announce.js";
import { t } from "../../core/text.js";
import { stageTitle } from "./stage-words.js";

const RUN_WORDS = {
  paused: "upload.said.paused",
  stopped: "upload.said.stopped",
  done: "upload.said.done",
};

export class Milestones {
  #rows = new Map();
  #run = "";

  /** Compares with what was known and says what ended since. @param {import("./row-type.js").Row} row */
  row(row) {
    const before = this.#rows.get(row.stage);
    this.#rows.set(row.stage, row.state);
    if (before === undefined || before === row.state) return;
    const title = stageTitle(row.stage, row.title);
    if (row.state === "succeeded") announce(t("upload.said.row-succeeded", { title }));
    if (row.state === "failed") alert(t("upload.said.row-failed", { title }));
  }

  /** @param {Object} now the state document */
  run({ upload }) {
    const before = this.#run;
    this.#run = upload.state;
    if (!before || before === upload.state) return;
    if (upload.state === "running" && before === "paused") announce(t("upload.said.resumed"));
    if (RUN_WORDS[upload.state]) announce(t(RUN_WORDS[upload.state]));
  }
}
