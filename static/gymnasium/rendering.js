/** The result of `render`: pictures or text, in the forms that pages and programs use. */

/**
 * The reply of `render/` and `monitor/render/`.
 * @typedef {object} RenderReply
 * @property {string} render_mode
 * @property {string} content_type
 * @property {string} encoding
 * @property {string | string[] | string[][]} data
 */

/** One picture, several, or text. A vector environment has those of all sub-environments, in order. */
export class Rendering {
  /** @param {RenderReply} reply */
  constructor(reply) {
    this.renderMode = reply.render_mode;
    /** "image/png", or "text/plain" for the mode ansi. */
    this.contentType = reply.content_type;
    // The reply's own names too, which code for gymnasium-http-api reads.
    this.render_mode = reply.render_mode;
    this.content_type = reply.content_type;
    this.encoding = reply.encoding;
    this.data = reply.data;
  }

  /** The pictures in base64, oldest first; empty for text. @returns {string[]} */
  get frames() {
    return this.encoding === "base64" ? this.#all : [];
  }

  /** The text, with escape sequences for colours; null for pictures. */
  get text() {
    return this.encoding === "base64" ? null : this.#all.join("\n");
  }

  /** The latest picture as a `data:` URL, for the `src` of an `<img>`; null if there is none. */
  get url() {
    return this.urls.at(-1) ?? null;
  }

  /** Every picture as a `data:` URL. */
  get urls() {
    return this.frames.map((frame) => `data:${this.contentType};base64,${frame}`);
  }

  /** The latest picture as a Blob, for `createImageBitmap`; null if there is none. */
  get blob() {
    const frame = this.frames.at(-1);
    if (frame === undefined) return null;
    const bytes = Uint8Array.from(atob(frame), (character) => character.charCodeAt(0));
    return new Blob([bytes], { type: this.contentType });
  }

  get #all() {
    return [this.data].flat(2);
  }
}
