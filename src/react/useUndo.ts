'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { UndoCommands, UndoState } from '../database/undo/undoStack.ts'

/** What can be taken back and done again, with the commands for it. */
export interface Undo extends UndoState, Pick<UndoCommands, 'undo' | 'redo'> {}

/**
 * Undo and redo of what this person did in this tab, over items and texts of the space. What others wrote stays. Undefined for an undefined space.
 *
 * The keys are left to the app. An input or text area has an undo of its own, so listen outside of them, as here; a rich text editor's own history is
 * best switched off, and the keys left to this one.
 * @throws EchoError no-provider; `undo` and `redo` throw read-only
 * @example
 * const { undo, redo, canUndo, undoLabel } = useUndo(space)
 * const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
 *   const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z'
 *   if (!isUndo || (event.target as Element).closest('input, textarea, [contenteditable]')) return
 *   event.preventDefault()
 *   if (event.shiftKey) redo()
 *   else undo()
 * }
 * return <main onKeyDown={onKeyDown}><button disabled={!canUndo} onClick={() => undo()}>Undo {undoLabel}</button></main>
 */
export function useUndo(space: Space): Undo
export function useUndo(space: Space | undefined): Undo | undefined
export function useUndo(space: Space | undefined): Undo | undefined {
  useEcho()
  const commands = space?.undo
  const state = useReadable(commands?.state)
  return useMemo(
    () => (commands === undefined || state === undefined ? undefined : { ...state, undo: commands.undo, redo: commands.redo }),
    [commands, state],
  )
}
