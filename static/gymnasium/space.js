/** The base of all spaces. */

/** A description from `action_space/` or the catalogue. @typedef {Record<string, any>} Description */

/** A source of numbers in [0, 1), such as Math.random. @typedef {() => number} Rng */

/** A set of values. A space of a class that is not Gymnasium's is an instance of this class itself. */
export class Space {
  /** @param {Description} description */
  constructor(description) {
    /** The class's name in Gymnasium. @type {string} */
    this.name = description.name;
    /** Null if members are not arrays. @type {number[] | null} */
    this.shape = description.shape ?? null;
    /** NumPy's name of it, or null. @type {string | null} */
    this.dtype = description.dtype ?? null;
  }

  /**
   * A random member, from the distribution of Gymnasium's `sample`.
   * @param {Rng} [rng]
   * @returns {any}
   * @throws {TypeError} The class is not one of Gymnasium's.
   */
  sample(rng) {
    throw new TypeError(`${this.name} is not one of Gymnasium's spaces; use env.sample(), which asks the server.`);
  }

  /**
   * Whether the server would find the value in the space.
   * @param {any} value
   * @returns {boolean}
   * @throws {TypeError} As `sample`.
   */
  contains(value) {
    throw new TypeError(`${this.name} is not one of Gymnasium's spaces; use env.contains(), which asks the server.`);
  }

  /**
   * A value from the wire, with words replaced by numbers where the space has numbers. It need not be a member, since
   * environments may return anything.
   * @param {any} value
   * @returns {any}
   */
  decode(value) {
    return value;
  }

  /** Members as one value, as stacked sequences and graphs have them. @param {any[]} members @returns {any} */
  stack(members) {
    return members;
  }

  /** The inverse of `stack`; null if it is not a stack. @param {any} stack @returns {any[] | null} */
  unstack(stack) {
    return Array.isArray(stack) ? stack : null;
  }

  /** @param {any} stack @returns {any} */
  decodeStack(stack) {
    const members = this.unstack(stack);
    return members ? this.stack(members.map((member) => this.decode(member))) : stack;
  }
}
