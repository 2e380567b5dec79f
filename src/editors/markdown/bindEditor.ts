import { EditorSelection, type ChangeSpec, type Transaction } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import type { Text, YTextEvent } from 'yjs'
import { placeholder } from '../../components/editing/textDisplay.ts'
import type { TextDelta } from '../../components/editing/mapPosition.ts'
import { fromText } from './fromText.ts'

/** Keeps an editor and a shared text the same. */
export interface EditorBinding {
  /** Puts into the text what a transaction of the editor changed. */
  write(transaction: Transaction): void
  /** Runs a command that changes the text from outside, such as undo, and puts the caret where it did. */
  follow(command: () => void): void
  dispose(): void
}

/**
 * Both must say the same already. What others write goes in as changes, so that the selection stays at the letters it is at.
 * @param onOthers called after what others wrote was put into the editor
 */
export function bindEditor(view: EditorView, yText: Text, onOthers: () => void): EditorBinding {
  const origin = { view }
  let isFollowing = false

  function onChange(event: YTextEvent): void {
    if (event.transaction.origin === origin) return
    const { changes, end } = changesOf(event.delta as TextDelta)
    const moves = isFollowing && changes.length > 0
    view.dispatch({
      changes,
      annotations: fromText.of(true),
      ...(moves && { selection: EditorSelection.cursor(end), scrollIntoView: true }),
    })
    onOthers()
  }

  yText.observe(onChange)
  return {
    write({ changes }) {
      let shift = 0
      yText.doc!.transact(() => {
        changes.iterChanges((from, to, _from, _to, inserted) => {
          if (to > from) yText.delete(from + shift, to - from)
          if (inserted.length > 0) yText.insert(from + shift, inserted.sliceString(0, inserted.length, '\n'))
          shift += inserted.length - (to - from)
        })
      }, origin)
    },
    follow(command) {
      isFollowing = true
      try {
        command()
      } finally {
        isFollowing = false
      }
    },
    dispose: () => yText.unobserve(onChange),
  }
}

/** A change of the text as changes of the editor, and where the last of them ends. Something embedded is one character to both. */
function changesOf(delta: TextDelta): { readonly changes: ChangeSpec[]; readonly end: number } {
  const changes: ChangeSpec[] = []
  let from = 0
  let shift = 0
  let end = 0
  for (const { retain, delete: removed, insert } of delta) {
    if (retain !== undefined) from += retain
    if (insert !== undefined) {
      const shown = typeof insert === 'string' ? insert : placeholder
      changes.push({ from, insert: shown })
      shift += shown.length
      end = from + shift
    }
    if (removed !== undefined) {
      changes.push({ from, to: from + removed })
      from += removed
      shift -= removed
      end = from + shift
    }
  }
  return { changes, end }
}
