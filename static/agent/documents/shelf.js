/** The visitor's documents: storing the open one, listing all, and keeping tabs in step. */

import { ask } from "../../page/dialog.js";
import { Bar } from "./bar.js";
import { documentOf, freeName } from "./document.js";
import { Keeper } from "./keeper.js";
import { takeOver, whenLeft } from "./left.js";
import { openLibrary } from "./library.js";
import { Tabs } from "./tabs.js";

/** @typedef {import("./document.js").Document} Document */

/**
 * @typedef {object} Desk
 * @property {() => Document | undefined} current - The open document.
 * @property {(document: Document) => Promise<void>} arrived - Another page stored a document at its end.
 * @property {(document: Document, how: {step: boolean}) => Promise<void>} open
 * @property {(document: Document) => void} followed - Another tab changed the open document.
 * @property {() => void} removed - The open document was deleted here.
 * @property {() => void} changed - The open document has another name or id.
 * @property {(name: string) => void} rename
 * @property {(code: string) => void} goBack
 */

const SHARED = "Open in another tab too: each shows what the other writes.";
const NOT_LASTING = "This browser stores nothing, so the code is lost when the page closes.";
const DELETED = "Deleted in another tab. What you change here becomes a new document.";

/** Loaded for the first of them, since most visitors open none. */
const dialogs = () => import("./dialogs.js");

export class Shelf {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** The names of all documents. @type {string[]} */
    this.names = [];
    this.bar = new Bar({ rename: desk.rename, list: () => this.#list(), versions: () => this.#versions() });
    this.tabs = new Tabs({
      open: () => desk.current()?.id,
      shared: () => this.bar.tell(SHARED),
      stored: (id) => this.#follow(id),
      removed: () => this.bar.tell(DELETED),
    });
    /** @type {Promise<import("./library.js").Library> | undefined} */
    this.opening = undefined;
    /** @type {Keeper | undefined} */
    this.keeper = undefined;
    /** Whether the last write failed. */
    this.failing = false;
  }

  /** Take over what old pages left. @param {(example: string) => string | undefined} codeOf - An example's code. */
  async open(codeOf) {
    this.opening ??= openLibrary();
    this.library = await this.opening;
    this.keeper ??= this.#begin(this.library, codeOf);
    await takeOver(this.library, codeOf);
    await this.all();
  }

  /** @param {import("./library.js").Library} library @param {(example: string) => string | undefined} codeOf */
  #begin(library, codeOf) {
    whenLeft(async (id) => {
      await takeOver(library, codeOf);
      const document = (await this.all()).find((each) => each.id === id);
      if (id === this.desk.current()?.id) await this.#follow(id);
      else if (document) await this.desk.arrived(document);
    });
    return new Keeper(library, {
      stored: (document) => this.#stored(document),
      parted: (document, old) => this.#parted(document, old),
      failed: (error) => this.#failed(error),
    });
  }

  /** @returns {Promise<Document[]>} The last changed first. */
  async all() {
    await this.keeper?.settled();
    const documents = (await this.library?.all()) ?? [];
    this.names = documents.map(({ name }) => name);
    return documents;
  }

  /** @param {string} id */
  async find(id) {
    await this.keeper?.settled();
    return this.library?.find(id);
  }

  /** Store the document as it is now. @param {Document} document */
  keep(document) {
    this.keeper?.write(document);
  }

  /** The document is open now. @param {Document} document */
  opened(document) {
    this.bar.tell("");
    this.tabs.tell("opened", document.id);
  }

  /** @param {import("./bar.js").Shown} shown */
  show(shown) {
    if (!shown.stored) this.bar.tell("");
    this.bar.show(shown);
  }

  /** @param {Document} document */
  #stored(document) {
    if (!this.names.includes(document.name)) this.names.push(document.name);
    this.tabs.tell("stored", document.id);
    if (!this.library?.lasting) this.bar.tell(NOT_LASTING);
    else if (this.failing) this.bar.tell("");
    this.failing = false;
  }

  /** It is tried again with the next change, and when the page ends. @param {unknown} error */
  #failed(error) {
    this.failing = true;
    this.bar.tell(`Not stored: ${error instanceof Error ? error.message : error} Download the code to keep it.`);
  }

  /** @param {Document} document @param {Document} old */
  #parted(document, old) {
    this.desk.changed();
    this.bar.tell(`“${old.name}” was changed or deleted in another tab, so what you typed is in “${document.name}”.`);
  }

  /** @param {string} id */
  async #follow(id) {
    const current = this.desk.current();
    // What was typed here and is not stored yet finds its place when it is.
    if (!this.keeper?.idle) return;
    const document = await this.library?.find(id);
    if (!document || document.id !== current?.id || !this.keeper.idle || document.revision <= current.revision) return;
    this.desk.followed(document);
    this.bar.tell(SHARED);
  }

  async #versions() {
    const current = this.desk.current();
    if (!current) return;
    const { showVersions } = await dialogs();
    showVersions(current, ({ code }) => this.desk.goBack(code));
  }

  async #list() {
    const { showList } = await dialogs();
    return showList({
      all: () => this.all(),
      open: async (id) => this.#open(await this.find(id)),
      rename: (id, name) => this.#rename(id, name),
      duplicate: async (id) => void (await this.#copy(await this.find(id))),
      remove: (id) => this.#remove(id),
      add: async (name, code) => this.#open(await this.#copy({ name, code })),
    });
  }

  /** @param {Document | undefined} document */
  async #open(document) {
    if (document) await this.desk.open(document, { step: true });
  }

  /** @param {string} id @param {string} name */
  async #rename(id, name) {
    if (id === this.desk.current()?.id) return this.desk.rename(name);
    const document = await this.find(id);
    if (!document) return;
    this.keep(Object.assign(document, { name: freeName(name, this.names.filter((each) => each !== document.name)) }));
  }

  /** @param {import("./document.js").Beginning | undefined} original */
  async #copy(original) {
    if (!original) return undefined;
    const copy = documentOf({ ...original, name: freeName(original.name, this.names) });
    this.keep(copy);
    return this.find(copy.id);
  }

  /** @param {string} id */
  async #remove(id) {
    const document = await this.find(id);
    if (!document) return;
    const words = "Its code and all its versions are deleted for good.";
    if ((await ask({ title: `Delete “${document.name}”?`, words, yes: "Delete it", no: "Keep it" })) === null) return;
    await this.library?.remove(id);
    this.tabs.tell("removed", id);
    if (id === this.desk.current()?.id) this.desk.removed();
  }
}
