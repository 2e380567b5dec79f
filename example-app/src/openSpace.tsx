import { createContext, use, type ReactNode } from 'react'
import type { MemberInfo, Space } from 'echo-react'
import { Avatar, plainName } from 'echo-react/components'

/** What the parts of an open space share. */
export interface OpenSpace {
  readonly space: Space
  readonly canWrite: boolean
  /** The others who have an item open. */
  readonly othersAt: (item: string) => readonly MemberInfo[]
  /** Deletes an item, says so, and offers to undo that. */
  readonly remove: (item: { readonly id: string; readonly title: string }) => void
}

export const SpaceContext = createContext<OpenSpace | undefined>(undefined)

/** The open space around a component. */
export function useOpenSpace(): OpenSpace {
  const value = use(SpaceContext)
  if (value === undefined) throw new Error('useOpenSpace was used outside of a SpaceView. Render the component below one.')
  return value
}

/** The others who have an item open now. */
export function OthersAt({ item }: { readonly item: string }): ReactNode {
  const others = useOpenSpace().othersAt(item)
  if (others.length === 0) return null
  return (
    <span className="others">
      {others.map(({ id, hue, name, colour, emoji, picture }) => (
        <span key={id}>
          <Avatar {...{ id, hue, name, colour, emoji, picture }} title={`${plainName(name)} is here`} />
          <span className="echo-visually-hidden"> is here</span>
        </span>
      ))}
    </span>
  )
}
