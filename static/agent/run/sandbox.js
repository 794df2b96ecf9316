/**
 * The frame in which agents run. It is sandboxed: its origin is opaque, and it cannot reach this page, its storage, or
 * the network except for modules that it imports. A classic script, since a module would be fetched across origins.
 *
 * The page sends `start` with a port for a new thread, `stop` to terminate the thread, or `parse` with a port to which
 * the place of a syntax error is sent.
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

/** A classic worker, since an opaque origin cannot create module workers. @param {string} program */
function threadOf(program) {
  return new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
}

/**
 * Find a syntax error. A failed import does not tell its line; a worker whose script fails to parse does.
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
    // In Firefox it says nothing of the place, and the failed import has told it.
    answer(event instanceof ErrorEvent ? { line: event.lineno, message: event.message } : null);
  });
  // A worker without an error sends nothing, so wait.
  setTimeout(() => answer(null), 2000);
}

/** Runs in the thread: link the modules, each of which follows its imports. */
function boot() {
  const start = async (/** @type {MessageEvent} */ { data, ports: [port] }) => {
    const addresses = new Map();
    for (const { address, text, imports } of data.modules) {
      let linked = text;
      for (const [specifier, imported] of imports) {
        for (const before of [" from ", "await import("]) {
          linked = linked.replaceAll(`${before}"${specifier}"`, `${before}"${addresses.get(imported)}"`);
        }
      }
      const blob = new Blob([linked, `\n//# sourceURL=${address}`], { type: "text/javascript" });
      addresses.set(address, URL.createObjectURL(blob));
    }
    const { run } = await import(addresses.get(data.modules.at(-1).address));
    run(port, data);
  };
  addEventListener("message", start, { once: true });
}
