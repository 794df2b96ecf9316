/**
 * The frame in which a visitor's code runs: sandboxed, so that its origin is opaque and it reaches neither this
 * page, nor what is stored for it, nor the network but for modules that it imports. A classic script, since a module
 * would have to be fetched across origins.
 *
 * The page sends `start` with a port, which goes to a new thread; `stop`, which ends the thread whatever it is doing;
 * or `parse` with a port, on which the place of a syntax error comes back.
 */

"use strict";

/** @type {Worker | undefined} */
let thread;

addEventListener("message", ({ data, source, ports: [port] }) => {
  if (source !== parent) return;
  if (data.kind === "parse") return parse(data.code, port);
  thread?.terminate();
  thread = undefined;
  if (data.kind !== "start") return;
  thread = threadOf(`(${boot})()`);
  thread.postMessage(data, [port]);
});

/** A classic one, since a thread of modules cannot be made in an opaque origin. @param {string} program */
function threadOf(program) {
  return new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
}

/**
 * An import that fails does not say on which line; a thread whose own program fails to parse does.
 * @param {string} code
 * @param {MessagePort} port
 */
function parse(code, port) {
  const parser = threadOf(`(async()=>{${code}\n})`);
  const answer = (/** @type {object | null} */ place) => {
    parser.terminate();
    port.postMessage(place);
  };
  parser.addEventListener("error", (event) => {
    event.preventDefault();
    answer({ line: event.lineno, message: event.message });
  });
  // A thread that parses has nothing to say, and answers to nothing; only time tells.
  setTimeout(() => answer(null), 2000);
}

/** Runs in the thread: link the modules, which are in an order in which each follows what it imports. */
function boot() {
  const start = async (/** @type {MessageEvent} */ { data, ports: [port] }) => {
    const addresses = new Map();
    for (const { address, text, imports } of data.modules) {
      let linked = text;
      for (const [specifier, imported] of imports) {
        linked = linked.replaceAll(` from "${specifier}"`, ` from "${addresses.get(imported)}"`);
      }
      const blob = new Blob([linked, `\n//# sourceURL=${address}`], { type: "text/javascript" });
      addresses.set(address, URL.createObjectURL(blob));
    }
    const { run } = await import(addresses.get(data.modules.at(-1).address));
    run(port, data);
  };
  addEventListener("message", start, { once: true });
}
