import type { ReactNode } from 'react'

/** An id, cut for the eye; the whole one is in its title. */
export function Id({ id }: { readonly id: string }): ReactNode {
  return <code title={id}>{id.slice(0, 8)}</code>
}
