/**
 * Where a rule's finding is said on the board: at a column, when it is about a plan, else at the cards of its users.
 *
 * What is only worth knowing stays in the list: nearly every card would have a mark.
 * @param {import("../../users/user-store.js").Finding[]} findings
 * @param {(name: string) => boolean} isPlan
 */
export function placed(findings, isPlan) {
  /** @type {Map<string, import("../../users/user-store.js").Finding[]>} */
  const columns = new Map();
  /** @type {Map<string, {severity: "error" | "warning", text: string}>} */
  const cards = new Map();
  for (const finding of findings) {
    if (finding.severity === "info") continue;
    const plans = finding.subjects.filter(isPlan);
    for (const plan of plans) columns.set(plan, [...(columns.get(plan) ?? []), finding]);
    if (plans.length > 0) continue;
    for (const login of finding.subjects) {
      if (cards.get(login)?.severity === "error") continue;
      cards.set(login, { severity: finding.severity, text: finding.message });
    }
  }
  return { columns, cards };
}
