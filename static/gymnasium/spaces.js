/**
 * Gymnasium's spaces, built from the server's descriptions. `sample` and `contains` make no call.
 *
 * Members are JSON values: numbers, strings, nested lists and objects. `contains` follows the server's casts, which
 * take 1 and true for each other. Integers beyond 2^53 are rounded, as JSON.parse does.
 */

import { Box, Discrete, MultiBinary, MultiDiscrete } from "./arrays.js";
import { everyItem, hasKeys, isObject, times, transposed } from "./nested.js";
import { below, geometric } from "./random.js";
import { Space } from "./space.js";

export { Box, Discrete, MultiBinary, MultiDiscrete, Space };

/** @typedef {import("./space.js").Description} Description */
/** @typedef {import("./space.js").Rng} Rng */

/** Strings over a set of characters. */
export class Text extends Space {
  /** @param {Description} description */
  constructor(description) {
    super(description);
    this.minLength = Number(description.min_length);
    this.maxLength = Number(description.max_length);
    this.charset = String(description.charset);
    // Code points, as Python counts characters.
    this.characters = [...this.charset];
  }

  /** @param {Rng} [rng] */
  sample(rng = Math.random) {
    const length = this.minLength + below(this.maxLength - this.minLength + 1, rng);
    return times(length, () => this.characters[below(this.characters.length, rng)]).join("");
  }

  /** @param {any} value */
  contains(value) {
    if (typeof value !== "string") return false;
    const characters = [...value];
    const fits = this.minLength <= characters.length && characters.length <= this.maxLength;
    return fits && characters.every((character) => this.characters.includes(character));
  }
}

/** Lists with a member of each space. */
export class Tuple extends Space {
  /** @param {Description} description */
  constructor(description) {
    super(description);
    /** @type {Space[]} */
    this.spaces = description.spaces.map(makeSpace);
  }

  /** @param {Rng} [rng] */
  sample(rng) {
    return this.spaces.map((space) => space.sample(rng));
  }

  /** @param {any} value */
  contains(value) {
    const fits = Array.isArray(value) && value.length === this.spaces.length;
    return fits && this.spaces.every((space, i) => space.contains(value[i]));
  }

  /** @param {any} value */
  decode(value) {
    return Array.isArray(value) ? value.map((part, i) => this.spaces[i]?.decode(part) ?? part) : value;
  }

  /** @param {any[]} members */
  stack(members) {
    return this.spaces.map((space, i) => space.stack(members.map((member) => member[i])));
  }

  /** @param {any} stack */
  unstack(stack) {
    if (!Array.isArray(stack) || stack.length !== this.spaces.length) return null;
    return transposed(this.spaces.map((space, i) => space.unstack(stack[i])));
  }
}

/** Objects with a member of each space. Integer keys of Python are strings here. */
export class Dict extends Space {
  /** @param {Description} description */
  constructor(description) {
    super(description);
    /** In the space's order, on which flattening depends. @type {string[]} */
    this.keys = description.keys.map(String);
    /** @type {Record<string, Space>} */
    this.spaces = Object.fromEntries(this.keys.map((key) => [key, makeSpace(description.spaces[key])]));
  }

  /** @param {(space: Space, key: string) => any} make @returns {Record<string, any>} */
  #object(make) {
    return Object.fromEntries(this.keys.map((key) => [key, make(this.spaces[key], key)]));
  }

  /** @param {Rng} [rng] */
  sample(rng) {
    return this.#object((space) => space.sample(rng));
  }

  /** @param {any} value */
  contains(value) {
    return hasKeys(value, this.keys) && this.keys.every((key) => this.spaces[key].contains(value[key]));
  }

  /** @param {any} value */
  decode(value) {
    if (!isObject(value)) return value;
    const decoded = Object.keys(value).map((key) => {
      const known = Object.hasOwn(this.spaces, key);
      return [key, known ? this.spaces[key].decode(value[key]) : value[key]];
    });
    return Object.fromEntries(decoded);
  }

  /** @param {any[]} members */
  stack(members) {
    return this.#object((space, key) => space.stack(members.map((member) => member[key])));
  }

  /** @param {any} stack */
  unstack(stack) {
    if (!hasKeys(stack, this.keys)) return null;
    const rows = transposed(this.keys.map((key) => this.spaces[key].unstack(stack[key])));
    return rows && rows.map((row) => Object.fromEntries(this.keys.map((key, i) => [key, row[i]])));
  }
}

