/** Export to a spreadsheet and import from it. */

import { h } from "../core/dom.js";
import { contentOf } from "../core/file-content.js";
import { here } from "../core/here.js";
import { icon } from "../core/icons.js";
import { t } from "../core/text.js";

/**
 * The two buttons for a spreadsheet: everything out, and back in.
 * @param {{address: string, read: (content: string) => Promise<void>, refused: (error: any) => void}} does
 */
export function csvExchange({ address, read, refused }) {
  const file = h("input", { type: "file", accept: ".csv,text/csv", hidden: true, "aria-label": t("users.csv.in") });
  const choose = h("button", { type: "button", class: "button button--quiet", on: { click: () => file.click() } },
    icon("upload"), t("users.csv.in"));
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (chosen === undefined) return;
    choose.disabled = true;
    try {
      await read(await contentOf(chosen));
    } catch (error) {
      refused(error);
    } finally {
      choose.disabled = false;
      file.value = ""; // so that the same file, mended, can be chosen again
    }
  });
  return [
    h("a", { class: "button button--quiet", href: here(address), download: "" }, icon("download"), t("users.csv.out")),
    choose, file,
  ];
}
