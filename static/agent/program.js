/** The agent that is in the editor: chosen from those that come with the page, shared by a link, or the visitor's. */

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
    /** What the code was before the visitor changed it. */
    this.original = "";
    this.examples.append(...EXAMPLES.map(({ file, title }) => make("option", { value: file }, title)));
    this.examples.append(make("option", { value: "", disabled: "", hidden: "" }, "Your own"));
    this.examples.addEventListener("change", () => this.#chooseExample());
    element("restore-example").addEventListener("click", () => this.#restore());
    for (const select of [this.speed, this.every]) select.addEventListener("change", () => this.#save());
    addEventListener("pagehide", () => this.timer && this.#save());
  }

  /** Show what the page was opened for: a link's agent, an instance, what was here last, or the first example.
   * @param {string | null} instanceId
   * @returns {Promise<string>} What is to be told of it. */
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
    // A link shows what was shared, which this no longer is.
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#save(), SAVED_AFTER_MS);
  }

  /** An environment was picked: an agent for it, unless the visitor's own would be lost.
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

  /** @returns {Promise<string>} A link to what is in the editor; it becomes the page's address too. */
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
    const words = `Your code is replaced by ${by}. Undo in the editor (Ctrl+Z) brings it back.`;
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
    say("said", "Restored; Ctrl+Z in the editor brings yours back.");
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
    if (!save(this.#state())) say("said", "This browser keeps nothing, so the code is lost with the page.");
  }
}