/** Lists of any length; with `stack`, one stack of their members. */
export class Sequence extends Space {
  /** @param {Description} description */
  constructor(description) {
    super(description);
    this.featureSpace = makeSpace(description.feature_space);
    this.stacked = Boolean(description.stack);
  }

  /** @param {Rng} [rng] */
  sample(rng = Math.random) {
    const members = times(geometric(0.25, rng), () => this.featureSpace.sample(rng));
    return this.stacked ? this.featureSpace.stack(members) : members;
  }

  /** @param {any} value */
  contains(value) {
    const members = this.stacked ? this.featureSpace.unstack(value) : value;
    return Array.isArray(members) && members.every((member) => this.featureSpace.contains(member));
  }

  /** @param {any} value */
  decode(value) {
    if (this.stacked) return this.featureSpace.decodeStack(value);
    return Array.isArray(value) ? value.map((member) => this.featureSpace.decode(member)) : value;
  }
}

/** Pairs of an index and a member of the space with that index. */
export class OneOf extends Space {
  /** @param {Description} description */
  constructor(description) {
    super(description);
    /** @type {Space[]} */
    this.spaces = description.spaces.map(makeSpace);
  }

  /** @param {Rng} [rng] */
  sample(rng = Math.random) {
    const index = below(this.spaces.length, rng);
    return [index, this.spaces[index].sample(rng)];
  }

  /** @param {any} value */
  contains(value) {
    if (!Array.isArray(value) || value.length !== 2 || !Number.isInteger(value[0])) return false;
    return this.spaces[value[0]]?.contains(value[1]) ?? false;
  }

  /** @param {any} value */
  decode(value) {
    return Array.isArray(value) ? [value[0], this.spaces[value[0]]?.decode(value[1]) ?? value[1]] : value;
  }
}

/** Objects with a stack of `nodes`, and `edges` with as many `edge_links` (pairs of nodes), or null for both. */
export class Graph extends Space {
  /** @param {Description} description */
  constructor(description) {
    super(description);
    this.nodeSpace = makeSpace(description.node_space);
    this.edgeSpace = description.edge_space && makeSpace(description.edge_space);
  }

  /** Ten nodes and fewer than 90 edges, as in Gymnasium. @param {Rng} [rng] */
  sample(rng = Math.random) {
    const nodes = times(10, () => this.nodeSpace.sample(rng));
    const edges = this.edgeSpace ? times(below(90, rng), () => this.edgeSpace.sample(rng)) : [];
    return {
      nodes: this.nodeSpace.stack(nodes),
      edges: edges.length ? this.edgeSpace.stack(edges) : null,
      edge_links: edges.length ? edges.map(() => [below(10, rng), below(10, rng)]) : null,
    };
  }

  /** @param {any} value */
  contains(value) {
    const { nodes: stack, edges: edgeStack = null, edge_links: links = null, ...others } = value ?? {};
    const nodes = this.nodeSpace.unstack(stack);
    if (Object.keys(others).length) return false;
    if (!nodes?.every((/** @type {any} */ node) => this.nodeSpace.contains(node))) return false;
    if (edgeStack === null && links === null) return true;
    const edges = this.edgeSpace?.unstack(edgeStack);
    if (!edges?.every((/** @type {any} */ edge) => this.edgeSpace.contains(edge))) return false;
    return everyItem([edges.length, 2], links, (node) => Number.isInteger(node) && 0 <= node && node < nodes.length);
  }

  /** @param {any} value */
  decode(value) {
    if (!isObject(value)) return value;
    const { nodes, edges } = value;
    return { ...value, nodes: this.nodeSpace.decodeStack(nodes), edges: this.edgeSpace?.decodeStack(edges) ?? edges };
  }
}

/** @type {Record<string, typeof Space>} */
const CLASSES = { Box, Discrete, MultiBinary, MultiDiscrete, Text, Tuple, Dict, Sequence, OneOf, Graph };

/**
 * The space of a description.
 * @param {Description} description
 * @returns {any} A Space. If the class is not Gymnasium's, only the server can sample and check it.
 */
export function makeSpace(description) {
  const Class = Object.hasOwn(CLASSES, description.name) ? CLASSES[description.name] : Space;
  return new Class(description);
}
