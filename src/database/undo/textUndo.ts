import type { TextSteps } from '../../documents/texts/textHistory.ts'
import type { UndoStack, UndoStep } from './undoStack.ts'

/** At most so many texts stay open for the sake of what can be undone in them. */
export const maxUndoTexts = 20

interface TextUndoStep extends UndoStep {
  readonly text: string
}

/**
 * Puts steps of texts onto a space's undo stack, and keeps their texts open while it holds them. Of the text in which nothing was done for the longest
 * time the steps are given up where there are too many.
 */
export function createTextUndo(stack: UndoStack): TextSteps {
  /** By the time of their last step. */
  const held = new Map<string, { steps: number; readonly release: () => void }>()

  function forget(text: string): void {
    if (held.has(text)) stack.keep((step) => (step as Partial<TextUndoStep>).text !== text)
  }

  function dropOne(text: string): void {
    const entry = held.get(text)!
    entry.steps--
    if (entry.steps > 0) return
    held.delete(text)
    entry.release()
  }

  return {
    take(made) {
      const { item: text } = made
      const entry = held.get(text) ?? { steps: 0, release: made.retain() }
      entry.steps++
      held.delete(text)
      held.set(text, entry)
      const step: TextUndoStep = {
        text,
        label: undefined,
        size: 1,
        undo: () => made.undo(),
        redo: () => made.redo(),
        drop: () => dropOne(text),
      }
      stack.push(step)
      const [oldest] = held.keys()
      if (held.size > maxUndoTexts) forget(oldest!)
      stack.tell()
      return () => stack.open === step
    },
    forget(text) {
      forget(text)
      stack.tell()
    },
  }
}
