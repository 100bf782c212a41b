/**
 * The keys of the board: arrows go from card to card, Shift with them chooses, M moves.
 *
 * @typedef {object} KeyTarget what the keys ask of the board
 * @property {() => import("./board-model.js").Column[]} columns those that are shown
 * @property {() => string | null} active whose card has the focus
 * @property {(login: string) => void} go
 * @property {(login: string, order: string[]) => void} extendTo choose everything up to there
 * @property {(logins: string[]) => void} chooseAll
 * @property {() => boolean} chooseNone whether anything was chosen
 * @property {() => void} openMenu
 * @property {() => number} page how many cards are seen at once
 */

/** @param {KeyboardEvent} event @param {KeyTarget} board */
export function onBoardKey(event, board) {
  if (!(event.target instanceof Element) || event.target.closest(".plan-card") === null || event.altKey) return;
  const onButton = event.target.closest("button") !== null;
  const key = event.key;
  if ((key === "m" || key === "M" || key === "ContextMenu") && !event.ctrlKey && !event.metaKey) board.openMenu();
  else if (key === "F10" && event.shiftKey) board.openMenu();
  else if (key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) chooseColumn(board);
  else if (key === "Escape") {
    if (!board.chooseNone()) return;
  } else if (onButton || !go(event, board)) return;
  event.preventDefault();
}

/** @param {KeyTarget} board */
function chooseColumn(board) {
  const at = placeOf(board);
  if (at !== null) board.chooseAll(board.columns()[at.column].shown);
}

/** @param {KeyboardEvent} event @param {KeyTarget} board @returns {boolean} whether the key was one of these */
function go(event, board) {
  const at = placeOf(board);
  if (at === null) return false;
  const columns = board.columns();
  const order = columns[at.column].shown;
  const line = {
    ArrowDown: at.line + 1, ArrowUp: at.line - 1, PageDown: at.line + board.page(), PageUp: at.line - board.page(),
    Home: 0, End: order.length - 1,
  }[event.key];
  if (line !== undefined) {
    const login = order[Math.max(0, Math.min(order.length - 1, line))];
    if (event.shiftKey) board.extendTo(login, order);
    board.go(login);
    return true;
  }
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (way === undefined) return false;
  for (let place = at.column + way; place >= 0 && place < columns.length; place += way) {
    const { shown } = columns[place];
    if (shown.length === 0) continue;
    board.go(shown[Math.min(at.line, shown.length - 1)]);
    break;
  }
  return true;
}

/** @param {KeyTarget} board */
function placeOf(board) {
  const login = board.active();
  if (login === null) return null;
  const columns = board.columns();
  for (let column = 0; column < columns.length; column += 1) {
    const line = columns[column].shown.indexOf(login);
    if (line >= 0) return { column, line };
  }
  return null;
}
