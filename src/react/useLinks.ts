'use client'
import { useQuery } from './useQuery.ts'
import type { Space } from '../client/echo.ts'
import type { AnyLinkType } from '../database/types/defineType.ts'
import type { Item, ItemRef } from '../database/types/item.ts'
import { queryOfItem } from '../database/query/query.ts'

/**
 * The links that begin at an item, live: those of some kinds, or all; each names its other end in `$.target`.
 * Undefined for an undefined space or item.
 * @throws EchoError no-provider, unknown-type
 * @example
 * const blocked = useLinks(space, task, Blocks)
 */
export function useLinks<L extends readonly AnyLinkType[]>(
  space: Space | undefined,
  item: ItemRef | undefined,
  ...types: L
): readonly Item<L[number]>[] | undefined {
  return useQuery(space, queryOfItem(item)?.links(...types))
}
