/** What the tabs of this browser tell each other about their documents. */

/**
 * @typedef {object} TabsListener
 * @property {() => string | undefined} open - The id of the document that is open here.
 * @property {() => void} shared - It is open in another tab too.
 * @property {(id: string) => void} stored - Another tab stored it.
 * @property {(id: string) => void} removed - Another tab deleted it.
 */

export class Tabs {
  /** @param {TabsListener} listener */
  constructor(listener) {
    this.listener = listener;
    this.channel = new BroadcastChannel("gym-http.documents");
    this.channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** @param {"opened" | "stored" | "removed"} what @param {string} id */
  tell(what, id) {
    this.channel.postMessage({ what, id });
  }

  /** @param {{what: string, id: string}} message */
  #hear({ what, id }) {
    if (id !== this.listener.open()) return;
    if (what === "opened") this.channel.postMessage({ what: "open-here", id });
    if (what === "opened" || what === "open-here") this.listener.shared();
    if (what === "stored") this.listener.stored(id);
    if (what === "removed") this.listener.removed(id);
  }
}
