/** Photos of users, and silhouettes. */

import { h } from "../core/dom.js";
import { here } from "../core/here.js";
import { icon } from "../core/icons.js";

/** A round photo, or a silhouette where there is none or it cannot be shown. @param {string | null} address */
export function photo(address) {
  const frame = h("span", { class: "photo", "aria-hidden": "true" }, icon("person"));
  if (address?.startsWith("/api/photos/")) {
    const image = h("img", { class: "photo__image", alt: "", loading: "lazy", decoding: "async", draggable: "false" });
    image.addEventListener("error", () => image.remove());
    image.src = here(address);
    frame.append(image);
  }
  return frame;
}
