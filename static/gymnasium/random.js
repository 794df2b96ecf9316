/** The distributions that Gymnasium's `sample` uses. 1 - rng() is in (0, 1], so it has a logarithm. */

/** @typedef {import("./space.js").Rng} Rng */

/** @param {number} n @param {Rng} rng */
export const below = (n, rng) => Math.floor(rng() * n);

/** Avoids `high - low`, which is infinite for the widest bounds.
 * @param {number} low
 * @param {number} high
 * @param {Rng} rng */
export function uniform(low, high, rng) {
  const share = rng();
  return low * (1 - share) + high * share;
}

/** @param {Rng} rng */
export const exponential = (rng) => -Math.log(1 - rng());

/** @param {Rng} rng */
export const normal = (rng) => Math.sqrt(2 * exponential(rng)) * Math.cos(2 * Math.PI * rng());

/** @param {number} p @param {Rng} rng */
export const geometric = (p, rng) => Math.floor(Math.log(1 - rng()) / Math.log(1 - p)) + 1;
