/**
 * What dragging a card does on the board: which column is under the pointer, how that looks, and what a drop means.
 *
 * @typedef {object} DropBoard
 * @property {HTMLElement} element
 * @property {() => Iterable<import("./column-view.js").ColumnView>} columns
 * @property {(logins: string[], plan: string) => import("./board-model.js").Judgement} judge
 * @property {(login: string) => string[] | null} pick
 * @property {(logins: string[]) => string} label
 * @property {(logins: string[], plan: string) => void} move
 * @property {() => void} ended
 */

/** @param {DropBoard} board @returns {import("./card-dragging.js").DragTarget} */
export function dropsOn(board) {
  /** @param {string[]} logins @param {string | null} plan */
  const hover = (logins, plan) => {
    for (const column of board.columns()) {
      if (column.plan !== plan) {
        column.hover("");
        continue;
      }
      const { allowed, moving } = board.judge(logins, plan);
      column.hover(moving.length === 0 ? "" : allowed ? "target" : "refuses");
    }
  };
  return {
    pick: (card) => {
      const logins = board.pick(card.dataset.login ?? "");
      board.element.classList.toggle("is-dragging", logins !== null);
      return logins;
    },
    label: board.label,
    planAt: (x, y) => planAt(board, x, y),
    over: hover,
    end: (logins, plan) => {
      hover([], null);
      board.element.classList.remove("is-dragging");
      if (plan !== null) board.move(logins, plan);
      board.ended();
    },
  };
}

/** @param {DropBoard} board @param {number} x @param {number} y */
function planAt(board, x, y) {
  const edges = board.element.getBoundingClientRect();
  if (y < edges.top || y > edges.bottom || x < edges.left || x > edges.right) return null;
  for (const column of board.columns()) {
    const { left, right } = column.element.getBoundingClientRect();
    if (x >= left && x <= right) return column.plan;
  }
  return null;
}
