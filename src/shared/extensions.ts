import type { Reader, Writer } from './encoding.ts'

/**
 * Tagged fields at the end of a message, so that it can grow: `ext = uint count, count x (uint tag, bytes)`, tags ascending.
 * A reader ignores an unknown odd tag and answers an unknown even one with `newer-version`.
 */
export type Extensions = ReadonlyMap<number, Uint8Array>

export const noExtensions: Extensions = new Map()

const maxCount = 32
const maxBytes = 1024

export function writeExtensions(writer: Writer, extensions: Extensions): void {
  const entries = [...extensions].sort(([a], [b]) => a - b)
  writer.list(entries, ([tag, value]) => writer.uint(tag).bytes(value))
}

export function readExtensions(reader: Reader): Extensions {
  const extensions = new Map<number, Uint8Array>()
  let last = -1
  reader.list(maxCount, () => {
    const tag = reader.uint()
    if (tag <= last) reader.refuse('bad-value')
    last = tag
    extensions.set(tag, reader.bytes(maxBytes))
  })
  return extensions
}

/** Whether some tag is even and not among those the reader knows: then the sender asks for a newer version. */
export function hasUnknownRequired(extensions: Extensions, known: readonly number[] = []): boolean {
  return [...extensions.keys()].some((tag) => tag % 2 === 0 && !known.includes(tag))
}
