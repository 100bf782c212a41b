/** Addresses below the wizard's own path, which is another at each start and known to this page alone. */

/** @param {string} path such as "/api/users" @returns {string} what links, pictures and requests take */
export function here(path) {
  return `.${path}`;
}
