/** Makes what is published, dist/: the modules that the server serves as they are, and the types that they declare. */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const STATIC = path("../../static/");
const TSC = path("../../infra/javascript/node_modules/.bin/tsc");
const DIST = path("dist/");

if (!existsSync(TSC)) {
  throw new Error("There is no compiler of types; run `npm ci --prefix infra/javascript` in the clone first.");
}
rmSync(DIST, { recursive: true, force: true });
cpSync(`${STATIC}gymnasium.js`, `${DIST}gymnasium.js`);
cpSync(`${STATIC}gymnasium`, `${DIST}gymnasium`, { recursive: true });
execFileSync(TSC, [
  ...[`${STATIC}gymnasium.js`, `${STATIC}gymnasium/session.js`],
  ...["--allowJs", "--declaration", "--emitDeclarationOnly", "--outDir", DIST],
  ...["--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler"],
  ...["--lib", "es2023,dom,dom.iterable"],
]);
