import { concatBytes } from '../../shared/bytes.ts'

/**
 * Messages travel as fragments, `flags u8 (1 last, 2 urgent), bytes`, in two streams that may interleave: urgent (heads, presence, ping) and
 * bulk (blocks). See docs/PROTOCOL.md#fragments.
 */
export const maxFragmentBytes = 16_320
/** The longest message: a block of the greatest size with its frame. */
export const maxMessageBytes = 2 * 1024 * 1024

const lastFlag = 1
const urgentFlag = 2

export type Priority = 'urgent' | 'bulk'

/** Cuts a message into fragments, in order; at least one. */
export function fragmentsOf(message: Uint8Array, priority: Priority): readonly Uint8Array[] {
  const fragments: Uint8Array[] = []
  const urgent = priority === 'urgent' ? urgentFlag : 0
  for (let start = 0; start === 0 || start < message.length; start += maxFragmentBytes) {
    const end = start + maxFragmentBytes
    const flags = urgent | (end >= message.length ? lastFlag : 0)
    fragments.push(concatBytes(Uint8Array.of(flags), message.subarray(start, end)))
  }
  return fragments
}

/** Puts the fragments of both streams together again. */
export interface Reassembly {
  /** @returns the message that this fragment completes, undefined where more must come, `'malformed'` where it breaks the form or the bound. */
  take(fragment: Uint8Array): Uint8Array | undefined | 'malformed'
}

export function createReassembly(): Reassembly {
  const streams = { urgent: { parts: [] as Uint8Array[], bytes: 0 }, bulk: { parts: [] as Uint8Array[], bytes: 0 } }
  return {
    take(fragment) {
      const flags = fragment[0]
      if (flags === undefined || flags > 3 || fragment.length > maxFragmentBytes + 1) return 'malformed'
      const stream = streams[(flags & urgentFlag) === 0 ? 'bulk' : 'urgent']
      stream.parts.push(fragment.subarray(1))
      stream.bytes += fragment.length - 1
      // An empty fragment that is not the last would cost memory without ever reaching the bound.
      if (stream.bytes > maxMessageBytes || (fragment.length === 1 && (flags & lastFlag) === 0)) return 'malformed'
      if ((flags & lastFlag) === 0) return undefined
      const message = concatBytes(...stream.parts)
      stream.parts = []
      stream.bytes = 0
      return message
    },
  }
}
