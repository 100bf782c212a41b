/** Says, for as long as it is so, that users work on site again after a live migration: what is online is out of date. */

import { notice } from "../../core/notice.js";
import { dateTime, t } from "../../core/text.js";

/** @param {Object} now the state document @returns {?HTMLElement} null where nobody was let in again */
export function thawedNotice(now) {
  const kind = now.result?.kind ?? now.earlier?.kind;
  if (!now.thawed_at || kind !== "live") return null;
  return notice("warning", {
    title: t("freeze.thawed", { when: dateTime(now.thawed_at) }), content: t("freeze.thawed-text"),
  });
}
