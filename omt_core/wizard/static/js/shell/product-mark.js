/** The product's sign: a cloud that something goes up to. */

import { svg } from "../core/dom.js";

export function productMark() {
  return svg("svg", { class: "product-mark", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "product-mark__field", width: 32, height: 32, rx: 7 }),
    svg("path", { class: "product-mark__cloud",
      d: "M9.5 22.5a5 5 0 0 1-.6-9.9A7.2 7.2 0 0 1 22.8 11.5a5.6 5.6 0 0 1 .2 11" }),
    svg("path", { class: "product-mark__arrow", d: "M16 26v-9.5M12 20l4-4 4 4" }));
}
