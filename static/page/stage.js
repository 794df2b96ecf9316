/** The picture of the environment. Skips pictures that come faster than they can be shown. */

import { element } from "./elements.js";

/** A frame in base64 or as bytes, or a text. @typedef {{contentType: string, frame: string | Uint8Array<ArrayBuffer> | null,
 *   text: string | null}} Picture */

export class Stage {
  constructor() {
    this.canvas = element("picture", HTMLCanvasElement);
    this.text = element("picture-text");
    /** @type {Picture | null} */
    this.next = null;
    this.showing = false;
    /** How often the stage was cleared. */
    this.cleared = 0;
  }

  /** @param {Picture} picture */
  async show(picture) {
    this.next = picture;
    if (this.showing) return;
    this.showing = true;
    try {
      while (this.next) {
        const now = this.next;
        this.next = null;
        await this.#draw(now);
      }
    } finally {
      this.showing = false;
    }
  }

  /** Show no picture, nor one that is still being decoded. */
  clear() {
    this.next = null;
    this.cleared++;
    this.canvas.hidden = true;
    this.text.hidden = true;
    element("picture-none").hidden = false;
  }

  /** @param {Picture} picture */
  async #draw({ contentType, frame, text }) {
    const { cleared } = this;
    const bitmap = text === null && frame !== null ? await bitmapOf(frame, contentType) : null;
    if (cleared !== this.cleared) return;
    element("picture-none").hidden = true;
    this.canvas.hidden = text !== null;
    this.text.hidden = text === null;
    if (text !== null) this.text.textContent = plain(text);
    if (bitmap) this.#paint(bitmap);
  }

  /** @param {ImageBitmap} bitmap */
  #paint(bitmap) {
    const { canvas } = this;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    }
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    canvas.dataset.frames = String(Number(canvas.dataset.frames ?? 0) + 1);
  }
}

/** @param {string | Uint8Array<ArrayBuffer>} frame @param {string} type */
function bitmapOf(frame, type) {
  const bytes = typeof frame === "string" ? Uint8Array.from(atob(frame), (character) => character.charCodeAt(0)) : frame;
  return createImageBitmap(new Blob([bytes], { type }));
}

/** The text without escape sequences for colours. @param {string} text */
const plain = (text) => text.replaceAll(/\u001b\[[\d;]*m/g, "");
