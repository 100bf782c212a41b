/** The wizard's own drawings, one stroke width, on a field of 24 by 24. */

import { svg } from "./dom.js";

/** Outlines, as the `d` of paths. A name in FILLED is filled instead of drawn. */
const PATHS = {
  arrow_left: ["M19 12H5", "M11 6l-6 6 6 6"],
  arrow_right: ["M5 12h14", "M13 6l6 6-6 6"],
  board: ["M4 5h4.5v14H4z", "M9.8 5h4.5v9H9.8z", "M15.5 5H20v11h-4.5z"],
  building: ["M5 20V5.5L13 3v17", "M13 9h6v11", "M3 20h18", "M8 8h2M8 12h2M8 16h2M16 13h0M16 16.5h0"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  chevron_down: ["M6 9l6 6 6-6"],
  chevron_right: ["M9 6l6 6-6 6"],
  clock: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17z", "M12 7.5V12l3 2"],
  cloud: ["M7 18.5a4 4 0 0 1-.6-7.95A5.75 5.75 0 0 1 17.6 9.6 4.5 4.5 0 0 1 17 18.5z"],
  copy: ["M9 9h11v11H9z", "M15.5 9V4H4v11.5h5"],
  cross: ["M6 6l12 12", "M18 6L6 18"],
  crown: ["M3.5 18.5h17l1.2-10.8-5.2 3.6L12 4.5l-4.5 6.8-5.2-3.6z"],
  database: ["M4.5 6c0-1.7 3.4-2.8 7.5-2.8s7.5 1.1 7.5 2.8-3.4 2.8-7.5 2.8S4.5 7.7 4.5 6z",
    "M4.5 6v12c0 1.7 3.4 2.8 7.5 2.8s7.5-1.1 7.5-2.8V6", "M4.5 12c0 1.7 3.4 2.8 7.5 2.8s7.5-1.1 7.5-2.8"],
  document: ["M6 3.5h8l4.5 4.5v12.5H6z", "M13.5 3.5v5h5", "M9 12.5h6M9 16h6"],
  download: ["M12 4v11", "M7 10.5l5 5 5-5", "M4.5 19.5h15"],
  error: ["M8.3 3.5h7.4l4.8 4.8v7.4l-4.8 4.8H8.3l-4.8-4.8V8.3z", "M9 9l6 6M15 9l-6 6"],
  external: ["M13.5 4.5h6v6", "M19.5 4.5l-9 9", "M17.5 13.5v6h-13v-13h6"],
  eye: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z",
    "M12 9a3 3 0 1 0 0 6 3 3 0 1 0 0-6z"],
  eye_off: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z",
    "M12 9a3 3 0 1 0 0 6 3 3 0 1 0 0-6z", "M4 20L20 4"],
  flask: ["M9.5 3.5v6L4.6 18a1.7 1.7 0 0 0 1.5 2.5h11.8a1.7 1.7 0 0 0 1.5-2.5l-4.9-8.5v-6", "M8 3.5h8", "M7 14.5h10"],
  folder: ["M3.5 6h6l2 2.5h9v10.5h-17z"],
  gauge: ["M4.6 18a9 9 0 1 1 14.8 0", "M12 13.5l4-4.5"],
  globe: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17z", "M3.5 12h17",
    "M12 3.5c5 5.2 5 11.8 0 17M12 3.5c-5 5.2-5 11.8 0 17"],
  grip: ["M9 6h0M15 6h0M9 12h0M15 12h0M9 18h0M15 18h0"],
  info: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17z", "M12 11v5.5M12 7.8h0"],
  key: ["M8 10.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 1 0 0-9z", "M11.2 11.8L20 3.5M16 7.5l3 3"],
  list: ["M9 6h11.5M9 12h11.5M9 18h11.5M4.5 6h0M4.5 12h0M4.5 18h0"],
  lock: ["M5.5 10.5h13v10h-13z", "M8 10.5v-3a4 4 0 0 1 8 0v3", "M12 14.5v2.5"],
  mail: ["M3.5 5.5h17v13h-17z", "M4 6.5l8 6.5 8-6.5"],
  menu: ["M4.5 7h15M4.5 12h15M4.5 17h15"],
  minus: ["M5.5 12h13"],
  more: ["M5.5 12h0M12 12h0M18.5 12h0"],
  pause: ["M8 5.5v13M16 5.5v13"],
  person: ["M12 4a4 4 0 1 0 0 8 4 4 0 1 0 0-8z", "M4 20.5c.6-4 3.7-6 8-6s7.4 2 8 6"],
  play: ["M7 4.5l12 7.5-12 7.5z"],
  plug: ["M8.5 3v5M15.5 3v5", "M6 8h12v3.5a6 6 0 0 1-12 0z", "M12 17.5V21"],
  plus: ["M12 5.5v13", "M5.5 12h13"],
  question: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 1 0 0-17z",
    "M9.5 9.6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.9M12 16.7h0"],
  question_bare: ["M8.5 9.2a3.5 3.5 0 1 1 5 3.1c-1 .5-1.5 1.2-1.5 2.2v.3", "M12 18.5h0"],
  refresh: ["M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9", "M19.5 4v5h-5"],
  search: ["M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13z", "M15.3 15.3L20.5 20.5"],
  service: ["M4 13.5a8 8 0 0 1 16 0", "M4 13.5h3v6H4zM17 13.5h3v6h-3z", "M18.5 19.5c0 1.4-2.4 2-4.5 2"],
  settings: ["M12 8.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 1 0 0-6.4z",
    "M19.2 12c0-.6 0-1.1-.1-1.6l2-1.5-2-3.4-2.3 1a7 7 0 0 0-2.8-1.6L13.7 2.5h-3.4L10 4.9a7 7 0 0 0-2.8 1.6l-2.3-1"
      + "-2 3.4 2 1.5c-.2 1-.2 2.1 0 3.2l-2 1.5 2 3.4 2.3-1A7 7 0 0 0 10 19.1l.3 2.4h3.4l.3-2.4a7 7 0 0 0 2.8-1.6"
      + "l2.3 1 2-3.4-2-1.5c.1-.5.1-1 .1-1.6z"],
  shield: ["M12 3l7.5 2.8v5.7c0 4.7-3 7.8-7.5 9.5-4.5-1.7-7.5-4.8-7.5-9.5V5.8z", "M8.5 12l2.5 2.5 4.5-4.8"],
  skip: ["M4.5 6l7 6-7 6z", "M12.5 6l7 6-7 6z"],
  snowflake: ["M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9", "M9.5 4.5L12 7l2.5-2.5M9.5 19.5L12 17l2.5 2.5"],
  stop: ["M6.5 6.5h11v11h-11z"],
  sun: ["M12 8a4 4 0 1 0 0 8 4 4 0 1 0 0-8z",
    "M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3L7 7M17 17l1.7 1.7M18.7 5.3L17 7M7 17l-1.7 1.7"],
  table: ["M3.5 5h17v14h-17z", "M3.5 10h17M3.5 14.5h17M9.5 10v9"],
  trash: ["M4.5 6.5h15M9.5 6.5v-3h5v3", "M6.5 6.5l.8 14h9.4l.8-14", "M10 10.5v6M14 10.5v6"],
  undo: ["M4.5 9h9.5a5.5 5.5 0 0 1 0 11H9", "M8.5 5l-4 4 4 4"],
  upload: ["M12 15.5v-11", "M7 9l5-5 5 5", "M4.5 19.5h15"],
  warning: ["M12 3.8L21.5 20h-19z", "M12 10v5M12 17.5h0"],
  wifi_off: ["M4 9.5c5-4.3 11-4.3 16 0M7.2 13c3-2.5 6.6-2.5 9.6 0M12 17.5h0", "M4 3.5l16 17"],
};
const FILLED = new Set(["crown", "play", "stop"]);

/** @typedef {keyof typeof PATHS} IconName */

/**
 * @param {IconName} name
 * @param {{label: (string|undefined), class: (string|undefined)}} options without a label it is decoration, and a
 *   word must stand beside it
 * @returns {SVGElement}
 */
export function icon(name, { label, class: more = "" } = {}) {
  const filled = FILLED.has(name) ? " icon--filled" : "";
  return svg("svg", {
    class: `icon${filled}${more ? ` ${more}` : ""}`,
    viewBox: "0 0 24 24",
    focusable: "false",
    role: label ? "img" : null,
    "aria-label": label ?? null,
    "aria-hidden": label ? null : "true",
  }, PATHS[name].map((d) => svg("path", { d })));
}

/** The names that `icon` knows. */
export function iconNames() {
  return Object.keys(PATHS);
}
