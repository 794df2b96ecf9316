/** Documents and their versions. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { documentOf, fileOf, freeName, keepVersion, leadingComment, nameOf, rewrite } from "../../../../static/agent/documents/document.js";

const MINUTE_MS = 60_000;

test("a new document has an id of its own and no revision, whatever it was made from", () => {
  const first = documentOf({ name: "  Mine ", code: "1" });
  const copy = documentOf({ ...first, revision: 7 });
  assert.notEqual(first.id, copy.id);
  assert.match(first.id, /^[0-9a-f]{16}$/);
  assert.deepEqual([copy.name, copy.code, copy.revision, copy.unread], ["Mine", "1", 0, false]);
});

test("the last ten versions are kept, the newest first, and none twice in a row or empty", () => {
  const document = documentOf({ name: "Mine", code: "" });
  keepVersion(document);
  assert.deepEqual(document.versions, []);
  for (let i = 0; i < 12; i++) {
    document.code = String(i);
    keepVersion(document);
    keepVersion(document);
  }
  assert.deepEqual(document.versions.map(({ code }) => code), ["11", "10", "9", "8", "7", "6", "5", "4", "3", "2"]);
});

test("what is typed is kept as a version every five minutes, and where half of it is removed at once", () => {
  mock.timers.enable({ apis: ["Date"], now: 100 * MINUTE_MS });
  const document = documentOf({ name: "Mine", code: "aaaa" });
  const codes = () => document.versions.map(({ code }) => code);
  rewrite(document, "aaaab");
  rewrite(document, "aaaabc");
  assert.deepEqual(codes(), ["aaaa"]);
  mock.timers.tick(6 * MINUTE_MS);
  rewrite(document, "aaaabcd");
  assert.deepEqual(codes(), ["aaaabc", "aaaa"]);
  rewrite(document, "");
  assert.deepEqual(codes(), ["aaaabcd", "aaaabc", "aaaa"]);
  assert.equal(document.code, "");
  mock.timers.reset();
});

test("names are bounded and free, and make the name of a file", () => {
  assert.equal(nameOf("  "), "Untitled");
  assert.equal(nameOf("x".repeat(200)).length, 80);
  assert.equal(freeName("Mine", ["Mine", "Mine (2)"]), "Mine (3)");
  assert.equal(fileOf(documentOf({ name: "CartPole: balance/by ✓ a rule", code: "" })), "CartPole-balance-by-a-rule.js");
  assert.equal(fileOf(documentOf({ name: "../..", code: "" })), "agent.js");
});

test("the comment that code begins with is one paragraph", () => {
  assert.equal(leadingComment("// One line,\n//  and   another.\nlet a; // not this\n"), "One line, and another.");
  assert.equal(leadingComment("let a;\n// not this\n"), "");
});
