/** The tiles, their order, and which of them are in the window. */

import { element, say } from "../page/elements.js";
import { Tile } from "./tile.js";

/** @typedef {import("./instance.js").Instance} Instance */

// A window shows a few dozen. The filter finds the rest.
const MOST_TILES = 1_000;
const SETTLED_MS = 150;

/** @type {Record<string, (a: Instance, b: Instance) => number>} */
const ORDERS = {
  oldest: (a, b) => a.created - b.created,
  newest: (a, b) => b.created - a.created,
  name: (a, b) => a.envId.localeCompare(b.envId, "en"),
  recent: (a, b) => b.used - a.used,
  return: (a, b) => b.episodeReturn - a.episodeReturn,
  steps: (a, b) => b.steps - a.steps,
};

export class Wall {
  /**
   * @param {(instance: Instance) => void} open - Called to enlarge one.
   * @param {() => void} seenChanged - Called when other tiles are in the window.
   */
  constructor(open, seenChanged) {
    this.place = element("wall");
    this.open = open;
    /** @type {Map<string, Tile>} */
    this.tiles = new Map();
    this.filter = "";
    this.sort = "oldest";
    /** Which instances are shown at all. @type {(instance: Instance) => boolean} */
    this.fits = () => true;
    this.painting = false;
    this.now = () => Date.now();
    let settled = 0;
    this.observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const tile = this.tiles.get(/** @type {HTMLElement} */ (target).dataset.id ?? "");
          if (tile) tile.seen = isIntersecting;
        }
        this.#paintSoon();
        clearTimeout(settled);
        settled = setTimeout(seenChanged, SETTLED_MS);
      },
      { rootMargin: "100px 0px" },
    );
  }

  /** The instances whose tiles are in the window. */
  get seen() {
    return [...this.tiles.values()].filter((tile) => tile.seen).map((tile) => tile.instance);
  }

  /** Show the instances that match the filter, in order. Tiles that stay are not changed. @param {Iterable<Instance>} instances */
  arrange(instances) {
    const order = ORDERS[this.sort] ?? ORDERS.oldest;
    const all = [...instances];
    const fitting = all.filter((each) => this.fits(each) && `${each.envId} ${each.address}`.toLowerCase().includes(this.filter));
    // Ties keep a fixed order, whatever the order of the list.
    fitting.sort((a, b) => order(a, b) || a.created - b.created || (a.id < b.id ? -1 : 1));
    const shown = fitting.slice(0, MOST_TILES);
    const wanted = new Set(shown.map(({ id }) => id));
    for (const [id, tile] of this.tiles) if (!wanted.has(id)) this.#remove(id, tile);
    shown.forEach((instance, i) => this.#put(instance, i));
    element("unmatched").hidden = Boolean(fitting.length) || !all.length;
    element("more").hidden = fitting.length <= MOST_TILES;
    say("more", `The first ${MOST_TILES} of ${fitting.length} are shown; the filter finds the others.`);
  }

  /** An instance has changed. All changes are painted together before the next frame. @param {Instance} instance */
  changed(instance) {
    const tile = this.tiles.get(instance.id);
    if (tile) tile.changed = true;
    this.#paintSoon();
  }

  #paintSoon() {
    if (this.painting) return;
    this.painting = true;
    requestAnimationFrame(() => {
      this.painting = false;
      for (const each of this.tiles.values()) if (each.changed && each.seen) each.paint(this.now());
    });
  }

  /** Update the ages. */
  tick() {
    for (const tile of this.tiles.values()) if (tile.seen) tile.tick(this.now());
  }

  /** @param {Instance} instance @param {number} i */
  #put(instance, i) {
    let tile = this.tiles.get(instance.id);
    if (!tile) {
      tile = new Tile(instance, this.open);
      tile.changed = true;
      this.tiles.set(instance.id, tile);
      this.observer.observe(tile.element);
    }
    const there = this.place.children[i];
    if (there !== tile.element) this.place.insertBefore(tile.element, there ?? null);
  }

  /** @param {string} id @param {Tile} tile */
  #remove(id, tile) {
    this.observer.unobserve(tile.element);
    tile.element.remove();
    this.tiles.delete(id);
  }
}
