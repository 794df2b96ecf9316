/** A part of a page that is loaded when it is first needed, since most visitors need only some. */

/** @template Part */
export class Late {
  /** @type {Promise<Part | undefined> | undefined} */
  #loading;

  /** @param {() => Promise<Part>} load */
  constructor(load) {
    this.load = load;
    /** The part, once it is there. @type {Part | undefined} */
    this.now = undefined;
  }

  /** Use the part, which is loaded for it. @param {(part: Part) => unknown} use */
  async need(use) {
    if (this.now) return void (await use(this.now));
    this.#loading ??= this.#open();
    const part = await this.#loading;
    if (part) await use(part);
  }

  /** Use the part if it is there or is being loaded. @param {(part: Part) => unknown} use */
  tell(use) {
    if (this.#loading) void this.need(use);
  }

  async #open() {
    try {
      return (this.now = await this.load());
    } catch (error) {
      // The service has just gone, as the page says; the next need tries again.
      if (!(error instanceof TypeError)) throw error;
      this.#loading = undefined;
      return undefined;
    }
  }
}
