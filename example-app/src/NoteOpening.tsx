import type { ReactNode } from 'react'
import { useDelayed } from './useDelayed.ts'

/** In the place of a text that is being opened. */
export function NoteOpening(): ReactNode {
  return <div className="note-opening">{useDelayed() && <p className="empty">Opening the text…</p>}</div>
}
