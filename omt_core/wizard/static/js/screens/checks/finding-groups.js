/** Findings as the page shows them: those of one code and plugin together, filtered by severity and text. */

/**
 * @typedef {object} CheckedFinding
 * @property {string} code
 * @property {"error"|"warning"|"info"} severity
 * @property {string} plugin
 * @property {string[]} subjects
 * @property {Object<string, {name: string, window: ?string}>} named what subjects are called, by subject
 * @property {string} message
 * @property {string} remedy
 * @property {boolean} waivable
 * @property {boolean} blocking
 * @property {number} files how many files of the list of missing ones it is about
 * @property {string} reason why it is waived, or empty
 * @property {?string} reason_of_test why it was waived in a test, which does not count in this live migration
 */

/**
 * @typedef {object} Filter
 * @property {string} severity a severity, `blocking`, or empty for all
 * @property {string} text
 */

const searched = new WeakMap();

/** Group what the filter leaves; a key stays the same from one reading to the next.
 * @param {CheckedFinding[]} findings @param {Filter} filter
 */
export function groups(findings, filter) {
  const words = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const grouped = new Map();
  for (const finding of findings) {
    if (!passes(finding, filter.severity) || !words.every((word) => text(finding).includes(word))) continue;
    const waiver = waiverOf(finding);
    const key = JSON.stringify([finding.severity, finding.code, finding.plugin, waiver]);
    if (!grouped.has(key)) grouped.set(key, { key, waiver, findings: [] });
    grouped.get(key).findings.push(finding);
  }
  return [...grouped.values()];
}

/** What waives a finding: its code, or the plugin or folder that it is about. @param {CheckedFinding} finding */
export function waiverOf(finding) {
  return finding.subjects.find((subject) => /^(plugin|folder):/.test(subject)) ?? finding.code;
}

/** Whether a waiver lets it stand: of its code, of the plugin that it is about or from, or of its folders. */
export function isWaived(finding) {
  return finding.severity === "error" && !finding.blocking;
}

function passes(finding, wanted) {
  return !wanted || (wanted === "blocking" ? finding.blocking : finding.severity === wanted);
}

function text(finding) {
  if (!searched.has(finding)) {
    const names = Object.values(finding.named).map((one) => one.name);
    const parts = [finding.message, finding.code, finding.plugin, finding.remedy, ...finding.subjects, ...names];
    searched.set(finding, parts.join("\n").toLocaleLowerCase());
  }
  return searched.get(finding);
}
