/**
 * The text of a module and of all its imports. An opaque origin could only import them if their host allowed it, which
 * a bucket does not by default.
 */

/** `imports` pairs specifiers in the text with their addresses, those of imports that wait for a call too.
 * @typedef {{address: string, text: string, imports: [string, string][]}} ModuleText */

const IMPORTS = /(?:^(?:import|export)\b[^"]*?\bfrom |\bawait import\()"(\.[^"]+)"/gm;

/**
 * @param {string} entry - The address of the entry module.
 * @returns {Promise<ModuleText[]>} Each after its imports, the entry last.
 */
export async function modulesOf(entry) {
  /** @type {Map<string, ModuleText>} */
  const found = new Map();
  await collect(entry, found);
  return ordered(entry, found);
}

/** @param {string} address @param {Map<string, ModuleText>} found @returns {Promise<unknown>} */
async function collect(address, found) {
  if (found.has(address)) return;
  /** @type {ModuleText} */
  const module = { address, text: "", imports: [] };
  found.set(address, module);
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`${address} could not be loaded: ${reply.status}.`);
  module.text = await reply.text();
  module.imports = [...module.text.matchAll(IMPORTS)].map(([, name]) => [name, new URL(name, address).href]);
  return Promise.all(module.imports.map(([, imported]) => collect(imported, found)));
}

/** @param {string} address @param {Map<string, ModuleText>} found @param {Set<ModuleText>} [done] @returns {ModuleText[]} */
function ordered(address, found, done = new Set()) {
  const module = /** @type {ModuleText} */ (found.get(address));
  for (const [, imported] of module.imports) ordered(imported, found, done);
  done.add(module);
  return [...done];
}
