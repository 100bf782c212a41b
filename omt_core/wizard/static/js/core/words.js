/**
 * What the tool itself says (findings, remedies, errors) in the reader's language: English comes with the template that
 * it was made from, and the catalogue of a language has that.
 */

import { number } from "./text.js";

const PLACE = /\{([A-Za-z_]\w*)(?::([^{}]*))?\}/g;
const SAID = {
  message: "", remedy: "remedy_", meaning: "", detail: "detail_", before: "before_", after: "after_",
};

let words = {};

/** Takes the translations of the language that is shown, by English template. */
export function setWords(translations) {
  words = translations;
}

/** What the tool says without any value in it, in the reader's language. */
export function phrase(english) {
  return words[english] ?? english;
}

/** A copy of an answer of the tool, with what it says in the reader's language. Whatever else is in it stays. */
export function inWords(value) {
  if (Array.isArray(value)) return value.map(inWords);
  if (value === null || typeof value !== "object") return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inWords(part)]));
  for (const [key, beside] of Object.entries(SAID)) {
    // Else it is not what the tool says, but what somebody entered or has on disk.
    if (!("remedy" in value || `${beside}template` in value)) continue;
    if (typeof value[key] === "string") copy[key] = said(value[key], value[`${beside}template`], value[`${beside}parameters`]);
  }
  return copy;
}

/** A sentence by its template, or as it stands where it has none or the language lacks it. */
function said(text, template, parameters) {
  if (typeof template !== "string") return phrase(text);
  return (words[template] ?? template).replace(PLACE, (place, name, format) => {
    if (!parameters || !(name in parameters)) return place;
    const value = parameters[name];
    if (typeof value === "object") return said(value.text, value.template, value.parameters);
    return typeof value === "number" && format ? number(value, ...digits(format)) : String(value);
  });
}

/** The least and the most decimals that a format asks for: `.1f` one, `,` none, `g` those that there are. */
function digits(format) {
  const asked = Number(/\.(\d)/.exec(format)?.[1] ?? 0);
  return format.endsWith("g") ? [0, 6] : [asked, asked];
}
