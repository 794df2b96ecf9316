/**
 * A program in the fragment of a link: `#1.` and base64url of deflated JSON. Links are read with bounds, since 50 MB fit
 * in 49 KB, and their programs never run by themselves.
 */

/** @typedef {{code: string, env?: string, speed?: string, every?: string}} Shared */

const VERSION = "1.";
const LONGEST_FRAGMENT = 200_000;
const LONGEST_TEXT = 1_000_000;

/** @param {Shared} shared @returns {Promise<string>} The fragment, with "#". */
export async function fragmentOf(shared) {
  const bytes = await collected(new Blob([JSON.stringify(shared)]).stream().pipeThrough(new CompressionStream("deflate-raw")));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `#${VERSION}${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/**
 * @param {string} fragment
 * @returns {Promise<Shared | null>} Null if it has no program.
 * @throws {Error} The program cannot be read; the message says what to do.
 */
export async function sharedIn(fragment) {
  if (!/^#\d+\./.test(fragment)) return null;
  if (!fragment.startsWith(`#${VERSION}`)) throw new Error("The link is from a newer version of the playground; open it there.");
  if (fragment.length > LONGEST_FRAGMENT) throw new Error("The link is too long to be from the playground.");
  try {
    const binary = atob(fragment.slice(VERSION.length + 1).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const text = await collected(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
    return checked(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text)));
  } catch (cause) {
    throw new Error("The link is damaged or incomplete; ask for it again.", { cause });
  }
}

/** @param {any} shared @returns {Shared} */
function checked(shared) {
  if (typeof shared?.code !== "string") throw new TypeError("no code");
  const text = (/** @type {unknown} */ value) => (typeof value === "string" ? value : undefined);
  return { code: shared.code, env: text(shared.env), speed: text(shared.speed), every: text(shared.every) };
}

/** @param {ReadableStream<Uint8Array>} stream @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function collected(stream) {
  const parts = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > LONGEST_TEXT) {
      await reader.cancel();
      throw new RangeError("too long");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer());
}
