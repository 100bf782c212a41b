/**
 * Builds elements by DOM calls only: what comes from the database is text, never markup, and characters in it that
 * would turn or hide what stands beside them are shown and not obeyed.
 */

const SVG = "http://www.w3.org/2000/svg";
/** These are set as properties, after the children, so that a select finds its option. */
const PROPERTIES = new Set(["value", "checked", "indeterminate"]);
/** Attributes that are read to or shown to a person. */
const SAID = new Set(["title", "aria-label", "placeholder"]);

/**
 * @param {string} tag
 * @param {?Object<string, *>} props attributes; `class`; `dataset: {}`; `on: {click: fn}`; `true` is an empty
 *   attribute; `false`, `null` and `undefined` leave it out
 * @param {...(Node|string|number|null|false|Array)} children strings become text nodes
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** As `h`, for drawings. @returns {SVGElement} */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** Puts children in the place of all that `node` holds. */
export function replace(node, ...children) {
  node.replaceChildren(...nodes(children));
  return node;
}

/** Sets text only when it differs, so that selection and live regions are left in peace. */
export function setText(node, given) {
  const text = visible(given);
  if (node.textContent !== text) node.textContent = text;
}

/** Controls and formats, but for line breaks, tabs, soft hyphens, and the joiners of words and emoji. */
const UNSEEN = /(?![\t\n\r\u00ad\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text with each character that is not seen as its number, as the command line writes it. @param {string} text */
function visible(text) {
  return text.replace(UNSEEN, (sign) => `\\u${sign.codePointAt(0).toString(16).padStart(4, "0")}`);
}

/** Sets or removes an attribute: `true` is empty, `false`, `null` and `undefined` remove it. */
export function setAttribute(node, name, value) {
  if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else {
    const text = value === true ? "" : SAID.has(name) ? visible(String(value)) : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

let issued = 0;
/** An id that nothing else on the page has, for label, hint and error of a control. */
export function uniqueId(stem) {
  issued += 1;
  return `${stem}-${issued}`;
}

function fill(node, props, children) {
  const given = Object.entries(props ?? {});
  for (const [name, value] of given) {
    if (name === "on") listen(node, value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (!PROPERTIES.has(name)) setAttribute(node, name, value);
  }
  node.append(...nodes(children));
  for (const [name, value] of given) {
    if (PROPERTIES.has(name) && value !== null && value !== undefined) node[name] = value;
  }
  return node;
}

function listen(node, handlers) {
  for (const [event, handler] of Object.entries(handlers)) node.addEventListener(event, handler);
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(visible(String(child)))));
}
