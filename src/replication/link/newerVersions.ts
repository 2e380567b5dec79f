import { equalBytes } from '../../shared/bytes.ts'

/**
 * Blocks and membership operations of a newer version. Nothing in them can be judged here, not even who wrote them, so a few are kept as they are and passed on to
 * whoever may read them. Only for as long as the page lives: peers send them again, because our heads do not name them.
 */
export interface NewerVersions {
  /** Whether any came, kept or not. */
  readonly isMet: boolean
  /**
   * @param from names the peer, whose share is bounded
   * @returns whether it was not known and is kept: others should get it
   */
  keep(type: 'blocks' | 'ops', bytes: Uint8Array, from: string): boolean
  all(type: 'blocks' | 'ops'): readonly Uint8Array[]
}

/** The most that is kept, in all and of one peer. */
export const maxNewer = 64
export const maxNewerBytes = 4 * 1024 * 1024
export const maxNewerOfPeer = 16
export const maxNewerBytesOfPeer = 1024 * 1024 + 128 * 1024

export function createNewerVersions(): NewerVersions {
  const kept: { readonly type: 'blocks' | 'ops'; readonly bytes: Uint8Array; readonly from: string }[] = []
  let isMet = false

  function fits(bytes: Uint8Array, entries: typeof kept, most: number, mostBytes: number): boolean {
    return entries.length < most && entries.reduce((sum, entry) => sum + entry.bytes.length, bytes.length) <= mostBytes
  }

  return {
    get isMet() {
      return isMet
    },
    keep(type, bytes, from) {
      isMet = true
      if (kept.some((entry) => entry.type === type && equalBytes(entry.bytes, bytes))) return false
      const ofPeer = kept.filter((entry) => entry.from === from)
      if (!fits(bytes, kept, maxNewer, maxNewerBytes) || !fits(bytes, ofPeer, maxNewerOfPeer, maxNewerBytesOfPeer)) return false
      kept.push({ type, bytes: bytes.slice(), from })
      return true
    },
    all: (type) => kept.filter((entry) => entry.type === type).map(({ bytes }) => bytes),
  }
}
