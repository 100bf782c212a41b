/** Calls to the tool, in JSON both ways. */

import { setConnection } from "./connection.js";
import { here } from "./here.js";
import { feedState } from "./state.js";
import { t } from "./text.js";
import { inWords } from "./words.js";

/** What the tool refused: the HTTP status (0: it did not answer), a stable code, what happened, a remedy. */
export class ApiError extends Error {
  constructor(status, { code, message, remedy }) {
    super(message);
    this.status = status;
    this.code = code;
    this.remedy = remedy ?? "";
  }
}

/** @param {string} path such as "/api/users" @returns {Promise<*>} */
export function get(path) {
  return call(path, { method: "GET" });
}

/** Answers that are a state document are also given to `core/state.js`. @returns {Promise<*>} */
export function post(path, body = {}) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** Calls that are made without a session cannot tell that one has expired. */
const WITHOUT_SESSION = new Set(["/api/exchange"]);

async function call(path, options) {
  let answer;
  try {
    answer = await fetch(here(path), { ...options, credentials: "same-origin", cache: "no-store" });
  } catch {
    setConnection("offline");
    throw new ApiError(0, { code: "", message: t("shell.offline.title"), remedy: t("shell.offline.text") });
  }
  setConnection("online");
  const said = inWords(await readBody(answer));
  if (answer.ok) {
    if (said && typeof said.screen === "string" && "revision" in said) feedState(said);
    return said;
  }
  if (answer.status === 401 && !WITHOUT_SESSION.has(path)) setConnection("expired");
  throw new ApiError(answer.status, said?.error ?? { code: `HTTP ${answer.status}`, message: t("error.unreadable") });
}

async function readBody(answer) {
  if (answer.status === 204) return null;
  try {
    return await answer.json();
  } catch {
    return null; // Not JSON: an error page of whatever stands between; the status tells enough.
  }
}
