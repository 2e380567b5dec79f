import { useMemo, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { plainName } from '../../components/basics/plainName.ts'
import { useReadable } from '../../react/useReadable.ts'
import { Id } from './Id.tsx'

/** The names of a space's members by identity, fit to be shown. */
export function useNames(space: Space): ReadonlyMap<string, string> {
  const members = useReadable(space.members)
  return useMemo(() => new Map(members.map(({ id, name, isMe }) => [id, isMe ? `${plainName(name)} (me)` : plainName(name)])), [members])
}

/** A person by name, as far as the space knows one, and by id. */
export function Person({ id, names }: { readonly id: string | undefined; readonly names: ReadonlyMap<string, string> }): ReactNode {
  if (id === undefined) return '–'
  return (
    <>
      {names.has(id) && (
        <>
          <bdi>{names.get(id)}</bdi>{' '}
        </>
      )}
      <Id id={id} />
    </>
  )
}
