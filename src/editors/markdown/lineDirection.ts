import { RangeSetBuilder, type Extension } from '@codemirror/state'
import { Decoration, EditorView, ViewPlugin, type DecorationSet } from '@codemirror/view'

const ofItsLetters = Decoration.line({ attributes: { dir: 'auto' } })

function linesOf({ visibleRanges, state }: EditorView): DecorationSet {
  const lines = new RangeSetBuilder<Decoration>()
  let next = 0
  for (const { from, to } of visibleRanges) {
    for (let at = Math.max(from, next); at <= to;) {
      const line = state.doc.lineAt(at)
      if (line.from >= next) lines.add(line.from, line.from, ofItsLetters)
      at = next = line.to + 1
    }
  }
  return lines.finish()
}

/** Each line runs in the direction of its own first letters. */
export const lineDirection: Extension = [
  EditorView.perLineTextDirection.of(true),
  ViewPlugin.define(
    (view) => ({
      lines: linesOf(view),
      update(update) {
        if (update.docChanged || update.viewportChanged) this.lines = linesOf(update.view)
      },
    }),
    { decorations: ({ lines }) => lines },
  ),
]
