/** The line of the editor that is marked as wrong, with what is wrong as its title. */

import { Decoration, EditorView, StateEffect, StateField } from "../../vendor/codemirror.js";

/** @typedef {ReturnType<typeof Decoration.set>} Marks */

/** @type {ReturnType<typeof StateEffect.define<Marks>>} */
const mark = StateEffect.define();

/** An extension: what is marked moves with the text. */
export const marked = StateField.define({
  create: () => Decoration.none,
  update: (marks, { changes, effects }) => effects.find((effect) => effect.is(mark))?.value ?? marks.map(changes),
  provide: (field) => EditorView.decorations.from(field),
});

/** Marks one line, and no other. @param {number} from - Where it begins. @param {string} message */
export function wrongLine(from, message) {
  const line = Decoration.line({ class: "cm-wrong", attributes: { title: message } });
  return mark.of(Decoration.set([line.range(from)]));
}

/** Marks no line. */
export const noMarks = () => mark.of(Decoration.none);
