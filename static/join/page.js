/** Joins a class: stores the key of the link in this browser once the visitor agrees, and goes on to the lesson. */

import { GymHTTPError, Unauthorized, instances } from "../gymnasium.js";
import { element, say } from "../page/elements.js";
import { watchHeader } from "../page/header.js";
import { openService } from "../page/service.js";
import { invitationOf } from "./invitation.js";

const service = await openService();
const invitation = invitationOf(location.hash);
// The key is not left in the address bar, for others to read.
history.replaceState(null, "", location.pathname + location.search);

async function join() {
  if (!invitation) return;
  say("said", "");
  try {
    await instances({ ...service.options, apiKey: invitation.key, tries: 2, timeout: 10_000, most: 1 });
  } catch (error) {
    if (!(error instanceof GymHTTPError)) throw error;
    return say("said", error instanceof Unauthorized ? "This service does not know the link’s key. Ask for a new link." : error.detail);
  }
  service.useKey(invitation.key);
  location.replace(service.link(invitation.goal));
}

watchHeader(service);
if (!invitation) say("words", "This is no link of a class, or a part of it is missing. Copy the whole link.");
else if (service.apiKey === invitation.key) await join();
else {
  const replaces = service.apiKey ? " The key that this browser has for it now is replaced." : "";
  say("words", `You work on ${new URL(service.url).host} as ${invitation.name}, in this browser, until you enter another key.${replaces}`);
  element("join").hidden = false;
  element("join").addEventListener("click", join);
}
document.body.dataset.ready = "true";
