'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { AnyItemType } from '../database/types/defineType.ts'
import type { Item } from '../database/types/item.ts'

/**
 * One item, live: a new snapshot when its content changes and only then. Undefined where it is not there, deleted, or does not fit the
 * schema, and for an undefined space or id. Changes go through `space.update`.
 * @throws EchoError no-provider, unknown-type
 * @example
 * const task = useItem(space, Task, params.taskId)
 * if (task === undefined) return <p>This task is gone.</p>
 */
export function useItem<T extends AnyItemType>(space: Space | undefined, type: T, id: string | undefined): Item<T> | undefined {
  useEcho()
  const live = useMemo(() => (id === undefined ? undefined : space?.liveItem(type, id)), [space, type, id])
  return useReadable(live)
}
