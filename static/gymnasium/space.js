/** What all of Gymnasium's spaces have in common. */

/** A description as `action_space/` and the catalogue give it. @typedef {Record<string, any>} Description */

/** A source of numbers in [0, 1), as Math.random is. @typedef {() => number} Rng */

/** A set of values; of a class that Gymnasium does not define this is all that is known. */
export class Space {
  /** @param {Description} description */
  constructor(description) {
    /** The class's name in Gymnasium. @type {string} */
    this.name = description.name;
    /** Null where members are not arrays. @type {number[] | null} */
    this.shape = description.shape ?? null;
    /** NumPy's name, or null. @type {string | null} */
    this.dtype = description.dtype ?? null;
  }

  /**
   * A random member, drawn as Gymnasium's `sample` draws; of a Box by the kind of each interval.
   * @param {Rng} [rng]
   * @returns {any}
   * @throws {TypeError} The class is not one of Gymnasium's.
   */
  sample(rng) {
    throw new TypeError(`${this.name} is not a space of Gymnasium's: ask the server by env.sample().`);
  }

  /**
   * Whether the server would take the value for a member.
   * @param {any} value
   * @returns {boolean}
   * @throws {TypeError} As `sample`.
   */
  contains(value) {
    throw new TypeError(`${this.name} is not a space of Gymnasium's: ask the server by env.contains().`);
  }

  /**
   * A value as it came, with words become numbers where numbers are meant. It need not be a member: environments
   * return what they like.
   * @param {any} value
   * @returns {any}
   */
  decode(value) {
    return value;
  }

  /** Members as one value, as in stacked sequences and graphs. @param {any[]} members @returns {any} */
  stack(members) {
    return members;
  }

  /** The inverse of `stack`; null where it is not a stack. @param {any} stack @returns {any[] | null} */
  unstack(stack) {
    return Array.isArray(stack) ? stack : null;
  }

  /** @param {any} stack @returns {any} */
  decodeStack(stack) {
    const members = this.unstack(stack);
    return members ? this.stack(members.map((member) => this.decode(member))) : stack;
  }
}
