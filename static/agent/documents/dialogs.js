/** The dialogs that list all documents, and the versions of one. */

import { make } from "../../page/elements.js";
import { MOST_BYTES, fileOf } from "./document.js";

/** @typedef {import("./document.js").Document} Document */
/** @typedef {import("./document.js").Version} Version */

/**
 * Each is followed by a fresh list, except `open`.
 * @typedef {object} ListActions
 * @property {() => Promise<Document[]>} all
 * @property {(id: string) => Promise<void>} open
 * @property {(id: string, name: string) => Promise<void>} rename
 * @property {(id: string) => Promise<void>} duplicate
 * @property {(id: string) => Promise<void>} remove
 * @property {(name: string, code: string) => Promise<void>} add - And open it.
 */

/** @param {ListActions} actions */
export async function showList(actions) {
  const list = make("ul", { class: "documents" });
  const trouble = make("p", { class: "note", role: "status" });
  const file = make("input", { "type": "file", "accept": ".js,.mjs,.txt,text/javascript", "aria-label": "Upload a file" });
  const dialog = opened("Your documents", make("p", { class: "note" }, "They are in this browser only. Download what you want to keep elsewhere."), list, make("label", { class: "label" }, "Upload a file ", file), trouble);
  const refresh = async () => list.replaceChildren(...rows(await actions.all()));
  /** @param {() => Promise<void>} action */
  const and = (action) => async () => (await action(), await refresh());
  /** @param {Document[]} documents */
  const rows = (documents) => (documents.length ? documents.map(row) : [make("li", { class: "note" }, "None yet: change an example, and it becomes one.")]);
  /** @param {Document} document */
  const row = (document) => {
    const { id, name } = document;
    const field = make("input", { "value": name, "aria-label": "Name", "maxlength": "80" });
    field.addEventListener("change", and(() => actions.rename(id, field.value)));
    const buttons = [
      button("Open", name, async () => (dialog.close(), await actions.open(id))),
      button("Duplicate", name, and(() => actions.duplicate(id))),
      button("Download", name, () => download(document)),
      button("Delete", name, and(() => actions.remove(id))),
    ];
    return make("li", {}, field, make("span", { class: "note" }, when(document.changed)), ...buttons);
  };
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    const code = chosen.size <= MOST_BYTES ? await textOf(chosen) : null;
    if (code === null) return void (trouble.textContent = `${chosen.name} is not a text file of at most ${MOST_BYTES / 1e6} MB.`);
    dialog.close();
    await actions.add(chosen.name.replace(/\.\w+$/, ""), code);
  });
  await refresh();
}

/** @param {Document} document @param {(version: Version) => void} goBack */
export function showVersions(document, goBack) {
  const rows = document.versions.map((version) => {
    const lines = version.code.split("\n").length;
    const summary = make("summary", {}, `${when(version.at)}, ${lines} line${lines === 1 ? "" : "s"}`);
    const back = button("Go back to this", when(version.at), () => (dialog.close(), goBack(version)));
    return make("li", {}, make("details", {}, summary, make("pre", { tabindex: "0" }, version.code)), back);
  });
  const none = make("li", { class: "note" }, "None yet: running the code keeps it as a version.");
  const words = `The last ten of “${document.name}”, the newest first. Going back keeps the code of now as a version.`;
  const dialog = opened("Versions", make("p", { class: "note" }, words), make("ul", { class: "documents" }, ...(rows.length ? rows : [none])));
}

/** @param {string} title @param {Node[]} content */
function opened(title, ...content) {
  const close = make("button", { value: "close", class: "primary" }, "Close");
  const form = make("form", { method: "dialog" }, make("div", { class: "choices" }, close));
  const heading = make("h2", { id: "documents-title" }, title);
  const dialog = make("dialog", { "class": "wide", "aria-labelledby": "documents-title" }, heading, ...content, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {string} label @param {string} of @param {() => void} onClick */
function button(label, of, onClick) {
  const made = make("button", { "type": "button", "aria-label": `${label}: ${of}` }, label);
  made.addEventListener("click", onClick);
  return made;
}

/** @param {Document} chosen */
function download(chosen) {
  const url = URL.createObjectURL(new Blob([chosen.code], { type: "text/javascript" }));
  make("a", { href: url, download: fileOf(chosen) }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Its text, or null if it is not UTF-8. @param {File} file */
async function textOf(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** @param {number} at */
const when = (at) => new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
