/**
 * A lesson: `?lesson=ENV_ID` fixes the environment, and `&hide=PART,PART` hides parts of the page. It is a help against
 * distraction, not a lock.
 */

import { element } from "../page/elements.js";

/** @typedef {{envId: string, hidden: string[]}} Lesson */

/** The parts that can be hidden, by selectors. @type {Record<string, string[]>} */
const PARTS = {
  agent: ["#example", "#restore-example"],
  share: ["#share"],
  copy: ["[id^=copy-]"],
  pace: ["#pause", "#step", "#speed", "#every"],
  play: ["#play"],
  branches: ["#stage > [aria-label=Branch]"],
  readings: ["#readings"],
  console: ["#console-panel"],
  curve: ["#curve-panel"],
};

/** @param {string} query @returns {Lesson | null} Null without one. */
export function lessonOf(query) {
  const asked = new URLSearchParams(query);
  const envId = asked.get("lesson");
  const hidden = (asked.get("hide") ?? "").split(",").filter((part) => Object.hasOwn(PARTS, part));
  return envId ? { envId, hidden } : null;
}

/** Hide what the lesson hides, and fix its environment. @param {Lesson} lesson */
export function applyLesson({ hidden }) {
  const field = element("environment", HTMLInputElement);
  field.disabled = true;
  for (const selector of hidden.flatMap((part) => PARTS[part])) {
    for (const part of document.querySelectorAll(selector)) {
      const whole = part instanceof HTMLSelectElement ? part.closest(".field") : part;
      whole?.classList.add("left-out");
    }
  }
}
