import { compareBytes, concatBytes } from '../shared/bytes.ts'
import { readAscendingIds } from '../shared/ascendingIds.ts'
import { decode, Writer, type DecodeFault, type Reader } from '../shared/encoding.ts'
import { toId, type BlockId } from '../shared/ids.ts'
import { fail, type Result } from '../shared/result.ts'
import { label } from '../crypto/labels.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'

/**
 * The signed part of a block: who wrote it, after what, for which document, and a keyed hash of what it holds.
 * Hashed and signed in full; the block's id is the hash of the encoded header, never of the signature (docs/PROTOCOL.md#block).
 */
export interface BlockHeader {
  /** 32 bytes. */
  readonly space: Uint8Array
  /** 32-byte root key of the author. */
  readonly identity: Uint8Array
  /** 32-byte signing key of the author's device. */
  readonly device: Uint8Array
  /** Which of the device's writers; each has a feed and a Yjs clientID of its own. 0 to 2^32 - 1. */
  readonly slot: number
  /** Place in the feed, from 0. */
  readonly seq: number
  /** Id of the feed's block before this one; 32 zero bytes at seq 0. */
  readonly previous: Uint8Array
  /** Ids of the newest blocks of other feeds that were applied when this was cut, ascending, none in the past of another or of `previous`. */
  readonly dependencies: readonly Uint8Array[]
  /** Heads of the membership log when this was cut, ascending. */
  readonly membership: readonly Uint8Array[]
  /** 16 bytes: zero for the root document, else the id of the item that owns it. */
  readonly document: Uint8Array
  /** Id of the epoch key under which {@link plaintextHash} is made. */
  readonly keyId: Uint8Array
  /** Yjs clocks of the payload's own structs: from (inclusive) to (exclusive). Equal where it only deletes. */
  readonly from: number
  readonly to: number
  /** Milliseconds since the Unix epoch by the author's clock; for display only. */
  readonly timeMs: number
  /** HMAC-SHA-256 of the payload under the epoch's plaintext-hash key. */
  readonly plaintextHash: Uint8Array
  /** Blocks of this device that it takes back, in whatever slot: see {@link Retraction}. Ascending by `first`, no two alike; nearly always none. */
  readonly retracts: readonly Retraction[]
}

/**
 * A device takes back `first`, a block of its own, and with it all that rests on it. What it wrote from `first` to `last` in the document of the retracting block,
 * it has written again, in that block or right after it; so nothing is written again twice.
 */
export interface Retraction {
  /** 32-byte block id. */
  readonly first: Uint8Array
  /** 32-byte id of `first` or a later block of its feed. */
  readonly last: Uint8Array
}

/** The most dependency heads that a header may name. */
export const maxDependencies = 256
/** The most membership heads that a header may name. */
export const maxMembershipHeads = 64
/** The most retractions that a header may hold. */
export const maxRetractions = 64
/** The longest encoded header, in bytes. */
export const maxHeaderBytes = 32 * 1024

const version = 1
/** Room for a header with one membership head and one dependency. */
const usualHeaderBytes = 384
/** Made once, because every block that comes or is opened is hashed with it. */
const blockLabel = label('block')

/** Why header bytes are no header; `newer-version` is kept and passed on, never judged. */
export type HeaderFault = DecodeFault | 'newer-version'

/**
 * The bytes that are hashed and signed:
 * `01 · space 32 · identity 32 · device 32 · slot 4 · seq uint · previous 32 · list dependency 32 · list membership 32 ·
 * document 16 · key id 32 · from uint · to uint · time uint · plaintext hash 32 · list (first 32 · last 32)`.
 */
export function encodeHeader(header: BlockHeader): Uint8Array {
  return new Writer(usualHeaderBytes)
    .u8(version)
    .fixed(header.space)
    .fixed(header.identity)
    .fixed(header.device)
    .u32(header.slot)
    .uint(header.seq)
    .fixed(header.previous)
    .list(header.dependencies, (id, writer) => writer.fixed(id))
    .list(header.membership, (id, writer) => writer.fixed(id))
    .fixed(header.document)
    .fixed(header.keyId)
    .uint(header.from)
    .uint(header.to)
    .uint(header.timeMs)
    .fixed(header.plaintextHash)
    .list(header.retracts, writeRetraction)
    .finish()
}

/** Reads a header strictly: one header has exactly one byte form, so a decoded header encodes to the same bytes. Never throws. */
export function decodeHeader(bytes: Uint8Array): Result<BlockHeader, HeaderFault> {
  if (bytes.length > maxHeaderBytes) return fail('too-large')
  if (bytes[0]! > version) return fail('newer-version')
  return decode(bytes, (reader): BlockHeader => {
    if (reader.u8() !== version) reader.refuse()
    const header: BlockHeader = {
      space: reader.fixed(32),
      identity: reader.fixed(32),
      device: reader.fixed(32),
      slot: reader.u32(),
      seq: reader.uint(),
      previous: reader.fixed(32),
      dependencies: readAscendingIds(reader, maxDependencies),
      membership: readAscendingIds(reader, maxMembershipHeads),
      document: reader.fixed(16),
      keyId: reader.fixed(32),
      from: reader.uint(),
      to: reader.uint(),
      timeMs: reader.uint(),
      plaintextHash: reader.fixed(32),
      retracts: readRetractions(reader),
    }
    if (header.from > header.to) reader.refuse()
    return header
  })
}

/** The id of a block: {@link blockHash} of its header. */
export function blockIdOf(crypto: CryptoPort, headerBytes: Uint8Array): BlockId {
  return toId<BlockId>(blockHash(crypto, headerBytes))
}

/** The bytes of {@link blockIdOf}: H(`block`, header bytes), 32. */
export function blockHash(crypto: CryptoPort, headerBytes: Uint8Array): Uint8Array {
  return crypto.hash(concatBytes(blockLabel, headerBytes))
}

/** Writes one entry of {@link BlockHeader.retracts}. */
export function writeRetraction({ first, last }: Retraction, writer: Writer): void {
  writer.fixed(first).fixed(last)
}

/** Reads the list of {@link BlockHeader.retracts}. */
export function readRetractions(reader: Reader): readonly Retraction[] {
  let before: Uint8Array | undefined
  return reader.list(maxRetractions, () => {
    const first = reader.fixed(32)
    if (before !== undefined && compareBytes(before, first) >= 0) reader.refuse()
    before = first
    return { first, last: reader.fixed(32) }
  })
}
