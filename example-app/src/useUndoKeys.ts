import { useEffect, useEffectEvent } from 'react'
import { useUndo, type Space } from 'echo-react'

/** Undoes with Ctrl or Cmd and Z, and redoes with Shift as well; text fields keep their own undo. */
export function useUndoKeys(space: Space, isEnabled: boolean): void {
  const { undo, redo } = useUndo(space)
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (!isEnabled || !(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'z') return
    if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]') !== null) return
    event.preventDefault()
    if (event.shiftKey) redo()
    else undo()
  })
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
