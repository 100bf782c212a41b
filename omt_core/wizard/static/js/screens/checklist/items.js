/** The items of the checklist: the three of W39, and the checks of all plugins. */

import { number, t, tn } from "../../core/text.js";

/** @typedef {"open"|"done"|"blocked"|"running"} Standing */

/**
 * @typedef {object} Item
 * @property {string} route the window that it opens
 * @property {string} title key
 * @property {string} text key
 * @property {function(Object): Standing} standing
 * @property {function(Object): Array<{words: string, tone: string, icon: ?string}>} facts what is known of it
 */

/** @type {Item[]} */
export const ITEMS = [
  {
    route: "plans",
    title: "checklist.plans",
    text: "checklist.plans-text",
    standing: ({ checklist }) => checklist.plans,
    facts: ({ checklist }) => checklist.opened ? [
      plain(tn("checklist.plans-count", checklist.users, {
        users: number(checklist.users), placed: number(checklist.users_with_plan),
        administrators: number(checklist.administrators_with_plan),
      })),
      ...problems(checklist.problems.plans),
    ] : [],
  },
  {
    route: "user-names",
    title: "checklist.user-names",
    text: "checklist.user-names-text",
    standing: ({ checklist }) => checklist.user_names,
    facts: ({ checklist }) => checklist.opened ? problems(checklist.problems.user_names) : [],
  },
  {
    route: "notifications",
    title: "checklist.notifications",
    text: "checklist.notifications-text",
    standing: ({ checklist }) => checklist.notifications,
    facts: ({ checklist, notifications }) => checklist.notifications === "done" ? [
      plain(t(notifications.welcome ? "checklist.welcome" : "checklist.no-welcome")),
      plain(notifications.summary ? t("checklist.summary", { address: notifications.summary })
        : t("checklist.no-summary")),
    ] : [],
  },
  {
    route: "checks",
    title: "checklist.checks",
    text: "checklist.checks-text",
    standing: ({ checks }) => {
      if (checks.state === "running") return "running";
      if (checks.blocking) return "blocked";
      return checks.state === "done" ? "done" : "open";
    },
    facts: ({ checks }) => findings(checks),
  },
];

function problems(count) {
  return count ? [{ words: tn("checklist.problems", count), tone: "warning", icon: "warning" }] : [];
}

function findings(checks) {
  if (checks.state === "never") return [plain(t("checklist.checks-never"))];
  const counted = [
    [checks.blocking, "checklist.blocking", "danger", "stop"],
    [checks.errors - checks.blocking, "checklist.errors-waived", "neutral", "check"],
    [checks.warnings, "checklist.warnings", "warning", "warning"],
    [checks.infos, "checklist.infos", "info", "info"],
  ].filter(([count]) => count > 0).map(([count, key, tone, icon]) => ({ words: tn(key, count), tone, icon }));
  if (checks.state === "stale") counted.push(plain(t("checklist.checks-stale")));
  if (checks.said) counted.push(plain(checks.said.message));
  if (counted.length) return counted;
  return [plain(t(checks.state === "running" ? "checks.running" : "checklist.checks-nothing"))];
}

function plain(words) {
  return { words, tone: "", icon: null };
}
