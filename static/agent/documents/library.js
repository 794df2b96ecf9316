/** All documents of this browser, in IndexedDB; in memory where the browser stores nothing. */

/** @typedef {import("./document.js").Document} Document */

/**
 * `store` stores what follows the stored revision, and tells whether it did: another tab may have stored or deleted the
 * document since.
 * @typedef {object} Library
 * @property {boolean} lasting - Whether documents outlive the page.
 * @property {() => Promise<Document[]>} all - The last changed first.
 * @property {(id: string) => Promise<Document | undefined>} find
 * @property {(document: Document) => Promise<boolean>} store
 * @property {(id: string) => Promise<void>} remove
 */

const DATABASE = "gym-http.playground";
const DOCUMENTS = "documents";

/** @returns {Promise<Library>} */
export async function openLibrary() {
  try {
    return new Stored(await opened());
  } catch (error) {
    // Storage is forbidden, or the browser has none.
    if (error instanceof DOMException || error instanceof ReferenceError || error instanceof TypeError) return new Held();
    throw error;
  }
}

/** @param {Document[]} documents */
const latestFirst = (documents) => documents.sort((one, other) => other.changed - one.changed);

/** @param {Document | undefined} stored @param {Document} document */
const follows = (stored, document) => (stored?.revision ?? 0) === document.revision;

/** @implements {Library} */
class Stored {
  lasting = true;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
  }

  async all() {
    return latestFirst(await result(this.#documents("readonly").getAll()));
  }

  /** @param {string} id */
  find(id) {
    return result(this.#documents("readonly").get(id));
  }

  /** @param {Document} document */
  async store(document) {
    const documents = this.#documents("readwrite");
    const { transaction } = documents;
    const stored = await result(documents.get(document.id));
    if (!follows(stored, document)) return false;
    documents.put({ ...document, revision: document.revision + 1 });
    await completed(transaction);
    return true;
  }

  /** @param {string} id */
  async remove(id) {
    const documents = this.#documents("readwrite");
    documents.delete(id);
    await completed(documents.transaction);
  }

  /** @param {IDBTransactionMode} mode */
  #documents(mode) {
    return this.database.transaction(DOCUMENTS, mode).objectStore(DOCUMENTS);
  }
}

/** @implements {Library} */
class Held {
  lasting = false;

  constructor() {
    /** @type {Map<string, Document>} */
    this.documents = new Map();
  }

  async all() {
    return latestFirst([...this.documents.values()].map((each) => structuredClone(each)));
  }

  /** @param {string} id */
  async find(id) {
    return structuredClone(this.documents.get(id));
  }

  /** @param {Document} document */
  async store(document) {
    if (!follows(this.documents.get(document.id), document)) return false;
    this.documents.set(document.id, structuredClone({ ...document, revision: document.revision + 1 }));
    return true;
  }

  /** @param {string} id */
  async remove(id) {
    this.documents.delete(id);
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(DOCUMENTS, { keyPath: "id" });
  return result(request);
}

/** @template Value @param {IDBRequest<Value>} request @returns {Promise<Value>} */
function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
