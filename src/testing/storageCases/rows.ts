import { EchoError, type EchoErrorCode } from '../../shared/echoError.ts'
import type { BlockId, DocumentId, SpaceId } from '../../shared/ids.ts'
import type { BlockRow, BundleRow, MarkRow, PendingRow, Storage, StorageBatch } from '../../storage/storage.ts'

export const space = 'space-a' as SpaceId
export const otherSpace = 'space-b' as SpaceId
export const largeBytes = 1_000_000

export function bytes(length: number, fill = 7): Uint8Array {
  return new Uint8Array(length).fill(fill)
}

export function block(feed: string, seq: number, of: SpaceId = space, envelopeBytes = 100): BlockRow {
  return {
    space: of,
    block: `${feed}-${seq}` as BlockId,
    feed,
    seq,
    header: bytes(50, seq),
    signature: bytes(64, 2),
    envelope: bytes(envelopeBytes, 3),
  }
}

export function pending(key: string, updateBytes = 20): PendingRow {
  return {
    space,
    key,
    slot: 0,
    document: 'document' as DocumentId,
    from: 1,
    to: 4,
    update: bytes(updateBytes, 4),
    heads: [bytes(32, 5), bytes(32, 6)],
  }
}

/** A bundle of `count` blocks of which the last is `seq`. */
export function bundle(feed: string, seq: number, count: number): BundleRow {
  const { block: last } = block(feed, seq)
  return {
    space,
    feed,
    seq,
    block: last,
    first: seq - count + 1,
    judged: count,
    head: bytes(50, 7),
    hashes: bytes(32 * count, 8),
    parts: bytes(300, 9),
  }
}

export function mark(slot: number, seq = 0): MarkRow {
  return { space, slot, seq, block: 'a-0' as BlockId }
}

export const oneOfEach: StorageBatch = {
  putMembership: [{ space, id: 'op', operation: bytes(40, 1) }],
  putBlocks: [block('a', 0)],
  putBundles: [bundle('b', 3, 2)],
  putPending: [pending('0/1')],
  putMarks: [mark(0)],
}

/** Each kind of row in turn is the one that does not fit; the small rows beside it must not be stored either. */
export const largeBatches: Readonly<Record<string, StorageBatch>> = {
  keys: { ...oneOfEach, putKeys: [{ key: 'large', value: noise(largeBytes) }] },
  membership: { ...oneOfEach, putMembership: [{ space, id: 'op', operation: noise(largeBytes) }] },
  blocks: { ...oneOfEach, putBlocks: [{ ...block('a', 0), envelope: noise(largeBytes) }] },
  bundles: { ...oneOfEach, putBundles: [{ ...bundle('b', 3, 2), parts: noise(largeBytes) }] },
  pending: { ...oneOfEach, putPending: [{ ...pending('0/1'), update: noise(largeBytes) }] },
}

/** Bytes that do not compress. */
export function noise(length: number): Uint8Array {
  let state = 1
  return new Uint8Array(length).map(() => (state = (state * 48_271) % 0x7fffffff))
}

export const nothing = { keys: 0, membership: 0, headers: 0, bundles: 0, pending: 0, marks: 0 }

export async function contents(tab: Storage): Promise<typeof nothing> {
  return {
    keys: (await tab.listKeys('')).length,
    membership: (await tab.readMembership(space)).rows.length,
    headers: (await tab.readHeaders(space)).rows.length,
    bundles: (await tab.readBundles(space)).rows.length,
    pending: (await tab.readPending(space)).length,
    marks: (await tab.readMarks(space)).length,
  }
}

export async function codeOf(work: Promise<unknown>): Promise<EchoErrorCode | 'none'> {
  try {
    await work
    return 'none'
  } catch (error) {
    if (error instanceof EchoError) return error.code
    throw error
  }
}
