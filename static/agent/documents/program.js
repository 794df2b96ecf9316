/**
 * The agent in the editor: an example, one from a link, or a document of the visitor's. What is not a document becomes one
 * with its first change, so showing something else never replaces what was typed.
 */

import { ask } from "../../page/dialog.js";
import { element, make, say } from "../../page/elements.js";
import { addressOfDocument, addressOfExample, documentBeforeReload, documentInAddress, exampleInAddress, setAddress, turnInto } from "./address.js";
import { documentOf, freeName, keepVersion, leadingComment, rewrite } from "./document.js";
import { Shelf } from "./shelf.js";
import { EXAMPLES, codeFor, codeOf, codeToContinue, loadExamples, originalOf } from "./examples.js";
import { Settings } from "./settings.js";

/** @typedef {import("./document.js").Document} Document */
/** @typedef {import("./document.js").Beginning} Beginning */

/** Loaded for links to agents alone. */
const sharing = () => import("./share.js");

const GONE = "This browser has no such document: it was deleted, or belongs to another browser.";

export class Program {
  /**
   * @param {import("../editor/editor.js").Editor} editor
   * @param {import("../environments/picker.js").Picker} picker
   * @param {() => void} onShow - Called when another agent is shown.
   */
  constructor(editor, picker, onShow) {
    this.editor = editor;
    this.onShow = onShow;
    this.examples = element("example", HTMLSelectElement);
    this.settings = new Settings(picker, () => this.settingsChanged());
    /** The agent in the editor. @type {Beginning} */
    this.shown = { name: "", code: "" };
    /** The document that it is, if it is one. @type {Document | undefined} */
    this.document = undefined;
    /** Its code when it was shown. */
    this.shownCode = "";
    /** Whether nothing was typed since it was shown. */
    this.untouched = true;
    /** The id that the page was asked for, where there is no such document yet. @type {string | null} */
    this.awaited = null;
    this.shelf = new Shelf({
      arrived: (document) => this.#arrived(document),
      current: () => this.document,
      open: (document, how) => this.#open(document, how),
      followed: (document) => this.#follow(document),
      removed: () => this.#removed(),
      changed: () => this.#moved(),
      rename: (name) => this.#rename(name),
      goBack: (code) => this.#replace(code),
    });
    this.examples.append(...EXAMPLES.map(({ file, title }) => make("option", { value: file }, title)));
    this.examples.append(make("option", { value: "", disabled: "", hidden: "" }, "Your own"));
    this.examples.addEventListener("change", () => this.#chooseExample());
    element("restore-example").addEventListener("click", () => this.#restore());
  }

  /** What is in the editor, as people call it. */
  get name() {
    return (this.document ?? this.shown).name;
  }

  /** Show what the address names; else one for an instance, the visitor's last document, or the first example.
   * @param {string | null} instanceId
   * @returns {Promise<string>} A message about it. */
  async open(instanceId) {
    await loadExamples();
    await this.shelf.open((file) => codeOf({ file }));
    const id = documentInAddress() ?? documentBeforeReload();
    if (id && id === this.document?.id) return "";
    const document = id ? await this.shelf.find(id) : undefined;
    if (document) await this.#open(document);
    const told = document ? "" : await this.#openAnother(instanceId);
    this.awaited = document ? null : id;
    return told;
  }

  /** Show what the address names, which is no document of this browser.
   * @param {string | null} instanceId
   * @returns {Promise<string>} A message about it. */
  async #openAnother(instanceId) {
    const example = exampleInAddress();
    let told = documentInAddress() ? GONE : "";
    const { sharedIn } = location.hash ? await sharing() : {};
    const shared = await sharedIn?.(location.hash).catch((error) => void (told = error.message));
    if (shared) this.#show({ ...shared, name: "From a link", unread: true });
    else if (example) this.#showExample(example.file, example.env);
    else if (instanceId) this.#show({ name: "Continue an environment", code: codeToContinue(instanceId) });
    else if (told || !(await this.#openLast())) this.#showExample(EXAMPLES[0].file);
    return told;
  }

  /** Another page stored the document at its end. @param {Document} document */
  async #arrived(document) {
    if (document.id !== this.awaited || !this.untouched) return;
    say("said", "");
    await this.#open(document);
  }

  /** The code was changed in the editor. */
  changed() {
    const { code } = this.editor;
    this.document ??= this.#begin();
    // What it was when it was shown can always be had back.
    if (this.untouched) keepVersion(this.document);
    this.untouched = false;
    rewrite(this.document, code);
    this.shelf.keep(this.document);
    this.#tell();
  }

  /** The speed, the drawing or the environment was chosen. */
  settingsChanged() {
    const { document } = this;
    if (!document || this.settings.equal(document)) return;
    Object.assign(document, this.settings.values);
    this.shelf.keep(document);
  }

  /** The code is run now. */
  ran() {
    this.shown.unread = false;
    if (this.document) {
      this.document.unread = false;
      keepVersion(this.document);
      this.shelf.keep(this.document);
    }
    this.#tell();
  }

  /** Show an agent for the picked environment, unless the visitor keeps their own. A lesson does not ask: the visitor's
   * document is stored, and opens again from the list.
   * @param {string} envId @param {{asks: boolean}} how */
  async pickedEnvironment(envId, { asks }) {
    if (this.document && asks) {
      const words = `Your code stays in the document “${this.document.name}”.`;
      const agreed = await ask({ title: `Show an agent for ${envId}?`, words, yes: "Show it", no: "Keep mine here" });
      if (agreed === null) return this.settingsChanged();
    }
    const example = EXAMPLES.find(({ env }) => env === envId);
    this.#showExample(example?.file ?? "random", envId, { step: true });
  }

  /** @returns {Promise<string>} A link to a copy of what is in the editor. */
  async link() {
    const link = new URL(location.href);
    link.searchParams.delete("instance");
    const { fragmentOf } = await sharing();
    link.hash = await fragmentOf({ code: this.editor.code, ...this.settings.values });
    return link.href;
  }

  #chooseExample() {
    if (this.examples.value) this.#showExample(this.examples.value, null, { step: true });
  }

  /** @param {string} file @param {string | null} [env] @param {{step?: boolean}} [how] */
  #showExample(file, env, how) {
    const example = EXAMPLES.find((each) => each.file === file) ?? EXAMPLES[0];
    const forEnv = example.file === "random" && env ? env : undefined;
    setAddress(addressOfExample(example.file, forEnv), how);
    const code = forEnv ? codeFor(forEnv) : codeOf(example);
    const { title, env: usual, speed, every } = example;
    this.#show({ name: title, example: example.file, env: forEnv ?? usual, speed, every, code });
  }

