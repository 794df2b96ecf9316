/** Text that was written for a terminal, which colours it by escape sequences (ECMA-48, 8.3.117). */

import { make } from "../page/elements.js";

/** The text with a mark where its ground is coloured, and bold where it is itself. @param {string} text */
export function coloured(text) {
  const [first, ...pieces] = text.split("\u001b[");
  return [first, ...pieces.map(piece)];
}

/** @param {string} text - What follows the beginning of an escape sequence. */
function piece(text) {
  const [, codes, rest] = /^([\d;]*)m([^]*)$/.exec(text) ?? ["", "", text];
  if (/(^|;)4[0-7]/.test(codes)) return make("mark", {}, rest);
  return /(^|;)3[0-7]/.test(codes) ? make("b", {}, rest) : rest;
}
