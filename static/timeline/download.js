/** Downloads what the service makes of an episode: a film, or its arrays. */

import { ConnectionFailed } from "../gymnasium/errors.js";
import { answer } from "../page/answer.js";
import { make } from "../page/elements.js";

/** @type {Record<string, string>} */
const ENDINGS = { "video/mp4": "mp4", "image/webp": "webp", "application/x-npz": "npz" };

/**
 * @param {import("../page/service.js").Service} service
 * @param {string} path
 * @param {string} name - Of the file, without its ending.
 * @param {HTMLElement} button - Tells that it is made.
 * @param {string} [accept]
 * @throws {import("../gymnasium/errors.js").GymHTTPError}
 */
export async function download(service, path, name, button, accept) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const reply = await answer(service, path, { accept });
    const file = await reply.blob().catch(brokenOff);
    const ending = ENDINGS[file.type.split(";")[0]] ?? "bin";
    const href = URL.createObjectURL(file);
    make("a", { href, download: `${name}.${ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Its end failed while its beginning was sent. @param {unknown} cause @returns {never} */
function brokenOff(cause) {
  if (!(cause instanceof TypeError)) throw cause;
  throw new ConnectionFailed(0, { detail: "The download broke off before its end; try again." }, { cause });
}
