/**
 * A plot of the return of each episode, with a smoothed curve over it. Its library is loaded at the first episode, since
 * it is a tenth of what the page would weigh.
 */

import { make } from "../../page/elements.js";

/** @typedef {import("../../vendor/uplot.js").default} UPlot */

const EVERY_MS = 200;
const MOST_EPISODES = 5000;
/** The weight of the previous smoothed value, as in TensorBoard; less while there are few episodes. */
const KEPT = 0.9;

export class Curve {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    place.dataset.episodes = "0";
    this.count = 0;
    /** Episode numbers, returns and smoothed returns. @type {[number[], number[], number[]]} */
    this.data = [[], [], []];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {UPlot | undefined} */
    this.plot = undefined;
    /** The library's style sheet. @type {HTMLLinkElement | undefined} */
    this.styled = undefined;
    /** @type {Promise<unknown> | undefined} */
    this.loading = undefined;
    new ResizeObserver(() => this.#fit()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.plot?.redraw(false));
  }

  /** Make the plot. */
  async #load() {
    const { place } = this;
    if (!this.styled) this.styled = make("link", { rel: "stylesheet", href: new URL("../../vendor/uplot.css", import.meta.url).href });
    document.head.prepend(this.styled);
    const { default: uPlot } = await import("../../vendor/uplot.js");
    const colour = (/** @type {string} */ name) => () => getComputedStyle(place).getPropertyValue(name);
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    this.plot = new uPlot(
      {
        width: place.clientWidth || 300,
        height: place.clientHeight || 160,
        cursor: { drag: { x: false, y: false } },
        legend: { live: true },
        hooks: { setLegend: [(plot) => this.#tellLast(plot)] },
        scales: { x: { time: false } },
        axes: [{ ...axis }, { ...axis, size: 56 }],
        series: [
          { label: "episode" },
          { label: "return", stroke: colour("--rule"), width: 1, alpha: 0.6, points: { size: 4 } },
          { label: "smoothed", stroke: colour("--accent"), width: 2, points: { show: false } },
        ],
      },
      this.data,
      place,
    );
    this.#fit();
  }

  /** @param {number} episodeReturn */
  add(episodeReturn) {
    const [episodes, returns, smoothed] = this.data;
    this.count++;
    const kept = Math.min(KEPT, 1 - 1 / this.count);
    const before = smoothed.at(-1) ?? episodeReturn;
    episodes.push(this.count);
    returns.push(episodeReturn);
    smoothed.push(kept * before + (1 - kept) * episodeReturn);
    if (episodes.length > MOST_EPISODES) for (const series of this.data) series.shift();
    this.#draw();
  }

  /** Remove all episodes. */
  clear() {
    this.count = 0;
    this.data = [[], [], []];
    this.plot?.setData(this.data);
    this.place.dataset.episodes = "0";
    this.place.setAttribute("aria-label", "Return by episode: no episode has ended yet.");
  }

  /** Delayed, since many episodes may end within one frame. */
  #draw() {
    this.timer ??= setTimeout(async () => {
      this.timer = undefined;
      if (!this.count) return;
      try {
        await (this.loading ??= this.#load());
      } catch (error) {
        // The service has just gone, as the page says; the next episode tries again.
        if (!(error instanceof TypeError)) throw error;
        this.loading = undefined;
        return;
      }
      this.plot?.setData(this.data);
      this.place.dataset.episodes = String(this.count);
      this.place.setAttribute("aria-label", this.#words());
    }, EVERY_MS);
  }

  /** Without a pointer on the plot, the legend tells the last episode. @param {UPlot} plot */
  #tellLast(plot) {
    const last = this.data[0].length - 1;
    if (last >= 0 && plot.cursor.idx == null && plot.legend.idx !== last) plot.setLegend({ idx: last });
  }

  #words() {
    const [, returns, smoothed] = this.data;
    const [last, course] = [returns.at(-1) ?? 0, smoothed.at(-1) ?? 0];
    return `Return by episode: ${this.count} episodes, the last ${last.toFixed(1)}, smoothed ${course.toFixed(1)}.`;
  }

  #fit() {
    if (!this.plot) return;
    const legend = this.place.querySelector(".u-legend")?.clientHeight ?? 0;
    this.plot.setSize({ width: this.place.clientWidth, height: Math.max(this.place.clientHeight - legend, 80) });
  }
}
