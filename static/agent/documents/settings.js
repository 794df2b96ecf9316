/** What is kept with an agent besides its code: the environment, the speed, and how often it is drawn. */

import { element } from "../../page/elements.js";

/** @typedef {{env?: string, speed?: string, every?: string}} Values */

export class Settings {
  /**
   * @param {import("../environments/picker.js").Picker} picker
   * @param {() => void} onChange - The visitor chose another speed or drawing.
   */
  constructor(picker, onChange) {
    this.picker = picker;
    this.speed = element("speed", HTMLSelectElement);
    this.every = element("every", HTMLSelectElement);
    for (const field of [this.speed, this.every]) field.addEventListener("change", onChange);
  }

  /** @returns {Values} */
  get values() {
    const { speed, every, picker } = this;
    return { env: picker.chosen?.env_id ?? picker.field.value, speed: speed.value, every: every.value };
  }

  /** @param {Values} values - What is missing or unknown stays as it is. */
  show({ env, speed, every }) {
    if (env) this.picker.choose(env);
    select(this.speed, speed);
    select(this.every, every);
    for (const field of [this.speed, this.every]) field.dispatchEvent(new Event("change"));
  }

  /** @param {Values} values */
  equal({ env, speed, every }) {
    const now = this.values;
    return now.env === env && now.speed === speed && now.every === every;
  }
}

/** @param {HTMLSelectElement} field @param {string | undefined} value */
function select(field, value) {
  if ([...field.options].some((option) => option.value === value)) field.value = value ?? "";
}
