/** A question that the visitor must answer before the page continues. */

import { make } from "./elements.js";

/**
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.words
 * @param {string} question.yes - The label of the button that agrees.
 * @param {string} question.no
 * @param {string} [question.field] - The label of a password field, if there is one.
 * @returns {Promise<string | null>} What was typed, or "" without a field; null for no.
 */
export function ask({ title, words, yes, no, field }) {
  const input = make("input", { type: "password", autocomplete: "off", required: "" });
  const form = make(
    "form",
    { method: "dialog" },
    make("h2", { id: "dialog-title" }, title),
    make("p", {}, words),
    ...(field ? [make("label", { class: "label" }, field, " ", input)] : []),
    make(
      "div",
      { class: "choices" },
      make("button", { value: "no", formnovalidate: "" }, no),
      make("button", { value: "yes", class: "primary" }, yes),
    ),
  );
  const dialog = make("dialog", { "aria-labelledby": "dialog-title" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? input.value.trim() : null);
    });
  });
}
