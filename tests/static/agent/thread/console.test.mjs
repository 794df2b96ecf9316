/** The agent's console, without a page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { format } from "../../../../static/agent/thread/format.js";
import { inspect } from "../../../../static/agent/thread/inspect.js";
import { captureConsole } from "../../../../static/agent/thread/logging.js";
import { Output } from "../../../../static/agent/thread/output.js";
import { tableOf } from "../../../../static/agent/thread/table.js";

/** What a program prints, as lines. */
function printed(program) {
  const sent = [];
  const output = new Output({ postMessage: ({ lines }) => sent.push(...lines) });
  const target = {};
  captureConsole(output, target);
  program(target);
  output.flush();
  return sent;
}
const texts = (program) => printed(program).map(({ text }) => text);

test("the result of a step is shown by its names", () => {
  const step = Object.assign([[0.5, -1], 1, false, false, {}], {});
  Object.assign(step, { observation: step[0], reward: 1, terminated: false, truncated: false, info: step[4] });
  assert.equal(inspect(step), "{observation: [0.5, -1], reward: 1, terminated: false, truncated: false, info: {}}");
  assert.equal(inspect(Object.assign([1, 2], { extra: "x" })), '[1, 2, extra: "x"]');
});

test("objects have their names, and values their own notation", () => {
  class Agent {
    constructor() {
      this.q = new Map([["left", 1]]);
      this.seen = new Set([1, 2]);
    }
  }
  assert.equal(inspect(new Agent()), 'Agent {q: Map(1) {"left" => 1}, seen: Set(2) {1, 2}}');
  assert.equal(inspect(new Float32Array([1, 0.5])), "Float32Array(2) [1, 0.5]");
  const value = { "a b": 1n, f: Math.max, none: undefined, minus: -0, at: new Date(0), bad: NaN, r: /x/g };
  assert.equal(inspect(value), '{"a b": 1n, f: ƒ max, none: undefined, minus: -0, at: 1970-01-01T00:00:00.000Z, bad: NaN, r: /x/g}');
  assert.match(inspect(new TypeError("no")), /^TypeError: no/);
});

test("values that contain themselves, throw or are huge end", () => {
  const loop = { name: "loop" };
  loop.self = loop;
  assert.equal(inspect(loop), '{name: "loop", self: [Circular]}');
  assert.equal(inspect({ get trap() { throw new Error("called"); } }), "{trap: (...)}");
  assert.equal(inspect(new Proxy({}, { ownKeys: () => { throw new Error("no"); } })), "[not readable]");
  const deep = [[[[[[1]]]]]];
  assert.equal(inspect(deep), "[[[[Array(1)]]]]");
  const wide = Array.from({ length: 1000 }, () => Array.from({ length: 1000 }, () => "x".repeat(5)));
  assert.ok(inspect(wide).length < 10_000);
  assert.match(inspect(Array(1000).fill(0)), /… 900 more\]$/);
  assert.ok(inspect("x".repeat(1e6)).length < 2000);
});

test("the formats of a first string take the arguments after it", () => {
  assert.equal(format(["%s is %d, %f, %i%%", "x", "42.9", "1.5", 7.9]), "x is 42, 1.5, 7%");
  assert.equal(format(["%o and %c%O", { a: 1 }, "color: red", [2], "rest", 3]), "{a: 1} and [2] rest 3");
  assert.equal(format(["100%"]), "100%");
  assert.equal(format(["%s %s", 1]), "1 %s");
  assert.equal(format(["a", { b: "c" }]), 'a {b: "c"}');
});

test("a table has a row for each item and a column for each key", () => {
  assert.deepEqual(tableOf([{ a: 1, b: "x" }, { a: 2, c: 3 }]), {
    columns: ["(index)", "a", "b", "c"],
    rows: [["0", "1", "x", ""], ["1", "2", "", "3"]],
    more: 0,
  });
  assert.deepEqual(tableOf(new Map([["k", 5]])), { columns: ["(index)", "Value"], rows: [["k", "5"]], more: 0 });
  assert.deepEqual(tableOf([{ a: 1, b: 2 }], ["b"]).columns, ["(index)", "b"]);
  assert.equal(tableOf(7), null);
  const large = tableOf(Array.from({ length: 500 }, () => Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`c${i}`, "y".repeat(999)]))));
  assert.deepEqual([large.rows.length, large.columns.length, large.more], [50, 21, 450]);
  assert.ok(large.rows[0][1].length <= 100);
});

test("groups indent, and their end brings back", () => {
  const lines = printed((console) => {
    console.group("episode %d", 1);
    console.log("in");
    console.groupEnd();
    console.groupEnd();
    console.log("out");
  });
  assert.deepEqual(lines.map(({ text, depth }) => [text, depth]), [["episode 1", 0], ["in", 1], ["out", 0]]);
});

test("an assertion speaks when it fails alone", () => {
  const lines = printed((console) => {
    console.assert(true, "not this");
    console.assert(1 === 2, "%s differ", "they");
    console.assert(false, { a: 1 });
  });
  assert.deepEqual(lines.map(({ level, text }) => [level, text]), [["error", "Assertion failed: they differ"], ["error", "Assertion failed {a: 1}"]]);
});

test("timers and counters go by their labels", () => {
  const [log, end, unknown, ...counts] = texts((console) => {
    console.time("t");
    console.timeLog("t", "so far");
    console.timeEnd("t");
    console.timeEnd("t");
    console.count();
    console.count();
    console.countReset();
    console.count();
  });
  assert.match(log, /^t: \d+\.\d\d ms so far$/);
  assert.match(end, /^t: \d+\.\d\d ms$/);
  assert.equal(unknown, "Timer 't' does not exist");
  assert.deepEqual(counts, ["default: 1", "default: 2", "default: 1"]);
});

test("a flood is counted, of tables too", () => {
  const sent = [];
  const output = new Output({ postMessage: (message) => sent.push(message) });
  const target = {};
  captureConsole(output, target);
  output.credit = -100;
  for (let i = 0; i < 100; i++) target.table(Array(50).fill({ a: 1 }));
  output.flush();
  assert.equal(sent[0].lines.length, 3);
  assert.equal(sent[0].dropped, 97);
});

test("the first lines are sent at once, since a loop may follow that never yields", () => {
  const sent = [];
  const output = new Output({ postMessage: ({ lines }) => sent.push(...lines) });
  const target = {};
  captureConsole(output, target);
  for (let i = 0; i < 10; i++) target.log(i);
  assert.equal(sent.length, 10);
  let messages = 0;
  output.port = { postMessage: () => messages++ };
  for (const end = performance.now() + 300; performance.now() < end; ) target.log("flood");
  assert.ok(messages < 40, `${messages} messages in 300 ms`);
});
