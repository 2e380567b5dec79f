import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import type { Seen } from './writeModel.ts'

export const Task = defineType('task', z.object({ title: z.string(), done: z.number().default(0) }))
export const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
/** Each life's own count of batches, written with every batch: what a replica reads here is exactly what it has seen. */
export const Ledger = defineType('ledger', z.record(z.string(), z.unknown()))

/** Stands in everything that people write, so that it can be looked for where only sealed bytes may be. */
export const marker = 'openly-legible'

/** What a page has seen, by its ledger. */
export function seenBy(space: Space, ledger: ItemId): Seen {
  const { id: _id, ...seen } = space.get(Ledger, ledger) as unknown as Record<string, unknown>
  return seen as Seen
}
