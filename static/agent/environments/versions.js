/** Versions of environments. */

import { familyOf } from "../../page/words.js";

/** @param {string} envId */
const versionOf = (envId) => Number(/-v(\d+)$/.exec(envId)?.[1] ?? 0);

/**
 * The newest version of each environment in the order given, and then the older ones.
 * @template {Record<string, any>} Entry
 * @param {Entry[]} entries - Each with an `env_id`.
 * @returns {Entry[]}
 */
export function newestFirst(entries) {
  /** @type {Map<string, Entry[]>} */
  const families = new Map();
  for (const entry of entries) {
    const family = familyOf(entry.env_id);
    families.set(family, [...(families.get(family) ?? []), entry]);
  }
  const sorted = [...families.values()].map((versions) => versions.sort((a, b) => versionOf(b.env_id) - versionOf(a.env_id)));
  return [...sorted.map(([newest]) => newest), ...sorted.flatMap(([, ...older]) => older)];
}
