/** The choice of an environment: a field that searches the catalogue, with a description of the result. */

import { element, make, say } from "../../page/elements.js";
import { newestFirst } from "./versions.js";
import { actionNames, spaceInWords } from "../../page/words.js";

/** An environment of the catalogue. @typedef {Record<string, any>} Entry */

const MOST_SHOWN = 60;

export class Picker {
  /** @param {(entry: Entry) => void} onPick */
  constructor(onPick) {
    this.onPick = onPick;
    /** Called with the id of every choice. @type {(envId: string | undefined) => void} */
    this.onChosen = () => {};
    this.field = element("environment", HTMLInputElement);
    this.list = element("environments");
    /** @type {Entry[]} */
    this.entries = [];
    /** The chosen one. @type {Entry | undefined} */
    this.chosen = undefined;
    this.field.addEventListener("focus", () => this.#search());
    this.field.addEventListener("input", () => this.#search());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("blur", () => this.#close());
    // Keeps the focus in the field, whose loss would close the list.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest("[data-env]") : null;
      if (row instanceof HTMLElement) this.#pick(row.dataset.env ?? "");
    });
  }

  /** @param {Entry[]} entries */
  fill(entries) {
    this.entries = newestFirst(entries);
  }

  /** Show a choice without calling `onPick`. @param {string} envId */
  choose(envId) {
    this.chosen = this.entries.find(({ env_id }) => env_id === envId);
    this.field.value = envId;
    const entry = this.chosen;
    say("env-actions", entry ? actionsInWords(entry) : "");
    say("env-observations", entry ? spaceInWords(entry.observation_space) : "");
    say("env-limits", entry ? limitsInWords(entry) : "");
    element("env-words").hidden = !entry;
    this.onChosen(entry?.env_id);
  }

  #search() {
    const words = this.field.value === this.chosen?.env_id ? [] : this.field.value.toLowerCase().split(/\s+/);
    const found = this.entries.filter((entry) => {
      const text = `${entry.env_id} ${entry.mechanism ?? ""} ${spaceInWords(entry.action_space)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    this.list.replaceChildren(...found.slice(0, MOST_SHOWN).map((entry, i) => this.#row(entry, i)));
    const more = found.length - MOST_SHOWN;
    if (!found.length) this.list.append(make("li", { class: "note" }, "No environment matches."));
    if (more > 0) this.list.append(make("li", { class: "note" }, `… and ${more} more; type to narrow the list.`));
    this.list.hidden = false;
    this.list.scrollTop = 0;
    this.field.setAttribute("aria-expanded", "true");
    this.#activate(this.list.querySelector("[data-env]"));
  }

  /** @param {Entry} entry @param {number} i */
  #row(entry, i) {
    const words = `${spaceInWords(entry.action_space)} → ${spaceInWords(entry.observation_space)}`;
    const attributes = { "role": "option", "id": `environment-${i}`, "data-env": entry.env_id, "aria-selected": "false" };
    return make("li", attributes, make("span", {}, entry.env_id), make("span", { class: "note" }, words));
  }

  /** @param {Element | null} row */
  #activate(row) {
    for (const each of this.list.querySelectorAll('[aria-selected="true"]')) each.setAttribute("aria-selected", "false");
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.field.setAttribute("aria-activedescendant", row.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const rows = [...this.list.querySelectorAll("[data-env]")];
    const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" && this.list.hidden) this.#search();
    else if (event.key === "ArrowDown") this.#activate(rows[Math.min(at + 1, rows.length - 1)]);
    else if (event.key === "ArrowUp") this.#activate(rows[Math.max(at - 1, 0)]);
    else if (event.key === "Enter" && rows[at] instanceof HTMLElement) this.#pick(rows[at].dataset.env ?? "");
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
  }

  #close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    if (this.chosen) this.field.value = this.chosen.env_id;
  }

  /** @param {string} envId */
  #pick(envId) {
    this.choose(envId);
    this.#close();
    if (this.chosen) this.onPick(this.chosen);
  }
}

/** @param {Entry} entry */
function actionsInWords(entry) {
  const names = actionNames(entry);
  if (!names || names.length > 18) return spaceInWords(entry.action_space);
  const start = entry.action_space?.start ?? 0;
  return names.map((name, i) => `${start + i} ${name}`).join(" · ");
}

/** @param {Entry} entry */
function limitsInWords({ max_episode_steps, reward_threshold, mechanism }) {
  return [
    max_episode_steps ? `at most ${max_episode_steps} steps per episode` : "episodes without a step limit",
    ...(reward_threshold === null ? [] : [`solved at a return of ${reward_threshold}`]),
    ...(mechanism ? [`saved by ${mechanism}`] : ["tested for exactness at its first creation"]),
  ].join(" · ");
}
