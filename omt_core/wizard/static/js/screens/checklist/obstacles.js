/** Why Upload cannot be pressed yet (W41): a sentence for each reason. */

import { t, tn } from "../../core/text.js";

/** @param {Object} now the state document @returns {string[]} empty when nothing stands in the way */
export function obstacles({ checklist, checks, busy }) {
  const reasons = [];
  if (!checklist.opened || busy === "reading-users") reasons.push(t("checklist.wait-reading"));
  if (checklist.plans !== "done") reasons.push(t("checklist.wait-plans"));
  if (checklist.user_names !== "done") reasons.push(t("checklist.wait-user-names"));
  if (checklist.notifications !== "done") reasons.push(t("checklist.wait-notifications"));
  if (checks.state === "running" || checks.state === "never") reasons.push(t("checklist.wait-checking"));
  else if (checks.blocking) reasons.push(tn("checklist.wait-blocking", checks.blocking));
  return reasons;
}
