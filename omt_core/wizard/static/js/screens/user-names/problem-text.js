/** Problems with user names in words. */

import { t } from "../../core/text.js";

/** How many others are named in one line. */
const NAMED = 5;

/**
 * What is wrong with a row, in one sentence (W64: "HH: User name '...' is also used by HUH").
 * @param {import("./grid-model.js").Problem} problem @param {string} name the user name as it stands
 */
export function problemText(problem, name) {
  switch (problem.kind) {
    case "duplicate":
      return t("userNames.problem.duplicate", { login: problem.login, name, others: named(problem.others) });
    case "taken": return t("userNames.problem.taken", { login: problem.login, name });
    default: return problem.message;
  }
}

/**
 * The same at the row itself, where its initials and user name stand beside it.
 * @param {import("./grid-model.js").Problem} problem
 */
export function problemTextAtRow(problem) {
  switch (problem.kind) {
    case "duplicate": return t("userNames.problem.atRow.duplicate", { others: named(problem.others) });
    case "taken": return t("userNames.problem.atRow.taken");
    default: return problem.message;
  }
}

/** @param {string[]} logins */
function named(logins) {
  const rest = logins.length - NAMED;
  const shown = logins.slice(0, NAMED).join(", ");
  return rest > 0 ? t("userNames.problem.andMore", { shown, rest }) : shown;
}
