/**
 * A lesson: `?lesson=ENV_ID` fixes the environment, and `&hide=PART,PART` hides parts of the page. It is a help against
 * distraction, not a lock.
 */

import { element } from "../page/elements.js";

/** The parts that can be hidden, by selectors. @type {Record<string, string[]>} */
const PARTS = {
  agent: ["#example", "#restore-example"],
  share: ["#share"],
  copy: ["#copies"],
  pace: ["#pause", "#step", "#speed", "#every"],
  play: ["#play"],
  branches: ["#stage > [aria-label=Branch]"],
  readings: ["#readings"],
  timeline: ["#timeline"],
  console: ["#console-panel"],
  curve: ["#curve-panel"],
};

/** Hide what the lesson hides, and fix its environment. @param {string} query - The page's. */
export function applyLesson(query) {
  const asked = new URLSearchParams(query).get("hide") ?? "";
  const hidden = asked.split(",").filter((part) => Object.hasOwn(PARTS, part));
  element("environment", HTMLInputElement).disabled = true;
  for (const selector of hidden.flatMap((part) => PARTS[part])) {
    for (const part of document.querySelectorAll(selector)) {
      const whole = part instanceof HTMLSelectElement ? part.closest(".field") : part;
      whole?.classList.add("left-out");
    }
  }
}
