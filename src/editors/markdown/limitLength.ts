import { EditorState, StateEffect, type Extension } from '@codemirror/state'
import { fromText } from './fromText.ts'

/** Says how long the text would have been with what was refused. */
export const tooLong = StateEffect.define<number>()

/**
 * Refuses what a user enters beyond a length, whole: half of a pasted text is easily taken for all of it. What others write always comes in, and a text that
 * is too long for them can still be made shorter.
 * @param maxLength in UTF-16 units, asked each time
 */
export function limitLength(maxLength: () => number | undefined): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    const max = maxLength()
    if (max === undefined || !transaction.docChanged || transaction.annotation(fromText) === true) return transaction
    const { length } = transaction.newDoc
    return length <= max || length <= transaction.startState.doc.length ? transaction : { effects: tooLong.of(length) }
  })
}
