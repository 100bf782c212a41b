/**
 * Finds users by free text (W52): every word must occur somewhere in what is shown of them.
 *
 * The texts are folded once, so that a key press only looks for words in them.
 */
export class FilterIndex {
  /** @type {Map<string, string>} */ #texts = new Map();

  /**
   * @param {Iterable<{login: string}>} users
   * @param {(user: any) => Array<string | null | undefined>} fieldsOf what is shown of a user and does not change
   */
  constructor(users, fieldsOf) {
    for (const user of users) {
      // A line break keeps a word from matching across the border of two fields.
      this.#texts.set(user.login, folded(fieldsOf(user).filter(Boolean).join("\n")));
    }
  }

  /**
   * @param {string} filter
   * @returns {((login: string, changing?: string) => boolean) | null} whether a user is found, by the texts and by
   *   `changing`, what is shown and may change; null when there is nothing to look for
   */
  matcher(filter) {
    const words = folded(filter).split(/\s+/u).filter(Boolean);
    if (words.length === 0) return null;
    return (login, changing = "") => {
      const text = this.#texts.get(login) ?? "";
      const more = changing && folded(changing);
      return words.every((word) => text.includes(word) || more.includes(word));
    };
  }
}

/** @param {string} text @returns {string} without regard to case, accents and width */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
