/** Shows an environment's picture as a canvas or text, or why there is none. Skips pictures that are out of date. */

import { coloured } from "./terminal.js";

/** @typedef {import("../page/parts.js").Part} Part */

export class Screen {
  /** @param {{canvas: HTMLCanvasElement, text: HTMLElement, none: HTMLElement}} places */
  constructor({ canvas, text, none }) {
    this.canvas = canvas;
    this.text = text;
    this.none = none;
    this.decoding = false;
    /** @type {Part | null} */
    this.waiting = null;
  }

  /** @param {Part} part - With a picture. */
  async show(part) {
    if (part.told.content_type === "text/plain") {
      this.text.replaceChildren(...coloured(new TextDecoder().decode(part.picture)));
      return this.#only(this.text);
    }
    this.waiting = part;
    if (this.decoding) return;
    this.decoding = true;
    while (this.waiting) {
      const { picture, told } = this.waiting;
      this.waiting = null;
      const bitmap = await createImageBitmap(new Blob([picture], { type: told.content_type ?? "" }));
      this.#draw(bitmap);
      bitmap.close();
    }
    this.decoding = false;
  }

  /** @param {string} why */
  blind(why) {
    this.waiting = null;
    if (this.none.textContent !== why) this.none.textContent = why;
    this.#only(this.none);
  }

  /** @param {ImageBitmap} bitmap */
  #draw(bitmap) {
    const { canvas } = this;
    // Setting a canvas's size clears it and forces a layout.
    if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
    if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    canvas.dataset.frames = String(Number(canvas.dataset.frames ?? 0) + 1);
    this.#only(canvas);
  }

  /** @param {HTMLElement} place */
  #only(place) {
    for (const each of [this.canvas, this.text, this.none]) if (each.hidden !== (each !== place)) each.hidden = each !== place;
  }
}
