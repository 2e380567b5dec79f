import { readAscendingIds } from '../../shared/ascendingIds.ts'
import { equalBytes } from '../../shared/bytes.ts'
import { decode, Writer, type DecodeFault, type Reader } from '../../shared/encoding.ts'
import { fail, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { toId, type BlockId } from '../../shared/ids.ts'
import {
  blockHash,
  encodeHeader,
  maxDependencies,
  maxMembershipHeads,
  readRetractions,
  writeRetraction,
  type BlockHeader,
  type Retraction,
} from '../header.ts'

/*
 * A run of consecutive headers of one feed, each as what it changes (docs/PROTOCOL.md#bundle):
 *
 * run        = space 32 · identity 32 · device 32 · slot 4 BE · seq uint · previous 32 · uint count · count difference
 * difference = flags u8 · [1: document index uint [· document 16 where the index is new]] · [2: key id 32] · [4: list membership 32] · [8: list dependency 32]
 *              · [16: from uint] · to - from uint · time difference uint (32: it is to be taken off) · [64: list retraction 64]
 *
 * What is absent is as before. The hash of a payload is no part of it: whoever has the payload makes it again, and with it the header, its hash, and
 * so the `previous` of the next. A few bytes a header are left of 290.
 */

/** A header without what its run's hash chain gives. */
export type BareHeader = Omit<BlockHeader, 'previous' | 'plaintextHash'>

/** Consecutive headers of one feed. */
export interface HeaderRun {
  /** `previous` of the first. */
  readonly previous: Uint8Array
  /** At least one. */
  readonly headers: readonly BareHeader[]
}

/** A header of a run with its exact bytes. */
export interface RunHeader {
  readonly id: BlockId
  readonly header: BlockHeader
  readonly bytes: Uint8Array
}

/** The most headers of a run. */
export const maxRunHeaders = 1024
/** The longest encoded run, in bytes. */
export const maxRunBytes = 256 * 1024

const flag = { document: 1, keyId: 2, membership: 4, dependencies: 8, from: 16, earlier: 32, retracts: 64 } as const
const allFlags = 127

/** What a difference is taken against. */
interface Before {
  readonly documents: Uint8Array[]
  /** Of each document, the clock after its last header. */
  readonly clocks: number[]
  document: number
  keyId: Uint8Array | undefined
  membership: readonly Uint8Array[] | undefined
  timeMs: number
}

function nothingBefore(): Before {
  return { documents: [], clocks: [], document: -1, keyId: undefined, membership: undefined, timeMs: 0 }
}

/** Encodes consecutive headers of one feed and author; each `previous` must be the id of the header before. */
export function encodeRun(headers: readonly BlockHeader[]): Uint8Array {
  const { space, identity, device, slot, seq, previous } = headers[0]!
  const writer = new Writer().fixed(space).fixed(identity).fixed(device).u32(slot).uint(seq).fixed(previous).uint(headers.length)
  const before = nothingBefore()
  for (const header of headers) writeDifference(writer, header, before)
  return writer.finish()
}

function writeDifference(writer: Writer, header: BlockHeader, before: Before): void {
  const { document, keyId, membership, dependencies, from, to, timeMs, retracts } = header
  const known = before.documents.findIndex((other) => equalBytes(other, document))
  const index = known < 0 ? before.documents.length : known
  const isSameKey = before.keyId !== undefined && equalBytes(before.keyId, keyId)
  const isSameMembership = before.membership !== undefined && equalLists(before.membership, membership)
  const isNextClock = before.clocks[index] === from
  writer.u8(
    (index === before.document ? 0 : flag.document) |
      (isSameKey ? 0 : flag.keyId) |
      (isSameMembership ? 0 : flag.membership) |
      (dependencies.length === 0 ? 0 : flag.dependencies) |
      (isNextClock ? 0 : flag.from) |
      (timeMs < before.timeMs ? flag.earlier : 0) |
      (retracts.length === 0 ? 0 : flag.retracts),
  )
  if (index !== before.document) writer.uint(index)
  if (known < 0) {
    writer.fixed(document)
    before.documents.push(document)
  }
  if (!isSameKey) writer.fixed(keyId)
  if (!isSameMembership) writer.list(membership, (id) => writer.fixed(id))
  if (dependencies.length > 0) writer.list(dependencies, (id) => writer.fixed(id))
  if (!isNextClock) writer.uint(from)
  writer.uint(to - from).uint(Math.abs(timeMs - before.timeMs))
  if (retracts.length > 0) writer.list(retracts, writeRetraction)
  before.document = index
  before.clocks[index] = to
  before.keyId = keyId
  before.membership = membership
  before.timeMs = timeMs
}

/** Reads a run strictly. Never throws. */
export function decodeRun(bytes: Uint8Array): Result<HeaderRun, DecodeFault> {
  if (bytes.length > maxRunBytes) return fail('too-large')
  return decode(bytes, (reader): HeaderRun => {
    const feed = { space: reader.fixed(32), identity: reader.fixed(32), device: reader.fixed(32), slot: reader.u32() }
    const seq = reader.uint(Number.MAX_SAFE_INTEGER - maxRunHeaders)
    const previous = reader.fixed(32)
    const before = nothingBefore()
    let next = seq
    const headers = reader.list(maxRunHeaders, () => readDifference(reader, before, feed, next++))
    if (headers.length === 0) reader.refuse()
    return { previous, headers }
  })
}

const none: readonly Uint8Array[] = []
const noRetractions: readonly Retraction[] = []

function readDifference(
  reader: Reader,
  before: Before,
  { space, identity, device, slot }: Pick<BareHeader, 'space' | 'identity' | 'device' | 'slot'>,
  seq: number,
): BareHeader {
  const flags = reader.u8()
  if ((flags & ~allFlags) !== 0) reader.refuse()
  const has = (bit: number): boolean => (flags & bit) !== 0
  const index = has(flag.document) ? reader.uint(before.documents.length) : before.document
  if (index === before.documents.length) before.documents.push(reader.fixed(16))
  const keyId = has(flag.keyId) ? reader.fixed(32) : before.keyId
  const membership = has(flag.membership) ? readAscendingIds(reader, maxMembershipHeads) : before.membership
  const dependencies = has(flag.dependencies) ? readAscendingIds(reader, maxDependencies) : none
  const document = before.documents[index]
  const from = has(flag.from) ? reader.uint() : before.clocks[index]
  if (document === undefined || keyId === undefined || membership === undefined || from === undefined) return reader.refuse()
  const to = from + reader.uint()
  const difference = reader.uint()
  const timeMs = before.timeMs + (has(flag.earlier) ? -difference : difference)
  if (to > Number.MAX_SAFE_INTEGER || timeMs < 0 || timeMs > Number.MAX_SAFE_INTEGER) reader.refuse()
  const retracts = has(flag.retracts) ? readRetractions(reader) : noRetractions
  before.document = index
  before.clocks[index] = to
  before.keyId = keyId
  before.membership = membership
  before.timeMs = timeMs
  // In one literal: spread out of two objects it takes several times longer.
  return { space, identity, device, slot, seq, document, keyId, membership, dependencies, from, to, timeMs, retracts }
}

/**
 * The headers of a run with ids and exact bytes. They prove nothing by themselves: a signature of the last does, for all.
 * @param plaintextHashes of each header's payload, 32 bytes each
 */
export function completeRun(crypto: CryptoPort, run: HeaderRun, plaintextHashes: readonly Uint8Array[]): readonly RunHeader[] {
  let { previous } = run
  return run.headers.map((bare, i) => {
    const { space, identity, device, slot, seq, document, keyId, membership, dependencies, from, to, timeMs, retracts } = bare
    const plaintextHash = plaintextHashes[i]!
    const header: BlockHeader = {
      space,
      identity,
      device,
      slot,
      seq,
      previous,
      dependencies,
      membership,
      document,
      keyId,
      from,
      to,
      timeMs,
      plaintextHash,
      retracts,
    }
    const bytes = encodeHeader(header)
    previous = blockHash(crypto, bytes)
    return { id: toId<BlockId>(previous), header, bytes }
  })
}

function equalLists(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((bytes, i) => equalBytes(bytes, b[i]!))
}