  /** @returns {Promise<boolean>} Whether there is one. */
  async #openLast() {
    const [last] = await this.shelf.all();
    if (last) await this.#open(last);
    return Boolean(last);
  }

  /** @param {Document} document @param {{step?: boolean}} [how] */
  async #open(document, how) {
    if (how?.step) setAddress(addressOfDocument(document.id), how);
    else turnInto(document.id);
    this.#show(document, document);
    this.shelf.opened(document);
  }

  /** @param {Beginning} agent @param {Document} [document] */
  #show(agent, document) {
    Object.assign(this, { shown: agent, shownCode: agent.code, document, untouched: true, awaited: null });
    this.editor.open(agent.code);
    this.settings.show(agent);
    this.onShow();
    this.#tell();
  }

  /** What is shown, as a new document. */
  #begin() {
    const document = documentOf({ ...this.shown, ...this.settings.values, name: freeName(this.shown.name, this.shelf.names) });
    this.shown = document;
    turnInto(document.id);
    return document;
  }

  /** Another tab stored the document that is open here. @param {Document} document */
  #follow(document) {
    const { code } = this.editor;
    Object.assign(this.document ?? {}, document);
    if (code !== document.code) this.editor.follow(document.code);
    this.#tell();
  }

  /** The open document has another name or id. */
  #moved() {
    if (this.document) turnInto(this.document.id);
    this.#tell();
  }

  /** The document that is open here was deleted. */
  #removed() {
    this.document = undefined;
    this.#showExample(EXAMPLES[0].file);
  }

  /** @param {string} name */
  #rename(name) {
    this.document ??= this.#begin();
    Object.assign(this.document, { name: freeName(name, this.shelf.names.filter((each) => each !== this.document?.name)), changed: Date.now() });
    this.shelf.keep(this.document);
    this.#tell();
  }

  async #restore() {
    const [title, original] = ["Restore the example?", originalOf(this.shown)];
    const words = "The code of now is kept as a version, to which Versions… goes back.";
    if (original !== undefined && (await ask({ title, words, yes: "Restore it", no: "Keep mine" })) !== null) this.#replace(original);
  }

  /** Put other code into the document, which can be undone and gone back from. @param {string} code */
  #replace(code) {
    if (this.document) keepVersion(this.document);
    this.editor.code = code;
    this.editor.clearMarks();
    say("said", "The code of before is among the versions.");
  }

  #tell() {
    const original = originalOf(this.shown);
    const { name, unread = false } = this.document ?? this.shown;
    this.examples.value = this.document || original === undefined ? "" : (this.shown.example ?? "");
    element("restore-example", HTMLButtonElement).disabled = original === undefined || this.editor.code === original;
    this.shelf.show({ name, unread, stored: Boolean(this.document), about: leadingComment(this.shownCode) });
  }
}
