import type { UndoCommands } from '../../database/undo/undoStack.ts'

/**
 * Lets undo in an element go to a stack of undo, by its keys and by the browser's menu. The element's own undo knows nothing of what others typed, and would
 * take it back.
 * @returns the function that ends it
 */
export function bindUndo(element: HTMLElement, { undo, redo }: Pick<UndoCommands, 'undo' | 'redo'>): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    const key = event.key.toLowerCase()
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing || (key !== 'z' && key !== 'y')) return
    event.preventDefault()
    run(key === 'z' && !event.shiftKey ? undo : redo)
  }
  function onBeforeInput(event: InputEvent): void {
    if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return
    event.preventDefault()
    run(event.inputType === 'historyUndo' ? undo : redo)
  }
  function run(step: () => unknown): void {
    if (!(element as Partial<HTMLInputElement>).readOnly) step()
  }
  element.addEventListener('keydown', onKeyDown)
  element.addEventListener('beforeinput', onBeforeInput)
  return () => {
    element.removeEventListener('keydown', onKeyDown)
    element.removeEventListener('beforeinput', onBeforeInput)
  }
}
