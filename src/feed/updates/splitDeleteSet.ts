import { concatBytes } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import type { GuardCaps } from '../guard/caps.ts'
import type { Cursor } from '../guard/cursor.ts'

/** Cuts a delete set between ranges into delete sets of at most `maxRanges` ranges and about `maxBytes` bytes. An empty set gives none. */
export function splitDeleteSet(cursor: Cursor, { maxRanges, maxBytes }: Pick<GuardCaps, 'maxRanges' | 'maxBytes'>): Uint8Array[] {
  const sets: Uint8Array[] = []
  let clients: Uint8Array[] = []
  let ranges = 0
  let bytes = 0

  function close(): void {
    if (clients.length > 0) sets.push(concatBytes(new Writer().uint(clients.length).finish(), ...clients))
    clients = []
    ranges = 0
    bytes = 0
  }

  /** A client's id and number of ranges take at most this. */
  const clientBytes = 16
  const clientCount = cursor.uint()
  for (let i = 0; i < clientCount; i++) {
    const client = cursor.uint()
    let start = cursor.at
    let count = 0
    const add = (end: number): void => {
      if (count > 0) clients.push(new Writer().uint(client).uint(count).fixed(cursor.bytes.subarray(start, end)).finish())
      start = end
      count = 0
    }
    const rangeCount = cursor.uint()
    start = cursor.at
    bytes += clientBytes
    for (let k = 0; k < rangeCount; k++) {
      const before = cursor.at
      cursor.uint()
      cursor.uint()
      const length = cursor.at - before
      if (ranges + 1 > maxRanges || bytes + length > maxBytes) {
        add(before)
        close()
        bytes = clientBytes
      }
      ranges++
      count++
      bytes += length
    }
    add(cursor.at)
  }
  close()
  return sets
}
