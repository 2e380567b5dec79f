import { createContext, use } from 'react'
import type { PresentPeer, Space } from 'echo-react'

/** What the parts of an open space share. */
export interface SpaceContextValue {
  readonly space: Space
  readonly canWrite: boolean
  /** Tells the others what the caret is in. */
  readonly setEditing: (itemId: string | undefined) => void
  /** The others who have the caret in an item, each once. */
  readonly editorsOf: (itemId: string) => readonly PresentPeer[]
  /** Deletes an item and offers to undo that. */
  readonly remove: (item: { readonly id: string; readonly title: string }) => void
}

export const SpaceContext = createContext<SpaceContextValue | undefined>(undefined)

/** The open space around a component. */
export function useOpenSpace(): SpaceContextValue {
  const value = use(SpaceContext)
  if (value === undefined) throw new Error('useOpenSpace was used outside of a SpaceView. Render the component below one.')
  return value
}
