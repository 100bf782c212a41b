/** What a row of the upload table is called, and what it says in its cell (W73, W74, W79). */

import { bytes, hasText, t, tn } from "../../core/text.js";

/** The word of each state, and the icon beside it. */
export const STATES = {
  waiting: { word: "upload.state.waiting", icon: "clock" },
  analysing: { word: "upload.state.analysing", icon: "search" },
  uploading: { word: "upload.state.uploading", icon: "upload" },
  skipping: { word: "upload.state.skipping", icon: "skip" },
  paused: { word: "upload.state.paused", icon: "clock" },
  succeeded: { word: "upload.state.succeeded", icon: "check" },
  failed: { word: "upload.state.failed", icon: "error" },
};

/**
 * Return what a stage is called: those of W73 in the reader's language, a partner's as it names itself.
 * @param {string} stage @param {string} otherwise
 */
export function stageTitle(stage, otherwise) {
  const key = `upload.stage.${stage}`;
  return hasText(key) ? t(key) : otherwise;
}

/**
 * Return the text over the bar: what can be said in the reader's language is, else what the stage says of itself.
 * @param {import("./row-type.js").Row} row
 */
export function cellText(row) {
  if (row.state === "analysing" && hasText(`upload.analysing.${row.stage}`)) return t(`upload.analysing.${row.stage}`);
  if (row.state === "uploading" && row.sent_bytes) return t("upload.uploading", { size: bytes(row.sent_bytes) });
  if (row.state === "skipping" && row.skipped_bytes) return t("upload.skipping", { size: bytes(row.skipped_bytes) });
  if (row.state === "uploading" && row.stage === "finishing") return t("upload.completing");
  if (isShort(row)) return t("upload.succeeded-but", { left: tn("upload.left-behind", row.left_behind) });
  const known = row.state !== "failed" && hasText(`upload.stage.${row.stage}`);
  const settled = row.state === "succeeded" || row.state === "waiting";
  return settled || known || !row.detail ? t(STATES[row.state].word) : row.detail;
}

/** Whether a stage has ended well and left something behind all the same. */
export function isShort(row) {
  return row.state === "succeeded" && row.left_behind > 0;
}

/**
 * Return how far the stage is, from 0 to 1; null while nobody knows.
 * @param {import("./row-type.js").Row} row
 */
export function fraction(row) {
  if (row.state === "succeeded") return 1;
  if (row.state === "analysing") return null;
  if (row.bytes_total) return Math.min(1, row.bytes_done / row.bytes_total);
  if (row.items_total) return Math.min(1, row.items_done / row.items_total);
  return row.state === "waiting" || row.state === "failed" ? 0 : null;
}
