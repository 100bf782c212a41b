/**
 * Focus that would fall to the page: what had it was taken away, hidden or disabled. It goes to the heading then, from
 * where Tab leads on; who clicked beside everything keeps what they have.
 */

const CHANGES = { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "disabled"] };

/** @param {function(): void} focusHeading @returns {function(): void} stops it */
export function catchLostFocus(focusHeading) {
  /** @type {?Element} */
  let last = null;
  const came = (event) => {
    last = event.target;
  };
  const went = ({ target }) => queueMicrotask(() => {
    if (target === last && canHaveFocus(target)) last = null;
  });
  const observer = new MutationObserver(() => {
    if (document.querySelector("dialog:modal") !== null) return; // Nothing behind it can be focused, until it closes.
    if (last === null || document.activeElement !== document.body || canHaveFocus(last)) return;
    last = null;
    focusHeading();
  });
  document.addEventListener("focusin", came);
  document.addEventListener("focusout", went);
  observer.observe(document.body, CHANGES);
  return () => {
    document.removeEventListener("focusin", came);
    document.removeEventListener("focusout", went);
    observer.disconnect();
  };
}

/** @param {Element} element */
function canHaveFocus(element) {
  return element.isConnected && !element.disabled && element.checkVisibility();
}
