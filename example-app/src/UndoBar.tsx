import { useEffect, useEffectEvent, useState, type ReactNode } from 'react'
import { useUndo } from 'echo-react'
import { Button, useAnnounce } from 'echo-react/components'
import { useOpenSpace } from './openSpace.tsx'

const shownMs = 10_000

/**
 * Undoes with Ctrl or Cmd and Z, and redoes with Shift as well, where the focus is in no text. Offers to undo the last step that has a name, such as a deletion,
 * for a while; the trash offers it longer.
 */
export function UndoBar(): ReactNode {
  const { undo, redo, undoLabel } = useUndo(useOpenSpace().space)
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'z' || event.defaultPrevented) return
    if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]') !== null) return
    event.preventDefault()
    if (event.shiftKey) redo()
    else undo()
  })
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
  return undoLabel === undefined ? null : <Offer key={undoLabel} label={undoLabel} onUndo={undo} />
}

function Offer({ label, onUndo }: { readonly label: string; readonly onUndo: () => void }): ReactNode {
  const announce = useAnnounce()
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), shownMs)
    return () => clearTimeout(timer)
  }, [])
  if (isOver) return null
  return (
    <div className="undo-bar">
      <bdi>{label}</bdi>
      <Button
        onClick={() => {
          onUndo()
          announce(`Undone: ${label}`)
        }}
      >
        Undo
      </Button>
    </div>
  )
}
