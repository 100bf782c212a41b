/** What the wizard says, in the reader's language, and numbers, sizes and times as that language writes them. */

export const LANGUAGES = [
  { code: "en", name: "English" },
  { code: "da", name: "Dansk" },
  { code: "de", name: "Deutsch" },
  { code: "nl", name: "Nederlands" },
  { code: "no", name: "Norsk" },
  { code: "sv", name: "Svenska" },
];
const KEPT = "omt-language";
const UNITS = ["B", "KB", "MB", "GB", "TB"];

let current = "en";
let english = {};
let catalogue = {};
let plurals = new Intl.PluralRules("en");

/** The text of `key`, English where the language lacks it, with `{name}` replaced from `values`. */
export function t(key, values = {}) {
  const text = catalogue[key] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** As `t`, of `key.one` or `key.other` by `count`, which is `{count}` in the text. */
export function tn(key, count, values = {}) {
  const form = plurals.select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}`, { count: number(count), ...values });
}

/** Whether any language has `key`: for names that come from the server, such as kinds and states. */
export function hasText(key) {
  return key in catalogue || key in english;
}

/** The code of the language that is shown. */
export function language() {
  return current;
}

/** What was chosen before on this computer, else what the browser asks for, else English. */
export function preferredLanguage() {
  const wanted = [kept(), ...navigator.languages].filter(Boolean);
  for (const tag of wanted) {
    const code = codeOf(tag);
    if (LANGUAGES.some((known) => known.code === code)) return code;
  }
  return "en";
}

/** Loads the catalogue of `code`, and English once, to fall back on. Await it before anything is shown. */
export async function loadLanguage(code, { keep = false } = {}) {
  const missing = Object.keys(english).length === 0;
  const [fallback, chosen] = await Promise.all([missing ? load("en") : english, code === "en" ? null : load(code)]);
  english = fallback;
  catalogue = chosen ?? english;
  current = code;
  plurals = new Intl.PluralRules(locale());
  document.documentElement.lang = tag();
  if (keep) remember(code);
}

export function number(value, digits = 0, most = digits) {
  return value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: most });
}

/** "39.1 KB": one decimal from KB on. Source: crm.md W74. */
export function bytes(value) {
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${number(size, unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}

/** "01:05:09". Source: crm.md W77. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

/** Date and time in the reader's own time zone, from an ISO text or a Date. */
export function dateTime(moment) {
  return new Date(moment).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });
}

/** "03:40", a time of day in the reader's own time zone. @param {Date} moment */
export function clockTime(moment) {
  return moment.toLocaleTimeString(locale(), { timeStyle: "short" });
}

/** "42 %" from 0.42, as the language writes it. */
export function percent(share, digits = 0) {
  return share.toLocaleString(locale(), {
    style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
}

/** The chosen language in the browser's region, which decides how dates and numbers are written in it. */
function locale() {
  const { region } = new Intl.Locale(navigator.language).maximize();
  return new Intl.Locale(tag(), { region }).toString();
}

/** The tag that browsers know: Norwegian texts are Bokmål. */
function tag() {
  return current === "no" ? "nb" : current;
}

/** The code of a browser's language: Norwegian, of whichever form, is one. @param {string} tag */
function codeOf(tag) {
  const stem = tag.toLowerCase().split("-")[0];
  return stem === "nb" || stem === "nn" ? "no" : stem;
}

async function load(code) {
  try {
    const answer = await fetch(new URL(`../../locale/${code}.json`, import.meta.url));
    return answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // Browsers may forbid storage; the browser's own language is good enough then.
  }
}

function remember(code) {
  try {
    localStorage.setItem(KEPT, code);
  } catch {
    // As above: the choice then lasts as long as the page.
  }
}
