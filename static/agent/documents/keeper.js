/**
 * Stores the open document as it is changed, with no delay: the latest text is written as soon as the last write is done.
 * Where another tab has stored the document since, both texts stay, this one in a document of its own.
 */

import { documentOf, freeName } from "./document.js";
import { leave } from "./left.js";

/** @typedef {import("./document.js").Document} Document */

/**
 * @typedef {object} KeeperListener
 * @property {(document: Document) => void} stored
 * @property {(document: Document, kept: Document) => void} parted - The text is now in a document of its own.
 * @property {(error: unknown) => void} failed
 */

export class Keeper {
  /**
   * @param {import("./library.js").Library} library
   * @param {KeeperListener} listener
   */
  constructor(library, listener) {
    this.library = library;
    this.listener = listener;
    /** Changed since they were last written. @type {Set<Document>} */
    this.waiting = new Set();
    /** When each was changed as it was last sent to be stored. @type {WeakMap<Document, number>} */
    this.sent = new WeakMap();
    /** How to take back what was left of each. @type {WeakMap<Document, () => void>} */
    this.left = new WeakMap();
    /** @type {Promise<void> | undefined} */
    this.writing = undefined;
    addEventListener("pagehide", () => this.#leave());
    // A telephone ends pages in the background without a word.
    document.addEventListener("visibilitychange", () => document.hidden && this.#leave());
  }

  /** Whether all that was typed is stored. */
  get idle() {
    return !this.waiting.size && !this.writing;
  }

  /** @param {Document} document - Changed in place, and not copied. */
  write(document) {
    this.waiting.add(document);
    this.writing ??= this.#write().finally(() => (this.writing = undefined));
  }

  /** Wait until all is stored. */
  async settled() {
    while (this.writing) await this.writing;
  }

  async #write() {
    while (this.waiting.size) {
      const [document] = this.waiting;
      try {
        await this.#store(document);
      } catch (error) {
        // It stays among the waiting, so that the next change or the page's end tries again.
        return this.listener.failed(error);
      }
    }
  }

  /** @param {Document} document */
  async #store(document) {
    const { code, changed } = document;
    const before = { ...document };
    this.sent.set(document, changed);
    if (await this.library.store(before)) document.revision++;
    else await this.#part(document);
    // What was typed meanwhile is written in another round.
    if (document.code === code && document.changed === changed) this.waiting.delete(document);
    this.left.get(document)?.();
    this.listener.stored(document);
  }

  /** @param {Document} document */
  async #part(document) {
    const names = (await this.library.all()).map(({ name }) => name);
    const kept = documentOf({ ...document, name: freeName(document.name, names) });
    await this.library.store(kept);
    const old = { ...document };
    Object.assign(document, { id: kept.id, name: kept.name, revision: 1 });
    this.listener.parted(document, old);
  }

  /** A page that ends does not wait for the database. Hidden before, it has left an older text. */
  #leave() {
    for (const document of this.waiting) {
      this.left.get(document)?.();
      this.left.set(document, leave(document, this.sent.get(document)));
    }
  }
}
