import { useEffect, type ReactNode } from 'react'
import { Button } from 'echo-react/components'

export interface Deletion {
  readonly id: string
  readonly title: string
}

interface UndoBarProps {
  readonly deletion: Deletion | undefined
  readonly onUndo: (deletion: Deletion) => void
  /** Called when the offer ends; the list of deleted things has a longer one. */
  readonly onOver: () => void
}

const shownMs = 10_000

/** Offers to undo the last deletion for a while. */
export function UndoBar({ deletion, onUndo, onOver }: UndoBarProps): ReactNode {
  useEffect(() => {
    if (deletion === undefined) return
    const timer = setTimeout(onOver, shownMs)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-deps -- a new function for the same deletion must not start the time anew
  }, [deletion])
  if (deletion === undefined) return null
  return (
    <div className="undo-bar">
      <span>
        Deleted <bdi>{deletion.title}</bdi>
      </span>
      <Button onClick={() => onUndo(deletion)}>Undo</Button>
    </div>
  )
}
