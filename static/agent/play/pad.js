/** Buttons that stand for keys, where an environment is played by touch. */

import { make } from "../../page/elements.js";

/** @typedef {import("./keymap.js").Keymap} Keymap */

export class Pad {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {import("./keyboard.js").KeyboardPlay | undefined} */
    this.play = undefined;
  }

  /** Press the keys of this play from now on. @param {import("./keyboard.js").KeyboardPlay} play */
  serve(play) {
    this.play = play;
  }

  /** Show these buttons, or with none hide them. @param {Keymap["buttons"]} buttons */
  show(buttons) {
    this.play = undefined;
    this.place.hidden = !buttons.length;
    this.place.replaceChildren(...buttons.map((button) => this.#button(button)));
  }

  /** @param {Keymap["buttons"][number]} button */
  #button({ code, sign, meaning }) {
    const button = make("button", { "type": "button", "data-code": code }, make("span", { "aria-hidden": "true" }, sign), meaning);
    button.addEventListener("pointerdown", (event) => {
      // The finger may slide off the button; its release is still this button's.
      button.setPointerCapture(event.pointerId);
      this.play?.press(code);
    });
    for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, () => this.play?.release(code));
    // A screen reader clicks without a pointer.
    button.addEventListener("click", ({ detail }) => detail === 0 && this.play?.tap(code));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    return button;
  }
}
