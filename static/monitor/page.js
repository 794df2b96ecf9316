/** The monitor: every environment of the service, live. */

import { ConnectionFailed, Unauthorized } from "../gymnasium/errors.js";
import { element, say } from "../page/elements.js";
import { offerKey, watchHeader } from "../page/header.js";
import { openService } from "../page/service.js";
import { watchChoices } from "./choices.js";
import { Enlarged } from "./enlarged.js";
import { Feed } from "./feed.js";
import { Instance, idOf } from "./instance.js";
import { Owners } from "./owners.js";
import { Records } from "./records.js";
import { Roster } from "./roster.js";
import { showTotals } from "./totals.js";
import { Wall } from "./wall.js";

/** @typedef {import("../page/parts.js").Part} Part */

const LARGE = 960;
const MOST_FOLLOWED = 200;
const WIDTHS = /** @type {Record<string, number>} */ ({ small: 128, medium: 220, large: 360 });
const REARRANGED_MS = 3_000;

const service = await openService();
/** @type {Map<string, Instance>} */
const known = new Map();
/** Closed instances, which an older list may still contain. @type {Set<string>} */
const gone = new Set();

let density = "medium";
let paused = false;
/** Milliseconds by which the service's clock is ahead. */
let ahead = 0;
let arranged = 0;
/** The id in the address, until its instance is found or another one is opened. */
let asked = idInAddress();
const now = () => Date.now() + ahead;

const wall = new Wall((instance) => enlarged.show(instance), follow);
wall.now = now;
const owners = new Owners(arrange);
wall.fits = (instance) => owners.fits(instance);
const enlarged = new Enlarged(service, follow);
// The list reports a service that cannot be reached.
const feed = new Feed(service, heard, (error) => error instanceof ConnectionFailed || say("said", error.detail));
const records = new Records(service, heard);
const roster = new Roster(service, listed, trouble);

/** @param {Part} part */
function heard({ told, picture }) {
  if (told.now) ahead = Date.parse(told.now) - Date.now();
  if (!told.instance_id) return;
  const instance = known.get(told.instance_id);
  if (!instance) return;
  if (told.gone) return remove(instance);
  instance.learn(told);
  if (picture.length) show(instance, { told, picture });
  if (enlarged.instance === instance) enlarged.paint(now());
  wall.changed(instance);
}

/** @param {Instance} instance @param {Part} part */
function show(instance, part) {
  if (enlarged.instance) {
    if (enlarged.instance === instance) enlarged.screen.show(part);
    return;
  }
  instance.pictured = part.told.revision ?? -1;
  wall.tiles.get(instance.id)?.screen.show(part);
}

/** A new list arrived. @param {[string, string][]} found */
async function listed(found) {
  element("banner").hidden = true;
  document.body.dataset.connected = "true";
  const ids = new Set(found.map(([address]) => idOf(address)));
  for (const instance of known.values()) if (!ids.has(instance.id)) remove(instance, false);
  for (const id of gone) if (!ids.has(id)) gone.delete(id);
  const added = found.map(([address, envId]) => new Instance(address, envId)).filter(({ id }) => !known.has(id) && !gone.has(id));
  for (const instance of added) known.set(instance.id, instance);
  if (added.length) await records.ask(added.map(({ address }) => address));
  if (added.length || !known.size) arrange();
  const wanted = asked && known.get(asked);
  if (wanted) enlarged.show(wanted);
  else if (asked) say("said", `There is no environment ${asked}; it was closed or has expired.`);
  asked = null;
  document.body.dataset.ready = "true";
}

/** @param {Instance} instance @param {boolean} [told] - Reported by its stream, before the list. */
function remove(instance, told = true) {
  known.delete(instance.id);
  if (told) gone.add(instance.id);
  if (enlarged.instance === instance) {
    enlarged.gone();
    say("said", `${instance.envId} ${instance.shortId} was closed.`);
  }
  arrange();
}

function arrange() {
  arranged = performance.now();
  owners.offer(known.values());
  wall.arrange(known.values());
  element("empty").hidden = known.size > 0;
  showTotals(known.values(), now());
}

/** @param {import("../gymnasium/errors.js").GymHTTPError} error @param {number} seconds - Until the next attempt. */
function trouble(error, seconds) {
  const refused = error instanceof Unauthorized;
  if (refused) offerKey();
  element("banner").hidden = false;
  say("banner", refused ? "This service shows its environments only with an API key." : `${error.detail} Trying again in ${Math.ceil(seconds)} s.`);
  document.body.dataset.connected = "false";
}

/** Follow what is in the window, or only the enlarged one. */
function follow() {
  if (paused || document.hidden) return feed.stop();
  if (enlarged.instance) return feed.follow({ ids: [enlarged.instance.address], width: LARGE, known: "" });
  const seen = wall.seen.slice(0, MOST_FOLLOWED);
  const pictured = seen.filter(({ pictured }) => pictured >= 0);
  feed.follow({
    ids: seen.map(({ address }) => address),
    width: Math.round(WIDTHS[density] * Math.min(devicePixelRatio, 2)),
    known: pictured.map(({ id, pictured }) => `${id.slice(0, 8)}-${pictured}`).join("."),
  });
  records.skip(new Set(seen.map(({ address }) => address)));
}

function goOn() {
  const stopped = paused || document.hidden;
  if (stopped) for (const each of [roster, records, feed]) each.stop();
  else {
    roster.start();
    records.start(() => [...known.values()].map(({ address }) => address));
    follow();
  }
}

function tick() {
  if (paused || document.hidden) return;
  wall.tick();
  if (enlarged.instance) enlarged.paint(now());
  showTotals(known.values(), now());
  if (performance.now() - arranged > REARRANGED_MS) arrange();
}

function idInAddress() {
  const id = location.hash.slice(1);
  return /^[0-9a-f-]{36}$/.test(id) ? id : null;
}

element("pause").addEventListener("click", () => {
  paused = !paused;
  element("pause").setAttribute("aria-pressed", String(paused));
  say("pause", paused ? "Resume" : "Pause");
  goOn();
});
document.addEventListener("visibilitychange", goOn);
addEventListener("hashchange", () => {
  const id = idInAddress();
  const instance = id && known.get(id);
  if (instance && instance !== enlarged.instance) enlarged.show(instance);
});
element("curl").textContent = element("curl").textContent?.replaceAll("http://127.0.0.1:5000", service.url) ?? "";
element("playground").setAttribute("href", service.link("agent.html"));

watchChoices((chosen) => {
  wall.filter = chosen.filter.trim().toLowerCase();
  wall.sort = chosen.sort;
  if (density !== chosen.density) for (const instance of known.values()) instance.pictured = -1;
  density = chosen.density;
  wall.place.dataset.density = density;
  arrange();
  if (known.size === 0) element("empty").hidden = true;
  follow();
});
watchHeader(service, goOn);
setInterval(tick, 1_000);
goOn();
