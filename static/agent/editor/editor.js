/**
 * The code editor: CodeMirror in a shadow tree. There it adds its styles as constructed style sheets, which a policy
 * without inline styles allows.
 */

import * as codemirror from "../../vendor/codemirror.js";
import { completions } from "./completions.js";
import { marked, noMarks, wrongLine } from "./marks.js";

const { EditorView, EditorState, tags } = codemirror;

const THEME = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--raised)", color: "var(--ink)", fontSize: "var(--small)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-ground)",
  },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--quiet)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--sunk) 70%, transparent)" },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-ground)", outline: "1px solid var(--accent)" },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", borderColor: "var(--rule)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-line.cm-wrong": { textDecoration: "underline wavy var(--down)", boxShadow: "inset 3px 0 var(--down)" },
});

const COLOURS = codemirror.HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--up)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--down)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.function(tags.definition(tags.variableName)), fontWeight: "650" },
]);

export class Editor {
  /**
   * @param {HTMLElement} place
   * @param {(code: string) => void} onChange - Called for what the visitor changes.
   */
  constructor(place, onChange) {
    const root = place.attachShadow({ mode: "open" });
    this.onChange = onChange;
    /** Whether a change is of another tab. */
    this.following = false;
    // Nothing is typed before there is something to type into: opening it would replace that.
    const state = this.#state("", [EditorState.readOnly.of(true), EditorView.editable.of(false)]);
    this.view = new EditorView({ root, parent: /** @type {any} */ (root), state });
  }

  /** @returns {string} */
  get code() {
    return this.view.state.doc.toString();
  }

  /** Replacing the code can be undone like any other change. */
  set code(code) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: code } });
  }

  /** Show other code, which nothing is undone to. @param {string} code */
  open(code) {
    this.view.setState(this.#state(code));
  }

  /** Show what another tab wrote. @param {string} code */
  follow(code) {
    this.following = true;
    try {
      this.code = code;
    } finally {
      this.following = false;
    }
  }

  /** Mark a line as wrong, and show it. @param {number} number - From 1. @param {string} message */
  markLine(number, message) {
    const { doc } = this.view.state;
    const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
    this.view.dispatch({ effects: [wrongLine(line.from, message), EditorView.scrollIntoView(line.from, { y: "center" })] });
  }

  /** Remove all marks. */
  clearMarks() {
    this.view.dispatch({ effects: noMarks() });
  }

  /** Move the cursor to the beginning of a line. @param {number} number */
  goTo(number) {
    const { doc } = this.view.state;
    this.view.dispatch({ selection: { anchor: doc.line(Math.min(number, doc.lines)).from }, scrollIntoView: true });
    this.view.focus();
  }

  /** @param {string} doc @param {any[]} [more] - Further extensions. */
  #state(doc, more = []) {
    const changed = EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged && !this.following) this.onChange(state.doc.toString());
    });
    const { javascriptLanguage: language } = codemirror;
    return EditorState.create({
      doc,
      extensions: [
        codemirror.lineNumbers(),
        codemirror.highlightSpecialChars(),
        codemirror.history(),
        EditorView.lineWrapping,
        codemirror.drawSelection(),
        codemirror.indentOnInput(),
        codemirror.bracketMatching(),
        codemirror.closeBrackets(),
        codemirror.highlightActiveLine(),
        codemirror.highlightActiveLineGutter(),
        codemirror.highlightSelectionMatches(),
        marked,
        codemirror.search({ top: true }),
        codemirror.javascript(),
        language.data.of({ autocomplete: completions }),
        language.data.of({ autocomplete: codemirror.localCompletionSource }),
        codemirror.autocompletion(),
        codemirror.syntaxHighlighting(COLOURS),
        codemirror.keymap.of([
          // The page handles it. Tab is not bound: keyboard users need it to leave the editor.
          { key: "Mod-Enter", run: () => true },
          ...codemirror.closeBracketsKeymap,
          ...codemirror.defaultKeymap,
          ...codemirror.searchKeymap,
          ...codemirror.historyKeymap,
          ...codemirror.completionKeymap,
        ]),
        EditorView.contentAttributes.of({ "aria-label": "The agent’s code", "tabindex": "0", "spellcheck": "false" }),
        THEME,
        changed,
        ...more,
      ],
    });
  }
}
