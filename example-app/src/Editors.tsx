import type { ReactNode } from 'react'
import { Avatar } from 'echo-react/components'
import { useOpenSpace } from './spaceContext.ts'

/** The others who are writing in an item now. */
export function Editors({ itemId }: { readonly itemId: string }): ReactNode {
  const { editorsOf } = useOpenSpace()
  const editors = editorsOf(itemId)
  if (editors.length === 0) return null
  return (
    <span className="editors">
      {editors.map(({ identity, name }) => (
        <span key={identity}>
          <Avatar id={identity} name={name} title={`${name} is writing here`} />
          <span className="echo-visually-hidden"> is writing here</span>
        </span>
      ))}
    </span>
  )
}
