/** Asks, and sends when one says yes; what the tool refuses is said in the dialog, which then stays open. */

import { openDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { errorNotice, showPlace } from "./notice.js";
import { t } from "./text.js";

/**
 * @param {{title: string, content: (Node|string|Array), wide: (boolean|undefined), confirm: string,
 *   cancel: (string|undefined), danger: (boolean|undefined), send: function(): *}} what what `send` answers, also as a
 *   promise, `false`: then nothing was sent, and the dialog stays open
 * @returns as `openDialog`; the button that sends is the second
 */
export function sendingDialog({ title, content, wide, confirm, cancel = t("dialog.cancel"), danger = false, send }) {
  const refused = h("div", { role: "alert" });
  const run = async () => {
    replace(refused);
    try {
      return await send();
    } catch (error) {
      replace(refused, errorNotice(error));
      showPlace(refused);
      return false;
    }
  };
  return openDialog({
    title,
    content: [content, refused],
    wide,
    buttons: [{ label: cancel, value: false }, { label: confirm, value: true, primary: !danger, danger, run }],
  });
}
