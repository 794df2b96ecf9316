/** The agent in the editor: an example, one from a link, or the visitor's own. */

import { ask } from "../page/dialog.js";
import { element, make, say } from "../page/elements.js";
import { EXAMPLES, codeFor, codeOf, codeToContinue, loadExamples } from "./examples.js";
import { save, saved } from "./saved.js";
import { fragmentOf, sharedIn } from "./share.js";

/** @typedef {import("./saved.js").Saved} Saved */

const SAVED_AFTER_MS = 300;

export class Program {
  /**
   * @param {import("./editor.js").Editor} editor
   * @param {import("./picker.js").Picker} picker
   */
  constructor(editor, picker) {
    this.editor = editor;
    this.picker = picker;
    this.examples = element("example", HTMLSelectElement);
    this.speed = element("speed", HTMLSelectElement);
    this.every = element("every", HTMLSelectElement);
    /** The code before the visitor changed it. */
    this.original = "";
    this.examples.append(...EXAMPLES.map(({ file, title }) => make("option", { value: file }, title)));
    this.examples.append(make("option", { value: "", disabled: "", hidden: "" }, "Your own"));
    this.examples.addEventListener("change", () => this.#chooseExample());
    element("restore-example").addEventListener("click", () => this.#restore());
    for (const select of [this.speed, this.every]) select.addEventListener("change", () => this.#save());
    addEventListener("pagehide", () => this.timer && this.#save());
  }

  /** Show the agent of a link, one for an instance, the last one in this browser, or the first example.
   * @param {string | null} instanceId
   * @returns {Promise<string>} A message about it. */
  async open(instanceId) {
    await loadExamples();
    let told = "";
    const shared = await sharedIn(location.hash).catch((error) => void (told = error.message));
    if (shared) {
      this.#show(shared);
      return "This agent came with a link. Read it before you run it.";
    }
    if (instanceId) {
      this.#show({ code: codeToContinue(instanceId) });
      return told;
    }
    const last = saved();
    if (last) this.#show(last);
    else this.#showExample(EXAMPLES[0]);
    return told;
  }

  /** The code was changed in the editor. */
  changed() {
    element("restore-example", HTMLButtonElement).disabled = this.editor.code === this.original || !this.original;
    // The link no longer matches the code.
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#save(), SAVED_AFTER_MS);
  }

  /** Show an agent for the picked environment, unless the visitor keeps their own code.
   * @param {string} envId */
  async pickedEnvironment(envId) {
    const own = this.editor.code !== this.original;
    const agreed = !own || (await this.#mayReplace(`an agent for ${envId}`));
    if (!agreed) return;
    const example = EXAMPLES.find(({ env }) => env === envId);
    if (example) return this.#showExample(example);
    const code = codeFor(envId);
    this.#show({ code, env: envId, example: "random" }, code);
  }

  /** @returns {Promise<string>} A link to the code in the editor, which also becomes the page's address. */
  async link() {
    const { code, env, speed, every } = this.#state();
    const link = new URL(location.href);
    link.searchParams.delete("instance");
    link.hash = await fragmentOf({ code, env, speed, every });
    history.replaceState(null, "", link);
    return link.href;
  }

  /** @param {string} by */
  async #mayReplace(by) {
    const words = `Your code will be replaced by ${by}. Undo (Ctrl+Z) in the editor brings it back.`;
    return (await ask({ title: "Replace your code?", words, yes: "Replace it", no: "Keep mine" })) !== null;
  }

  async #chooseExample() {
    const example = EXAMPLES.find(({ file }) => file === this.examples.value);
    if (!example) return;
    const own = this.editor.code !== this.original;
    if (!own || (await this.#mayReplace(`the example “${example.title}”`))) return this.#showExample(example);
    this.examples.value = this.shown ?? "";
  }

  #restore() {
    this.editor.code = this.original;
    this.editor.clearMarks();
    say("said", "Restored. Undo (Ctrl+Z) in the editor brings your code back.");
  }

  /** @param {import("./examples.js").Example} example */
  #showExample(example) {
    const code = codeOf(example);
    this.#show({ ...example, code, example: example.file }, code);
  }

  /** @param {Saved} state @param {string} [original] */
  #show({ code, env, speed, every, example = "" }, original) {
    this.shown = EXAMPLES.some(({ file }) => file === example) ? example : "";
    this.examples.value = this.shown;
    this.original = original ?? code;
    this.editor.code = code;
    this.editor.clearMarks();
    if (env) this.picker.choose(env);
    for (const [select, value] of /** @type {[HTMLSelectElement, string | undefined][]} */ ([[this.speed, speed], [this.every, every]])) {
      if ([...select.options].some((option) => option.value === value)) select.value = value ?? "";
    }
    this.speed.dispatchEvent(new Event("change"));
    this.every.dispatchEvent(new Event("change"));
  }

  /** @returns {Saved} */
  #state() {
    const { speed, every, picker } = this;
    const [env, example] = [picker.chosen?.env_id ?? picker.field.value, this.shown];
    return { code: this.editor.code, env, example, speed: speed.value, every: every.value };
  }

  #save() {
    this.timer = undefined;
    if (!save(this.#state())) say("said", "This browser stores nothing, so the code is lost when the page closes.");
  }
}
