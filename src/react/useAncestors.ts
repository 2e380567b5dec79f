'use client'
import { useQuery } from './useQuery.ts'
import type { Space } from '../client/echo.ts'
import type { AnyItemType } from '../database/types/defineType.ts'
import type { Item, ItemRef } from '../database/types/item.ts'
import { queryOfItem } from '../database/query/query.ts'

/**
 * The items above one, live, that at the top first: those of some types, or all.
 * Undefined for an undefined space or item.
 * @throws EchoError no-provider, unknown-type
 * @example
 * const path = useAncestors(space, page)
 */
export function useAncestors(space: Space | undefined, item: ItemRef | undefined): readonly Item[] | undefined
export function useAncestors<T extends readonly AnyItemType[]>(
  space: Space | undefined,
  item: ItemRef | undefined,
  ...types: T
): readonly Item<T[number]>[] | undefined
export function useAncestors(space: Space | undefined, item: ItemRef | undefined, ...types: readonly AnyItemType[]): unknown {
  return useQuery(space, queryOfItem(item)?.ancestors(...types))
}
