/** What each action would come to: futures that begin with it and go on at random, by one call. */

import { element, make } from "../../page/elements.js";

/** Futures of each action, and the steps of each. */
const FUTURES = 16;
const STEPS = 20;

/**
 * What draws the mean return of each action's futures under the stage. The environment stays as it is.
 * @param {import("../../gymnasium/connection.js").Connection} connection
 * @param {string} path - Of the instance.
 * @param {(action: number) => string | null} nameOf
 * @returns {Promise<() => void>}
 */
export async function lookAhead(connection, path, nameOf) {
  const { name, n, start = 0 } = await connection.read(`${path}action_space/`);
  if (name !== "Discrete") throw new Error(`One looks ahead where actions can be counted; this action space is a ${name}.`);
  const any = () => start + Math.floor(Math.random() * n);
  // The same ways to go on for each action, so that only the action differs.
  const ways = Array.from({ length: FUTURES }, () => Array.from({ length: STEPS - 1 }, any));
  const actions = Array.from({ length: n }, (_, index) => start + index);
  const sequences = actions.flatMap((action) => ways.map((way) => [action, ...way]));
  const { returns } = await connection.read(`${path}explore/`, { sequences, include: ["returns"] });
  const means = actions.map((_, index) => mean(returns.slice(index * FUTURES, (index + 1) * FUTURES)));
  const [low, high] = [Math.min(0, ...means), Math.max(0, ...means)];
  const rows = actions.map((action, index) => {
    const said = nameOf(action) ?? `action ${action}`;
    const value = Number(means[index].toPrecision(4));
    const meter = make("meter", { min: String(low), max: String(high || 1), value: String(value), "aria-label": said });
    return make("div", {}, meter, ` ${said}: ${value}`);
  });
  const told = make("p", { class: "note" }, `Mean return of ${FUTURES} random futures of ${STEPS} steps after each action:`);
  return () => element("futures").replaceChildren(told, ...rows);
}

/** @param {unknown[]} values - Numbers; those that are not finite are words. */
const mean = (values) => values.reduce((/** @type {number} */ sum, each) => sum + Number(each), 0) / values.length;
