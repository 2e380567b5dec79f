import { EditorState, type ChangeSpec, type Text, type Transaction, type TransactionSpec } from '@codemirror/state'
import { fromText } from './fromText.ts'

/**
 * Keeps edits to whole code points. Editors take what was typed for the shortest difference, and of two emoji that is half of one: a shared text would
 * make another character of each half.
 */
export const wholeCharacters = EditorState.transactionFilter.of((transaction): Transaction | readonly TransactionSpec[] => {
  if (!transaction.docChanged || transaction.annotation(fromText) === true) return transaction
  const { doc } = transaction.startState
  let isWhole = true
  const changes: ChangeSpec[] = []
  transaction.changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    const from = isInside(doc, fromA) ? fromA - 1 : fromA
    const to = isInside(doc, toA) ? toA + 1 : toA
    const typed = doc.sliceString(from, fromA) + inserted.sliceString(0, inserted.length, '\n') + doc.sliceString(toA, to)
    const insert = typed.replace(/\p{Surrogate}/gu, '\uFFFD')
    isWhole &&= from === fromA && to === toA && insert === typed
    changes.push({ from, to, insert })
  })
  if (isWhole) return transaction
  const { selection, effects, scrollIntoView } = transaction
  return [{ changes, effects, scrollIntoView, ...(selection !== undefined && { selection }) }]
})

/** Whether a position stands between the two halves of a character. */
function isInside(doc: Text, position: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(doc.sliceString(position - 1, position + 1))
}
