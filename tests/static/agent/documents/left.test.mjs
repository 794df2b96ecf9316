/** What a page left at its end is taken over once, whoever else writes it meanwhile. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { takeOver } from "../../../../static/agent/documents/left.js";

const DOCUMENT = { id: "0123456789abcdef", name: "Mine", code: "// new", changed: 7, revision: 0, versions: [], unread: false };

/** A library in which something arrives between the first look at it and the first write. */
class Late {
  constructor(/** @type {any} */ arriving) {
    this.arriving = arriving;
    /** @type {Map<string, any>} */
    this.documents = new Map();
  }

  async all() {
    return [...this.documents.values()];
  }

  async find(/** @type {string} */ id) {
    return structuredClone(this.documents.get(id));
  }

  async store(/** @type {any} */ document) {
    if (this.arriving) this.documents.set(this.arriving.id, { ...this.arriving, revision: 1 });
    this.arriving = undefined;
    if ((this.documents.get(document.id)?.revision ?? 0) !== document.revision) return false;
    this.documents.set(document.id, { ...document, revision: document.revision + 1 });
    return true;
  }
}

/** The library after what was left is taken over. */
async function taken(/** @type {any} */ left, /** @type {any} */ arriving) {
  const held = new Map([[`gym-http.left.${left.id}`, JSON.stringify(left)]]);
  /** @type {any} */ (globalThis).localStorage = new Proxy(
    { getItem: (/** @type {string} */ key) => held.get(key) ?? null, removeItem: (/** @type {string} */ key) => held.delete(key) },
    { ownKeys: () => [...held.keys()], getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }) },
  );
  const library = new Late(arriving);
  await takeOver(/** @type {any} */ (library), () => undefined);
  assert.equal(held.size, 0);
  return (await library.all()).map(({ name, code }) => [name, code]);
}

test("what the page had sent arrives late, and what it left follows it", async () => {
  const sent = { ...DOCUMENT, code: "// old", changed: 5 };
  assert.deepEqual(await taken({ ...DOCUMENT, sent: 5 }, sent), [["Mine", "// new"]]);
});

test("another tab takes the same over first, and there is one of it", async () => {
  assert.deepEqual(await taken({ ...DOCUMENT, sent: 7 }, DOCUMENT), [["Mine", "// new"]]);
});

test("another tab has gone on, and both texts stay", async () => {
  const other = { ...DOCUMENT, code: "// other", changed: 9 };
  const kept = await taken({ ...DOCUMENT, sent: 5, copy: "fedcba9876543210" }, other);
  assert.deepEqual(kept, [["Mine", "// other"], ["Mine (2)", "// new"]]);
});
