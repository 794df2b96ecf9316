/** The landing page: whether the service answers, a first call to copy, and what exists there now. */

import { API_URL } from "./config.js";
import { GymHTTPError, Unauthorized, health, instances } from "./gymnasium.js";

const EVERY_MS = 5000;
const MOST_SHOWN = 100;

// The page asks again by itself, so a call need not.
const service = { url: API_URL, tries: 1, timeout: 10_000 };
const origin = (API_URL || location.origin).replace(/\/+$/, "");

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** A live region is spoken whenever it is written to, so the same text is not written twice.
 * @param {string} id
 * @param {string} text */
function say(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

/** @param {unknown} error @returns {string} */
function words(error) {
  if (!(error instanceof GymHTTPError)) throw error;
  return error.detail;
}

async function showHealth() {
  try {
    const { store, version, gymnasium } = await health(service);
    element("health").dataset.state = "up";
    say("health", `Serving · ${version} · Gymnasium ${gymnasium} · ${store}`);
  } catch (error) {
    element("health").dataset.state = "down";
    say("health", words(error));
  }
}

async function showInstances() {
  try {
    const found = Object.entries(await instances(service));
    const shown = found.slice(0, MOST_SHOWN);
    element("instances").replaceChildren(...shown.map(row));
    say("count", found.length > shown.length ? `${shown.length} of ${found.length}` : String(found.length || ""));
    say("none", found.length ? "" : "None yet. The call above makes one, and it appears here.");
  } catch (error) {
    element("instances").replaceChildren();
    say("count", "");
    say("none", error instanceof Unauthorized ? "They are shown to holders of an API key only." : words(error));
  }
}

/** @param {[string, string]} instance */
function row([instanceId, envId]) {
  const item = document.createElement("li");
  const [name, id] = [document.createElement("span"), document.createElement("code")];
  name.textContent = envId;
  id.textContent = instanceId;
  item.append(name, id);
  return item;
}

/** Ask, and again after a while; a hidden page waits until it is seen. */
async function watch() {
  await Promise.all([showHealth(), showInstances()]);
  setTimeout(() => {
    if (!document.hidden) watch();
    else document.addEventListener("visibilitychange", watch, { once: true });
  }, EVERY_MS);
}

async function copy() {
  const code = element("curl");
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    say("copied", "Copied.");
  } catch {
    // There is no clipboard on a page that is not secure.
    getSelection()?.selectAllChildren(code);
    say("copied", "Selected; copy it with Ctrl+C.");
  }
  setTimeout(() => say("copied", ""), 3000);
}

element("curl").textContent = element("curl").textContent?.replaceAll("http://127.0.0.1:5000", origin) ?? "";
element("docs").setAttribute("href", `${origin}/docs`);
element("openapi").setAttribute("href", `${origin}/openapi.json`);
element("copy").addEventListener("click", copy);
watch();
