import { useEffect, useState, type ReactNode } from 'react'
import { useUndo, type Space } from 'echo-react'
import { Button, useAnnounce } from 'echo-react/components'

const shownMs = 10_000

/** Offers to undo the last step that has a name, such as a deletion, for a while; the list of deleted things offers it longer. */
export function UndoBar({ space }: { readonly space: Space }): ReactNode {
  const { undo, undoLabel } = useUndo(space)
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
