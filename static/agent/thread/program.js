/** Runs an agent in its thread, with `Env` and `draw` as globals. */

import * as gymnasium from "../../gymnasium.js";
import { defaults } from "../../gymnasium/connection.js";
import { fetchBy } from "./channel.js";
import { captureConsole } from "./logging.js";
import { Output } from "./output.js";

/** A place in the agent's code in a stack trace. */
const PLACE = /\bagent\.js:(\d+):(\d+)/;

// A paused agent waits as long as the visitor likes. Time-outs are the page's.
const FOR_EVER_MS = 2 ** 31 - 1;
const TRIES = 12;

/**
 * Run the agent, and tell the page how it ended.
 * @param {MessagePort} port
 * @param {{code: string, url: string}} agent
 */
export async function run(port, { code, url }) {
  const output = new Output(port);
  captureConsole(output);
  Object.assign(defaults, { url, fetch: fetchBy(port), timeout: FOR_EVER_MS, tries: TRIES });
  port.start();
  Object.assign(globalThis, gymnasium, { draw: (/** @type {any} */ picture) => draw(port, picture) });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tell(port, output, failure(event.reason));
  });
  try {
    await import(URL.createObjectURL(new Blob([code, "\n//# sourceURL=agent.js"], { type: "text/javascript" })));
    tell(port, output, { kind: "ended" });
  } catch (error) {
    tell(port, output, failure(error));
  }
}

/** @param {MessagePort} port @param {Output} output @param {object} message */
function tell(port, output, message) {
  output.flush();
  port.postMessage(message);
}

/** Show a picture or text in the page. It may be skipped if a later one follows.
 * @param {MessagePort} port
 * @param {any} picture - A result of `env.render()`. */
function draw(port, { contentType, frames, text }) {
  port.postMessage({ kind: "draw", contentType, frame: frames.at(-1) ?? null, text });
}

/** @param {any} error */
function failure(error) {
  const known = error instanceof Error;
  const [, line, column] = PLACE.exec((known && error.stack) || "") ?? placeOfSyntax(error);
  return {
    kind: "failed",
    name: known ? error.name : "Error",
    message: known ? error.message : String(error),
    line: line ? Number(line) : null,
    column: column ? Number(column) : null,
    syntax: error instanceof SyntaxError && !line,
  };
}

/**
 * Firefox tells the place of a syntax error, in properties of its own.
 * @param {any} error
 * @returns {(string | undefined)[]}
 */
function placeOfSyntax(error) {
  const told = error instanceof SyntaxError && "lineNumber" in error ? /** @type {any} */ (error) : null;
  return /^blob:|agent\.js$/.test(told?.fileName) ? ["", String(told.lineNumber), String(told.columnNumber)] : [];
}
