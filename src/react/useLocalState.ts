'use client'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { useCallback, useState } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'

/**
 * State of a space that stays on this device, like `useState` for all tabs and after a reload: what is folded, the last filter, a draft.
 * @param initial shown until something is set; the first render's counts
 * @param schema at module level; what is stored and does not fit it, as an older version may have written it, counts as not set
 * @returns the value and what sets it, to a value or to what a function makes of the present one; undefined brings `initial` back. It throws EchoError as
 * `LocalState.set` does, and space-closed while there is no space
 * @throws EchoError no-provider; bad-value for a name that is none
 * @example
 * const [folded, setFolded] = useLocalState(space, 'sidebar', false)
 * return <button aria-expanded={!folded} onClick={() => setFolded((before) => !before)}>Sidebar</button>
 */
export function useLocalState<T>(
  space: Space | undefined,
  name: string,
  initial: T,
  schema?: StandardSchemaV1<T>,
): readonly [value: T, set: (next: T | undefined | ((before: T) => T | undefined)) => void] {
  useEcho()
  const [first] = useState(() => initial)
  const local = space?.local(name, schema)
  const stored = useReadable(local)
  const set = useCallback(
    (next: T | undefined | ((before: T) => T | undefined)) => {
      if (local === undefined) throw new EchoError('space-closed', 'Nothing can be kept while the space is not open yet.')
      // A function is no value that could be kept.
      local.set(typeof next === 'function' ? (next as (before: T) => T | undefined)(withDefault(local.get(), first)) : next)
    },
    [local, first],
  )
  return [withDefault(stored, first), set]
}

/** Null is a value. */
function withDefault<T>(value: T | undefined, otherwise: T): T {
  return value === undefined ? otherwise : value
}
