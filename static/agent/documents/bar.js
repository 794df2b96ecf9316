/** What stands above the editor: the document's name, what it is about, and what the visitor should know of it. */

import { element, say } from "../../page/elements.js";

export const UNREAD = "This agent came with a link. Read it before you run it.";

/** @typedef {{name: string, stored: boolean, unread: boolean, about: string}} Shown */

export class Bar {
  /** @param {{rename: (name: string) => void, list: () => void, versions: () => void}} to */
  constructor(to) {
    this.name = element("document-name", HTMLInputElement);
    this.name.addEventListener("change", () => to.rename(this.name.value));
    this.name.addEventListener("keydown", ({ key }) => key === "Enter" && this.name.blur());
    element("documents").addEventListener("click", to.list);
    element("versions").addEventListener("click", to.versions);
  }

  /** @param {Shown} shown - `stored` where it is a document of this browser. */
  show({ name, stored, unread, about }) {
    if (document.activeElement !== this.name) this.name.value = name;
    element("versions", HTMLButtonElement).disabled = !stored;
    element("about").textContent = about;
    element("about").hidden = !about;
    element("unread").hidden = !unread;
    say("unread", unread ? UNREAD : "");
  }

  /** @param {string} text */
  tell(text) {
    say("document-state", text);
  }
}
