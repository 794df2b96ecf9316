/** The slider over a track: https://www.w3.org/WAI/ARIA/apg/patterns/slider/. */

import { valueInWords } from "../page/words.js";
import { MARGIN, draw } from "./drawing.js";

/** @typedef {import("./track.js").Track} Track */
/** @typedef {import("./track.js").Point} Point */

const PAGE = 10;

export class Slider {
  /**
   * @param {HTMLElement} place - It has a canvas.
   * @param {{touched: () => void, moved: (number: number) => void, played: () => void}} listener - `touched` shows what
   *   is so now, before the visitor moves from there to the point with a number.
   */
  constructor(place, { touched, moved, played }) {
    this.place = place;
    this.canvas = place.querySelector("canvas") ?? place.appendChild(document.createElement("canvas"));
    this.touched = touched;
    this.moved = moved;
    this.played = played;
    /** @type {Point[]} */
    this.points = [];
    this.at = 0;
    place.addEventListener("keydown", (event) => this.#key(event));
    place.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.points.length) return;
      place.setPointerCapture(event.pointerId);
      touched();
      this.#drag(event);
    });
    place.addEventListener("pointermove", (event) => place.hasPointerCapture(event.pointerId) && this.#drag(event));
    new ResizeObserver(() => this.#draw()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  /** @param {Track} track @param {Point | undefined} point */
  show({ points }, point) {
    this.points = points;
    this.at = point ? point.number - points[0].number : 0;
    const { place } = this;
    place.setAttribute("aria-disabled", String(!points.length));
    place.setAttribute("aria-valuemax", String(Math.max(points.length - 1, 0)));
    place.setAttribute("aria-valuenow", String(this.at));
    place.setAttribute("aria-valuetext", point ? inWords(point) : "no step yet");
    this.#draw();
  }

  #draw() {
    draw(this.canvas, this.points, this.at);
  }

  /** @param {PointerEvent} event */
  #drag({ clientX }) {
    const { left, width } = this.place.getBoundingClientRect();
    const share = (clientX - left - MARGIN) / Math.max(width - 2 * MARGIN, 1);
    this.#move(Math.round(share * (this.points.length - 1)));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.points.length) return;
    this.touched();
    const { at } = this;
    const last = this.points.length - 1;
    /** @type {Record<string, number>} */
    const goals = {
      ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1,
      PageDown: at - PAGE, PageUp: at + PAGE, Home: 0, End: last,
    };
    if (event.key !== " " && !Object.hasOwn(goals, event.key)) return;
    event.preventDefault();
    if (event.key === " ") this.played();
    else this.#move(goals[event.key]);
  }

  /** @param {number} index */
  #move(index) {
    const kept = Math.min(Math.max(index, 0), this.points.length - 1);
    if (kept !== this.at) this.moved(this.points[kept].number);
  }
}

/** @param {Point} point */
export function inWords({ episode, step, call, reward, ended }) {
  const what = { reset: "reset", restore: "went back", step: `reward ${valueInWords(reward)}` }[call];
  return `episode ${episode}, step ${step}, ${what}${ended ? ", the end" : ""}`;
}
