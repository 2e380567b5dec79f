import { sha256 } from '@noble/hashes/sha2.js'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { compareBytes } from '../../../src/shared/bytes.ts'
import { idBytes, toId, type BlockId, type SpaceId } from '../../../src/shared/ids.ts'
import { blockIdOf, encodeHeader, type BlockHeader } from '../../../src/feed/header.ts'

/** Only the hash: all that headers and the graph use. */
export const hashOnly = { hash: (data: Uint8Array) => sha256(data) } as CryptoPort

export const spaceBytes = new Uint8Array(32).fill(7)
export const space = toId<SpaceId>(spaceBytes)
export const zero32 = new Uint8Array(32)

/** 32 bytes that stand for a device, an identity, … */
export function bytes32(value: number): Uint8Array {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, value)
  bytes[31] = 1
  return bytes
}

/** A header by device 1 at the start of its feed, with `changes`. */
export function headerOf(changes: Partial<BlockHeader> = {}): BlockHeader {
  return {
    space: spaceBytes,
    identity: bytes32(100),
    device: bytes32(1),
    slot: 0,
    seq: 0,
    previous: zero32,
    dependencies: [],
    membership: [bytes32(200)],
    document: new Uint8Array(16),
    keyId: bytes32(300),
    from: 0,
    to: 1,
    timeMs: 1_700_000_000_000,
    plaintextHash: bytes32(400),
    retracts: [],
    ...changes,
  }
}

export function idOf(header: BlockHeader): BlockId {
  return blockIdOf(hashOnly, encodeHeader(header))
}

/** The ids' bytes, ascending. */
export function ascending(ids: readonly BlockId[]): Uint8Array[] {
  return ids.map(idBytes).sort(compareBytes)
}
