/** Says on the first page how much was sent ahead and is there already, and how old that is. */

import { get } from "../../core/api.js";
import { h, replace } from "../../core/dom.js";
import { notice } from "../../core/notice.js";
import { bytes, dateTime, number, t, tn } from "../../core/text.js";

export class ThereAlready {
  element = h("div");

  /** Looks once; where it cannot be known nothing is said, and the upload compares everything itself. */
  async look() {
    const { sent } = await get("/api/ahead").catch(() => ({ sent: null }));
    if (!sent) return;
    replace(this.element, notice("success", {
      title: tn("ahead.there", sent.files_known, { files: number(sent.files), of: number(sent.files_known), size: bytes(sent.bytes) }),
      content: t("ahead.there-text", { moment: dateTime(sent.at), ago: ago(sent.at) }),
    }));
  }
}

/** "today", "3 days ago", as the language writes it. */
function ago(moment) {
  const days = Math.max(0, Math.floor((Date.now() - new Date(moment)) / 86_400_000));
  return new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" }).format(-days, "day");
}
