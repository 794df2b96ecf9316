/** Draws the rewards of a track as a curve, the ends of its episodes as marks, and a place in it. */

import { rewardOf } from "./track.js";

/** @typedef {import("./track.js").Point} Point */

/** Of the picture's edges, in CSS pixels: room for the handle. */
export const MARGIN = 8;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Point[]} points
 * @param {number} at - The index of the place.
 */
export function draw(canvas, points, at) {
  const scale = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== width * scale || canvas.height !== height * scale) {
    Object.assign(canvas, { width: width * scale, height: height * scale });
  }
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  if (!points.length) return;
  const style = getComputedStyle(canvas);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name);
  const across = (width - 2 * MARGIN) / Math.max(points.length - 1, 1);
  const x = (/** @type {number} */ index) => MARGIN + index * across;
  marks(context, points, x, height, colour("--rule"));
  curve(context, points, x, height, colour("--quiet"));
  handle(context, x(at), height, colour("--accent"));
}

/**
 * A line at each end of an episode, and a dotted one where an earlier state was returned to.
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} points
 * @param {(index: number) => number} x
 * @param {number} height
 * @param {string} colour
 */
function marks(context, points, x, height, colour) {
  Object.assign(context, { strokeStyle: colour, fillStyle: colour, lineWidth: 1 });
  points.forEach(({ ended, call }, index) => {
    if (!ended && call !== "restore") return;
    context.setLineDash(ended ? [] : [2, 3]);
    context.beginPath();
    context.moveTo(x(index), 0);
    context.lineTo(x(index), height);
    context.stroke();
    if (ended) context.fillRect(x(index) - 2.5, 0, 5, 5);
  });
  context.setLineDash([]);
}

/**
 * The rewards, of which no peak is lost where a pixel has many.
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} points
 * @param {(index: number) => number} x
 * @param {number} height
 * @param {string} colour
 */
function curve(context, points, x, height, colour) {
  const rewards = points.map(({ reward, call }) => (call === "step" && reward !== undefined ? rewardOf(reward) : NaN));
  let [low, high] = [0, 0];
  for (const each of rewards) {
    if (!Number.isFinite(each)) continue;
    low = Math.min(low, each);
    high = Math.max(high, each);
  }
  const y = (/** @type {number} */ reward) => height - 6 - ((reward - low) / (high - low || 1)) * (height - 16);
  Object.assign(context, { strokeStyle: colour, lineWidth: 1.5, lineJoin: "round" });
  context.beginPath();
  let [pixel, least, most, begun] = [-1, 0, 0, false];
  rewards.forEach((each, index) => {
    if (!Number.isFinite(each)) return void (begun = false);
    const within = begun && Math.round(x(index)) === pixel;
    if (within && each >= least && each <= most) return;
    [least, most] = within ? [Math.min(least, each), Math.max(most, each)] : [each, each];
    pixel = Math.round(x(index));
    if (begun) context.lineTo(x(index), y(each));
    else context.moveTo(x(index), y(each));
    begun = true;
  });
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} height
 * @param {string} colour
 */
function handle(context, x, height, colour) {
  Object.assign(context, { strokeStyle: colour, fillStyle: colour, lineWidth: 2 });
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.beginPath();
  context.arc(x, height / 2, 6, 0, 2 * Math.PI);
  context.fill();
}
