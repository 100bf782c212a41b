/** Reads the JSON schema of a settings model: what kind of field each property is, with what limits. */

/**
 * @typedef {Object} Setting
 * @property {string} key its name within its object
 * @property {"boolean"|"choice"|"number"|"lines"|"pairs"|"group"|"secret"|"path"|"text"|"json"} kind
 * @property {boolean} nullable whether it may be left empty to mean none
 * @property {string} description
 * @property {*} default
 * @property {Object} limits of the schema: `minimum`, `exclusiveMinimum`, `pattern` and the like
 * @property {Array<string>} choices of a choice
 * @property {Array<Setting>} settings of a group
 */

/** The settings of an object schema, in its order. @returns {Array<Setting>} */
export function settingsOf(schema, definitions = schema.$defs ?? {}) {
  return Object.entries(schema.properties ?? {}).map(([key, property]) => setting(key, property, definitions));
}

function setting(key, property, definitions) {
  const { type: resolved, nullable } = resolve(property, definitions);
  const kind = kindOf(resolved);
  return {
    key,
    kind,
    nullable,
    description: property.description ?? resolved.description ?? "",
    default: property.default,
    limits: resolved,
    choices: kind === "choice" ? choicesOf(resolved) : [],
    settings: kind === "group" ? settingsOf(resolved, definitions) : [],
  };
}

/** Follows references, and takes "something or null" for something that may be left empty. */
function resolve(property, definitions) {
  if (property.$ref) return resolve(definitions[property.$ref.split("/").pop()] ?? {}, definitions);
  if (property.allOf?.length === 1) return resolve(property.allOf[0], definitions);
  const all = (property.anyOf ?? property.oneOf ?? []).map((one) => resolve(one, definitions).type);
  if (all.length === 0) return { type: property, nullable: false };
  const kept = all.filter((one) => one.type !== "null");
  return { type: kept.length === 1 ? kept[0] : { anyOf: kept }, nullable: kept.length < all.length };
}

function kindOf(type) {
  if (type.enum || "const" in type || type.anyOf?.every((one) => one.enum || "const" in one)) return "choice";
  if (type.type === "boolean") return "boolean";
  if (type.type === "integer" || type.type === "number") return "number";
  if (type.type === "array" && type.items?.type === "string") return "lines";
  if (type.type === "object" && type.properties) return "group";
  if (type.type === "object" && type.additionalProperties?.type === "string") return "pairs";
  if (type.type !== "string") return "json";
  if (type.writeOnly || type.format === "password") return "secret";
  return ["path", "file-path", "directory-path"].includes(type.format) ? "path" : "text";
}

function choicesOf(type) {
  if (type.enum) return type.enum;
  return "const" in type ? [type.const] : type.anyOf.flatMap(choicesOf);
}
