/** Text with a terminal's escape sequences for colours (ECMA-48, 8.3.117). */

import { make } from "../page/elements.js";

/** The text with coloured backgrounds as <mark>, and coloured text as <b>. @param {string} text */
export function coloured(text) {
  const [first, ...pieces] = text.split("\u001b[");
  return [first, ...pieces.map(piece)];
}

/** @param {string} text - What follows the start of an escape sequence. */
function piece(text) {
  const [, codes, rest] = /^([\d;]*)m([^]*)$/.exec(text) ?? ["", "", text];
  if (/(^|;)4[0-7]/.test(codes)) return make("mark", {}, rest);
  return /(^|;)3[0-7]/.test(codes) ? make("b", {}, rest) : rest;
}
