/** The header of every page: links to the other pages, the service's health, and its key. */

import { GymHTTPError, health } from "../gymnasium.js";
import { element, say } from "./elements.js";

/** @typedef {import("./service.js").Service} Service */

const EVERY_MS = 5000;

/**
 * Keep the header up to date. Links to other pages keep the service, which is asked on even if it does not answer.
 * @param {Service} service
 * @param {() => void} [onKey] - Called when the visitor has entered a key.
 */
export function watchHeader(service, onKey) {
  for (const link of document.querySelectorAll(".pages a, a.name")) {
    if (link instanceof HTMLAnchorElement) link.href = service.link(link.href);
  }
  element("key").addEventListener("click", async () => {
    if (await service.askForKey()) onKey?.();
  });
  element("key").hidden = !service.apiKey;
  watch(service);
}

/** Show the button that asks for a key, after a call was refused without one. */
export function offerKey() {
  element("key").hidden = false;
}

/** Ask every few seconds while the page is visible. @param {Service} service */
async function watch(service) {
  await show(service);
  setTimeout(() => {
    if (!document.hidden) watch(service);
    else document.addEventListener("visibilitychange", () => watch(service), { once: true });
  }, EVERY_MS);
}

/** @param {Service} service */
async function show(service) {
  const where = element("health");
  try {
    // The page asks again anyway, so the call is not retried.
    const { store, version, gymnasium } = await health({ url: service.url, tries: 1, timeout: 10_000 });
    const at = service.usual ? "" : `${new URL(service.url).host} · `;
    where.dataset.state = "up";
    say(where, `Serving · ${at}${version} · Gymnasium ${gymnasium} · ${store}`);
  } catch (error) {
    if (!(error instanceof GymHTTPError)) throw error;
    where.dataset.state = "down";
    say(where, error.detail);
  }
}
