/**
 * A row of the upload table, as the state document and the event `row` have it.
 * @typedef {object} Row
 * @property {string} stage
 * @property {string} title
 * @property {"waiting"|"analysing"|"uploading"|"skipping"|"paused"|"succeeded"|"failed"} state
 * @property {string} detail the whole text of the cell, or empty
 * @property {number} items_done
 * @property {number} items_total
 * @property {number} bytes_done
 * @property {number} bytes_total
 * @property {number} sent_bytes what went over the line
 * @property {number} skipped_bytes what was online before
 * @property {number} left_behind files that are not online: missing, failed or left out by a rule
 */

export {};
