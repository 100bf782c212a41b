/** Limits on sending as they are given: K, M and G are powers of 1,000, as in `omt limit`. */

import { number, t } from "../../core/text.js";

const UNITS = [
  [1e9, "upload.gigabytes-per-second"],
  [1e6, "upload.megabytes-per-second"],
  [1e3, "upload.kilobytes-per-second"],
  [1, "upload.bytes-per-second"],
];

/** Write bytes per second. @param {number} rate */
export function rateText(rate) {
  const [size, key] = UNITS.find(([unit]) => rate >= unit) ?? UNITS.at(-1);
  const amount = Math.round((rate / size) * 1000) / 1000;
  return t(key, { amount: number(amount, String(amount).split(".")[1]?.length ?? 0) });
}
