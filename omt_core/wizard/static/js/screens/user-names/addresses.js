/** What could be offered in the place of a user name. When two of them are the same is for the server to say. */

/**
 * Addresses that are spelt alike have one form: enough to leave out of what is offered what somebody else holds.
 * @param {string} address
 */
export function spelling(address) {
  return address.trim().toLowerCase();
}

/** Whether it is worth offering; what exactly is valid the server says. @param {string} address */
export function looksUsable(address) {
  return address.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]+@[^\s@.][^\s@]*\.[^\s@.]{2,}$/u.test(address);
}

/**
 * The domain that most users of each company have, so that `login@domain` can be offered.
 * @param {Iterable<{company: string, emails: string[]}>} users @returns {Map<string, string>} by company
 */
export function companyDomains(users) {
  /** @type {Map<string, Map<string, number>>} */
  const counts = new Map();
  for (const { company, emails } of users) {
    const first = emails.find(looksUsable);
    if (first === undefined) continue;
    const domain = spelling(first).split("@")[1];
    const ofCompany = counts.get(company) ?? new Map();
    ofCompany.set(domain, (ofCompany.get(domain) ?? 0) + 1);
    counts.set(company, ofCompany);
  }
  return new Map([...counts].map(([company, domains]) => [company, mostFrequent(domains)]));
}

/** @param {Map<string, number>} counts */
function mostFrequent(counts) {
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/**
 * What a user could be called instead: another address of the person's, else the login at the company's domain. Only
 * what nobody else holds.
 * @param {import("../../users/user-store.js").User} user
 * @param {string} current
 * @param {string | undefined} domain
 * @param {(address: string) => boolean} isFree
 */
export function offersFor(user, current, domain, isFree) {
  const candidates = user.emails.map((address) => address.trim());
  if (domain !== undefined) candidates.push(`${user.login.toLowerCase()}@${domain}`);
  const seen = new Set([spelling(current)]);
  return candidates.filter((address) => {
    const form = spelling(address);
    if (seen.has(form) || !looksUsable(address) || !isFree(address)) return false;
    seen.add(form);
    return true;
  });
}
