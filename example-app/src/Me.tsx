import type { ReactNode } from 'react'
import { useIdentity } from 'echo-react'
import { Avatar } from 'echo-react/components'

/** Who uses this device. */
export function Me(): ReactNode {
  const identity = useIdentity()
  if (identity.status !== 'ready' && identity.status !== 'unsaved') return null
  const { id, name } = identity.identity
  return (
    <p className="me">
      <Avatar id={id} name={name} aria-hidden="true" />
      <span>
        <bdi>{name}</bdi>
        <small>You, on this device</small>
      </span>
    </p>
  )
}
