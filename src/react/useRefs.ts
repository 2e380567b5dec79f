'use client'
import { useQuery } from './useQuery.ts'
import type { Space } from '../client/echo.ts'
import type { FieldName } from '../database/query/conditions.ts'
import type { AnyItemType, AnyLinkType, OutputOf } from '../database/types/defineType.ts'
import type { Item, ItemRef } from '../database/types/item.ts'
import { queryOfItem, type Query } from '../database/query/query.ts'

/**
 * What points at an item, live: the links that end there, of some kinds or all, or the items of a type that refer to it by a field.
 * Undefined for an undefined space or item.
 * @throws EchoError no-provider, unknown-type
 * @example
 * const blockers = useRefs(space, task, Blocks)
 * const owned = useRefs(space, person, Task, 'owner')
 */
export function useRefs<L extends readonly AnyLinkType[]>(
  space: Space | undefined,
  item: ItemRef | undefined,
  ...types: L
): readonly Item<L[number]>[] | undefined
export function useRefs<R extends AnyItemType>(
  space: Space | undefined,
  item: ItemRef | undefined,
  type: R,
  field: FieldName<OutputOf<R>>,
): readonly Item<R>[] | undefined
export function useRefs(space: Space | undefined, item: ItemRef | undefined, ...given: readonly unknown[]): unknown {
  const base = queryOfItem(item)
  return useQuery(space, base && (base.refs as (...given: readonly unknown[]) => Query).call(base, ...given))
}
