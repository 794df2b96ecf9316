/** The references of a document, as the page of the API follows them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { resolved } from "../../../static/page/references.js";

const DOCUMENT = {
  paths: { "/a/~b/": { get: { reply: { $ref: "#/components/schemas/Reply" }, list: [{ $ref: "#/components/schemas/Leaf" }, 1, null] } } },
  components: {
    schemas: {
      Reply: { properties: { leaf: { $ref: "#/components/schemas/Leaf", title: "Mine" } } },
      Leaf: { type: "string", title: "Leaf" },
      Tree: { items: { $ref: "#/components/schemas/Tree" }, leaf: { $ref: "#/components/schemas/Leaf" } },
      Lost: { $ref: "#/components/schemas/Nothing" },
      Odd: { properties: { $ref: { type: "string" } } },
    },
  },
};
const of = (name) => resolved(DOCUMENT, ["components", "schemas", name]);

test("what a reference leads to stands in its place, and what stands beside it goes before", () => {
  const leaf = { type: "string", title: "Leaf" };
  assert.deepEqual(resolved({ ...DOCUMENT, paths: { a: { $ref: "#/components/schemas/Leaf" } } }, ["paths", "a"]), leaf);
  assert.deepEqual(resolved(DOCUMENT, ["paths", "/a/~b/", "get", "list"]), [leaf, 1, null]);
  assert.deepEqual(of("Reply").properties.leaf, { type: "string", title: "Mine" });
});

test("slashes and tildes in a reference are escaped", () => {
  const value = { deep: { "x/y~z": { type: "null" } }, it: { $ref: "#/deep/x~1y~0z" } };
  assert.deepEqual(resolved(value, ["it"]), { type: "null" });
});

test("a schema within itself stays a reference there", () => {
  const tree = { $ref: "#/components/schemas/Tree" };
  assert.deepEqual(of("Tree").leaf, { type: "string", title: "Leaf" });
  assert.deepEqual(of("Tree").items, { items: tree, leaf: { type: "string", title: "Leaf" } });
});

test("what leads nowhere, and a property of that name, stay as they are", () => {
  assert.deepEqual(of("Lost"), { $ref: "#/components/schemas/Nothing" });
  assert.deepEqual(of("Odd"), { properties: { $ref: { type: "string" } } });
  assert.equal(resolved(DOCUMENT, ["components", "securitySchemes"]), null);
});

test("the document is left as it was", () => {
  const before = structuredClone(DOCUMENT);
  of("Reply").properties.leaf.title = "Another";
  assert.deepEqual(DOCUMENT, before);
});
