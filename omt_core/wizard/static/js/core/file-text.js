/** The text of a file that a person chose: UTF-8, or UTF-16 by its mark, as Excel's "Unicode text" and Notepad write it. */

import { t } from "./text.js";

const MARKS = [["utf-16le", 0xff, 0xfe], ["utf-16be", 0xfe, 0xff]];

/**
 * @param {File} file
 * @returns {Promise<string>} without a byte order mark
 */
export async function textOf(file) {
  const content = new Uint8Array(await file.arrayBuffer());
  const marked = MARKS.find(([, first, second]) => content[0] === first && content[1] === second);
  try {
    return new TextDecoder(marked?.[0] ?? "utf-8", { fatal: true }).decode(content);
  } catch {
    const remedy = t("users.csv.notUtf8.remedy");
    throw Object.assign(new Error(t("users.csv.notUtf8")), { code: "text-not-readable", remedy });
  }
}
