import type { GuardCaps } from './caps.ts'
import type { Cursor } from './cursor.ts'
import { refuse } from './refusal.ts'

/**
 * Steps over a delete set (G8): clients descending, ranges ascending with a gap between them, nothing beyond what the past (or, of the own
 * client, the update itself) holds. A range beyond that would delete what is written later. Deleting what others wrote is legal.
 * @returns the number of ranges
 */
export function walkDeleteSet(cursor: Cursor, limits: (client: number) => number, caps: GuardCaps): number {
  const clients = cursor.uint()
  let ranges = 0
  let clientBefore = Infinity
  for (let i = 0; i < clients; i++) {
    const client = cursor.uint()
    if (client >= clientBefore) refuse('g8', 'clients of the delete set out of order')
    clientBefore = client
    const count = cursor.uint()
    if (count === 0) refuse('g8', 'a client without ranges in the delete set')
    ranges += count
    if (ranges > caps.maxRanges) refuse('g9', 'too many ranges in the delete set')
    const limit = limits(client)
    let endBefore = -1
    for (let k = 0; k < count; k++) {
      const start = cursor.uint()
      const length = cursor.uint()
      if (start <= endBefore) refuse('g8', 'ranges of the delete set out of order or touching')
      if (length < 1) refuse('g8', 'an empty range in the delete set')
      endBefore = start + length
      if (endBefore > limit) refuse('g8', 'a deletion outside the past')
    }
  }
  return ranges
}
