import { compareBytes } from './bytes.ts'
import type { Reader } from './encoding.ts'

/** A list of at most so many 32-byte ids in ascending order, none twice: one set has one encoding. Inside a decoder only. */
export function readAscendingIds(reader: Reader, maxCount: number): readonly Uint8Array[] {
  let last: Uint8Array | undefined
  return reader.list(maxCount, () => {
    const id = reader.fixed(32)
    if (last !== undefined && compareBytes(last, id) >= 0) reader.refuse()
    last = id
    return id
  })
}
