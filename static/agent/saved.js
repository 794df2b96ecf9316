/** The visitor's last agent, stored in this browser. */

const PLACE = "gym-http.playground";

/** @typedef {import("./share.js").Shared & {example?: string}} Saved */

/** @returns {Saved | null} */
export function saved() {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "null");
    return typeof found?.code === "string" ? found : null;
  } catch {
    // Storage is forbidden, or another program wrote to it.
    return null;
  }
}

/** @param {Saved} state @returns {boolean} Whether it could be stored. */
export function save(state) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(state));
    return true;
  } catch {
    return false;
  }
}
