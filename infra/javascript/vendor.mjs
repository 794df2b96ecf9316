/**
 * Bundles the libraries of the pages into ES modules without imports, with their licences: `make vendor`.
 *
 * The same lock file gives the same bytes, which a test holds against what is committed.
 */

import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "node_modules");
const SWAGGER = "swagger-ui-es-bundle.js";
const into = process.argv[2] ?? join(here, "../../static/vendor");

/** The folder of the package that a bundled file is from; null for a file of this folder.
 * @param {string} input */
function packageOf(input) {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? null;
}

/** A package's licence, and its notices of what it has bundled itself.
 * @param {string} name @returns {Promise<string>} */
async function licenceOf(name) {
  const folder = join(packages, name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((each) => /^(licen[cs]e|notice)/i.test(each) || each === `${SWAGGER}.LICENSE.txt`);
  if (!files.some((each) => /^licen[cs]e/i.test(each))) throw new Error(`${name} ships no licence.`);
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), "utf8")));
  return `${name} ${version} (${license})\n\n${texts.map((text) => text.trim()).join("\n\n")}\n`;
}

await mkdir(into, { recursive: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { codemirror: "codemirror.js", uplot: "uplot", "swagger-ui": `swagger-ui-dist/${SWAGGER}` },
  outdir: into,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // The licences have a file of their own.
  legalComments: "none",
  metafile: true,
});
await copyFile(join(packages, "uplot/dist/uPlot.min.css"), join(into, "uplot.css"));
const styles = await readFile(join(packages, "swagger-ui-dist/swagger-ui.css"), "utf8");
await writeFile(join(into, "swagger-ui.css"), styles.replace(/\n*\/\*# sourceMappingURL=.*?\*\/\s*$/, "\n"));
// The types of the bundles, for tsc, are those of what they are made of.
await copyFile(join(here, "codemirror.js"), join(into, "codemirror.d.ts"));
await writeFile(join(into, "uplot.d.ts"), 'export { default } from "uplot";\n');
await writeFile(join(into, "swagger-ui.d.ts"), "/** Its package has no types. */\nexport default function SwaggerUI(options: Record<string, unknown>): unknown;\n");

const names = new Set(Object.keys(metafile.inputs).map(packageOf));
const licences = await Promise.all([...names].filter((name) => name !== null).sort().map(licenceOf));
await writeFile(join(into, "LICENSES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
