/** The spaces whose members are numbers and arrays of numbers: Box, Discrete, MultiBinary, MultiDiscrete. */

import { build, everyItem, item } from "./nested.js";
import { exponential, normal, uniform } from "./random.js";
import { Space } from "./space.js";

/** @typedef {import("./space.js").Description} Description */
/** @typedef {import("./space.js").Rng} Rng */

/** Non-finite numbers by the words that the wire has for them. @type {Record<string, number>} */
const WORDS = { "Infinity": Infinity, "-Infinity": -Infinity, "NaN": NaN };

/**
 * A number or nested lists of numbers, with words replaced by numbers. Other values are not changed.
 * @param {any} value
 * @returns {any}
 */
export function decodeNumbers(value) {
  if (Array.isArray(value)) return value.map(decodeNumbers);
  return typeof value === "string" && Object.hasOwn(WORDS, value) ? WORDS[value] : value;
}

/** The smallest and largest integer of each integer dtype. @type {Record<string, [number, number]>} */
const INTEGERS = { bool: [0, 1] };
for (const bits of [8, 16, 32, 64]) {
  INTEGERS[`int${bits}`] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  INTEGERS[`uint${bits}`] = [0, 2 ** bits - 1];
}

/** Arrays of a shape between two bounds: the base of Box, Discrete, MultiBinary and MultiDiscrete. */
class Numeric extends Space {
  /**
   * @param {Description} description
   * @param {any} low - Nested like the array, or one number for all items.
   * @param {any} high
   */
  constructor(description, low, high) {
    super(description);
    /** Empty for a scalar. @type {number[]} */
    this.shape = description.shape ?? [];
    this.low = decodeNumbers(low);
    this.high = decodeNumbers(high);
    this.integers = INTEGERS[this.dtype ?? ""];
  }

  /** @param {Rng} [rng] @returns {any} */
  sample(rng = Math.random) {
    return build(this.shape, (at) => this.sampleAt(at, rng));
  }

  /** @param {number[]} at @param {Rng} rng @returns {number} */
  sampleAt(at, rng) {
    const low = Number(item(this.low, at));
    return low + Math.floor(rng() * (Number(item(this.high, at)) - low + 1));
  }

  /** @param {any} value */
  contains(value) {
    return everyItem(this.shape, value, (given, at) => {
      const number = this.#cast(given);
      return item(this.low, at) <= number && number <= item(this.high, at);
    });
  }

  /** The number in the dtype; NaN, which no space contains, if the dtype cannot hold it. @param {unknown} given */
  #cast(given) {
    const number = typeof given === "boolean" ? Number(given) : given;
    if (typeof number !== "number") return NaN;
    if (this.integers) return Number.isInteger(number) ? number : NaN;
    const rounded = this.dtype === "float32" ? Math.fround(number) : number;
    return Number.isFinite(number) && !Number.isFinite(rounded) ? NaN : rounded;
  }

  /** @param {any} value */
  decode(value) {
    // Integers are never words, and a picture has 100,000 of them.
    return this.integers ? value : decodeNumbers(value);
  }
}

/** Arrays between bounds, which may be infinite. */
export class Box extends Numeric {
  /** @param {Description} description */
  constructor(description) {
    super(description, description.low, description.high);
    // Given for integers, whose infinite bounds are the dtype's extremes.
    this.boundedBelow = description.bounded_below;
    this.boundedAbove = description.bounded_above;
  }

  /** @param {number[]} at @param {Rng} rng */
  sampleAt(at, rng) {
    const low = Number(item(this.low, at));
    const high = Number(item(this.high, at));
    const below = this.boundedBelow ? item(this.boundedBelow, at) : low > -Infinity;
    const above = this.boundedAbove ? item(this.boundedAbove, at) : high < Infinity;
    const top = this.integers ? high + 1 : high;
    const bounded = () => (above ? uniform(low, top, rng) : low + exponential(rng));
    const unbounded = () => (above ? top - exponential(rng) : normal(rng));
    const drawn = below ? bounded() : unbounded();
    const rounded = this.integers ? Math.floor(drawn) : this.dtype === "float32" ? Math.fround(drawn) : drawn;
    return Math.min(Math.max(rounded, low), high);
  }
}

/** The integers from `start` to `start + n - 1`. */
export class Discrete extends Numeric {
  /** @param {Description} description */
  constructor(description) {
    super(description, description.start, description.start + description.n - 1);
    this.n = Number(description.n);
    this.start = Number(description.start);
  }
}

/** Arrays of zeros and ones. */
export class MultiBinary extends Numeric {
  /** @param {Description} description */
  constructor(description) {
    super(description, 0, 1);
    /** The length, or the shape if there are several axes. @type {number | number[]} */
    this.n = description.n;
  }
}

/** Arrays whose items are each a Discrete. */
export class MultiDiscrete extends Numeric {
  /** @param {Description} description */
  constructor(description) {
    const { shape, nvec, start } = description;
    super(description, start, build(shape, (at) => item(start, at) + item(nvec, at) - 1));
    /** The number of values of each item, nested like the array. @type {any} */
    this.nvec = nvec;
    this.start = start;
  }
}
