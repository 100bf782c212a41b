/** A computer sends its database and documents up to a cloud. Decoration: the text beside it says the same. */

import { svg } from "../../core/dom.js";

const DOCUMENTS = [[150, 78], [188, 54], [226, 66]];

export function illustration() {
  return svg("svg", { class: "illustration", viewBox: "6 0 404 196", "aria-hidden": "true", focusable: "false" },
    svg("ellipse", { class: "illustration__ground", cx: 92, cy: 176, rx: 84, ry: 9 }),
    computer(),
    svg("path", { class: "illustration__way", d: "M128 104C168 40 218 36 268 66" }),
    DOCUMENTS.map(([x, y], index) => page(x, y, index)),
    cloud());
}

function computer() {
  return svg("g", null,
    svg("rect", { class: "illustration__case", x: 24, y: 62, width: 124, height: 84, rx: 8 }),
    svg("rect", { class: "illustration__screen", x: 32, y: 70, width: 108, height: 62, rx: 3 }),
    svg("path", { class: "illustration__case", d: "M72 146h28l5 22H67z" }),
    svg("rect", { class: "illustration__case", x: 52, y: 166, width: 68, height: 8, rx: 4 }),
    database(48, 82),
    [84, 97, 110].map((y, index) => svg("rect", {
      class: "illustration__line", x: 94, y, width: index === 2 ? 22 : 36, height: 5, rx: 2.5,
    })));
}

function database(x, y) {
  const drum = (top) => `M${x} ${top}c0 8 32 8 32 0v10c0 8-32 8-32 0z`;
  return svg("g", { class: "illustration__database" },
    [y + 5, y + 17, y + 29].map((top) => svg("path", { d: drum(top) })),
    svg("ellipse", { cx: x + 16, cy: y + 5, rx: 16, ry: 5.5 }));
}

function page(x, y, index) {
  return svg("g", { class: `illustration__page illustration__page--${index + 1}` },
    svg("path", { class: "illustration__sheet", d: `M${x} ${y}h15l7 7v21h-22z` }),
    svg("path", { class: "illustration__fold", d: `M${x + 15} ${y}v7h7z` }),
    svg("path", { class: "illustration__writing", d: `M${x + 5} ${y + 13}h12M${x + 5} ${y + 18}h12M${x + 5} ${y + 23}h7` }));
}

function cloud() {
  return svg("g", null,
    svg("path", { class: "illustration__cloud",
      d: "M284 136a31 31 0 0 1-5-61.6A45 45 0 0 1 365 66a35 35 0 0 1 3 70z" }),
    svg("circle", { class: "illustration__done", cx: 324, cy: 98, r: 19 }),
    svg("path", { class: "illustration__tick", d: "M315 98.5l6.5 6.5 12-13" }));
}
