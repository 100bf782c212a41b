/** Limits on sending as they are given: K, M and G are powers of 1,024, as in `omt limit` and in sizes. */

import { number, t } from "../../core/text.js";

const UNITS = [
  [1024 ** 3, "upload.gigabytes-per-second"],
  [1024 ** 2, "upload.megabytes-per-second"],
  [1024, "upload.kilobytes-per-second"],
  [1, "upload.bytes-per-second"],
];

/** Write bytes per second. @param {number} rate */
export function rateText(rate) {
  const [size, key] = UNITS.find(([unit]) => rate >= unit) ?? UNITS.at(-1);
  const amount = Math.round((rate / size) * 1000) / 1000;
  return t(key, { amount: number(amount, String(amount).split(".")[1]?.length ?? 0) });
}
