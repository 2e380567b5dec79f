'use client'
import { useQuery } from './useQuery.ts'
import type { Space } from '../client/echo.ts'
import type { AnyItemType } from '../database/types/defineType.ts'
import type { Item, ItemRef } from '../database/types/item.ts'
import { queryOfItem } from '../database/query/query.ts'

/**
 * The items right under one, live and in order: those of some types, or all.
 * Undefined for an undefined space or item.
 * @throws EchoError no-provider, unknown-type
 * @example
 * const steps = useChildren(space, task, Step)
 */
export function useChildren(space: Space | undefined, item: ItemRef | undefined): readonly Item[] | undefined
export function useChildren<T extends readonly AnyItemType[]>(
  space: Space | undefined,
  item: ItemRef | undefined,
  ...types: T
): readonly Item<T[number]>[] | undefined
export function useChildren(space: Space | undefined, item: ItemRef | undefined, ...types: readonly AnyItemType[]): unknown {
  return useQuery(space, queryOfItem(item)?.children(...types))
}
