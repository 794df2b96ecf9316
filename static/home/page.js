/** The landing page: an episode that runs, a first one to copy, and the environments that exist now. */

import { GymHTTPError, Unauthorized, instances } from "../gymnasium.js";
import { element, make, say } from "../page/elements.js";
import { offerKey, watchHeader } from "../page/header.js";
import { openService } from "../page/service.js";
import { watchTabs } from "../page/tabs.js";
import { LiveEpisode } from "./live.js";

const EVERY_MS = 5000;
const MOST_SHOWN = 100;
const MOST_COUNTED = 1_000;

const service = await openService();

async function showInstances() {
  try {
    // The page asks again anyway, so the call is not retried.
    const options = { ...service.options, tries: 1, timeout: 10_000, most: MOST_COUNTED };
    const found = Object.entries(await instances(options));
    const shown = found.slice(0, MOST_SHOWN);
    element("instances").replaceChildren(...shown.map(row));
    const number = found.length < MOST_COUNTED ? `${found.length}` : `${found.length} or more`;
    say("count", found.length > shown.length ? `${shown.length} of ${number}` : String(found.length || ""));
    say("none", found.length ? "" : "None yet. Create one with the call above.");
  } catch (error) {
    if (!(error instanceof GymHTTPError)) throw error;
    element("instances").replaceChildren();
    say("count", "");
    const refused = error instanceof Unauthorized;
    if (refused) offerKey();
    say("none", refused ? "They are only shown with an API key." : error.detail);
  }
}

/** @param {[string, string]} instance */
function row([instanceId, envId]) {
  const link = make("a", { href: service.link(`monitor.html#${instanceId}`) }, envId);
  return make("li", {}, link, make("code", {}, instanceId));
}

/** Refresh every few seconds while the page is visible. */
async function watch() {
  await showInstances();
  setTimeout(() => {
    if (!document.hidden) watch();
    else document.addEventListener("visibilitychange", watch, { once: true });
  }, EVERY_MS);
}

const CODES = ["python", "javascript", "curl"].map((id) => element(id));

async function copy() {
  const code = CODES.find(({ offsetParent }) => offsetParent) ?? CODES[0];
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    say("copied", "Copied.");
  } catch {
    // Only secure pages have a clipboard.
    getSelection()?.selectAllChildren(code);
    say("copied", "Selected. Copy it with Ctrl+C.");
  }
  setTimeout(() => say("copied", ""), 3000);
}

const client = new URL("gymnasium.js", document.baseURI).href;
for (const code of CODES) {
  const text = code.textContent?.replace("http://127.0.0.1:5000/gymnasium.js", client) ?? "";
  code.textContent = text.replaceAll("http://127.0.0.1:5000", service.url);
}
element("playground").setAttribute("href", service.link("agent.html"));
element("docs").setAttribute("href", service.link("docs.html"));
element("openapi").setAttribute("href", `${service.url}/openapi.json`);
element("copy").addEventListener("click", copy);
watchTabs(element("languages"));
watchHeader(service, showInstances);
watch();
const live = new LiveEpisode(service);
// One who wants no motion begins it.
if (!matchMedia("(prefers-reduced-motion: reduce)").matches && !document.hidden) live.play();
