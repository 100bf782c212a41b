/** How the two windows close: Ok and Cancel. Source: crm.md W57, W65. */

import { alert } from "../core/announce.js";
import { confirmDialog } from "../core/dialog.js";
import { h, replace } from "../core/dom.js";
import { setFooter } from "../core/footer.js";
import { errorNotice, showPlace } from "../core/notice.js";
import { closeWindow } from "../core/screens.js";
import { t, tn } from "../core/text.js";

/** Ok and Cancel of a window of the checklist (W57, W65), and the place where it says why it does not close. */
export class WindowEnd {
  #store;
  #reason;
  #blocked;
  #busy = false;
  #footer = "";
  errors = h("div", { class: "window-errors" });

  /**
   * @param {import("./user-store.js").UserStore} store
   * @param {{reason: () => string, blocked: () => void}} does `reason` says why Ok does nothing, "" when it does;
   *   with `blocked`, Ok can be pressed all the same and calls it
   */
  constructor(store, { reason, blocked }) {
    this.#store = store;
    this.#reason = reason;
    this.#blocked = blocked;
  }

  /** Offer the buttons as they can be used now. */
  show() {
    const disabled = this.#blocked === undefined && this.#reason() !== "";
    const footer = `${disabled} ${this.#busy}`;
    if (footer === this.#footer) return;
    this.#footer = footer;
    setFooter({
      primary: { label: t("users.ok"), disabled, busy: this.#busy, run: () => this.#ok() },
      previous: { label: t("users.cancel"), disabled: this.#busy, run: () => this.#cancel() },
    });
  }

  /** @param {any} error */
  fail(error) {
    replace(this.errors, errorNotice(error));
    showPlace(this.errors);
    alert([error.message, error.remedy].filter(Boolean).join(" "));
  }

  clear() {
    replace(this.errors);
  }

  async #ok() {
    this.clear();
    const reason = this.#reason();
    if (reason !== "") {
      alert(reason);
      this.#blocked?.();
      return;
    }
    await this.#leave(() => this.#store.done());
  }

  async #cancel() {
    const changes = this.#store.changesSinceOpened();
    if (changes.length > 0) {
      const sure = await confirmDialog({
        title: t("users.putBack.title"),
        text: tn("users.putBack.text", changes.length),
        confirm: t("users.putBack.confirm"),
        cancel: t("users.putBack.stay"),
        danger: true,
      });
      if (!sure) return;
    }
    await this.#leave(() => Promise.resolve(), changes);
  }

  /** @param {() => Promise<void>} finish @param {Array<[string, string]>} changes */
  async #leave(finish, changes = []) {
    this.#busy = true;
    this.show();
    try {
      this.#store.change(changes);
      if (!(await this.#store.settled())) {
        this.fail({ message: t("users.saving.unsaved"), remedy: t("users.saving.unsaved.remedy") });
      } else {
        await finish();
        closeWindow();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#busy = false;
      if (this.errors.isConnected) this.show();
    }
  }
}
