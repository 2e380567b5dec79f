import { readAscendingIds } from '../shared/ascendingIds.ts'
import { compareBytes, concatBytes, toBase64Url } from '../shared/bytes.ts'
import { decode, Writer, type Reader } from '../shared/encoding.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort, SigningKey } from '../crypto/cryptoPort.ts'
import { labelledHash, labelledSign, labelledVerify } from '../crypto/labels.ts'

/*
 * Grammar (docs/PROTOCOL.md#operation):
 *   operation = 01 · space 32 (genesis: zero) · kind uint · as (operation 32 · index uint) · by 32 · list(<=64) parent 32, ascending · bytes(65536) body · sig 64
 *   id        = H(`operation`, all but sig);  sig = sign(`operation`, all but sig) by `by`
 *
 * The id leaves the signature out, so that a second signature of the same content is the same operation. Whatever is remembered
 * under an id must therefore never depend on the signature: see createMembershipLog.ts.
 */

const formatVersion = 1
const signatureBytes = 64

/** Most parents an operation may name. */
export const maxParents = 64
/** Most bytes of an operation's body. */
export const maxBodyBytes = 65_536
/** Most bytes of a whole operation: what a reader of messages may allow. */
export const maxOperationBytes = maxBodyBytes + 32 * maxParents + 256
/** The highest place of an owner in a genesis. */
export const maxEntryIndex = 63

/** The kinds of this version. An unknown odd kind is kept and passed on, an unknown even one asks for a newer version. */
export const operationKinds = { genesis: 1, admit: 3, device: 5, end: 7, epoch: 9, invite: 11, deny: 13 } as const

/** Where authority comes from (M2): the operation that made an entry and, in a genesis, the number of the owner; otherwise index 0. */
export interface EntryReference {
  /** 32-byte operation id. */
  readonly operation: Uint8Array
  /** 0 to 63. */
  readonly index: number
}

/** The fields of an operation that its author chooses. */
export interface OperationContent {
  /** 32-byte space id; 32 zero bytes in a genesis. */
  readonly space: Uint8Array
  /** One of {@link operationKinds}, or a number this version does not know. */
  readonly kind: number
  readonly as: EntryReference
  /** 32-byte public key that signs. */
  readonly by: Uint8Array
  /** 32-byte operation ids, ascending, none twice, at most {@link maxParents}. */
  readonly parents: readonly Uint8Array[]
  /** At most {@link maxBodyBytes}; its form depends on the kind. */
  readonly body: Uint8Array
}

/** An operation as received: well-formed bytes, nothing verified yet. */
export interface Operation extends OperationContent {
  /** 32 bytes: H(`operation`, all but the signature). */
  readonly id: Uint8Array
  /** The id as text: the key of maps. */
  readonly key: string
  /** The whole operation as received; hashed and passed on as it is, never encoded again. */
  readonly bytes: Uint8Array
}

/** The text under which maps keep an operation id. */
export function operationKey(id: Uint8Array): string {
  return toBase64Url(id)
}

/** The 32-byte id of a whole operation, signature included: H(`operation`, all but the signature). Judges nothing; never throws. */
export function operationId(crypto: CryptoPort, bytes: Uint8Array): Uint8Array {
  return labelledHash(crypto, 'operation', bytes.subarray(0, Math.max(0, bytes.length - signatureBytes)))
}

/** The bytes that are hashed and signed. The caller keeps the bounds of {@link OperationContent}. */
export function encodeUnsignedOperation(content: OperationContent): Uint8Array {
  return new Writer()
    .u8(formatVersion)
    .fixed(content.space)
    .uint(content.kind)
    .fixed(content.as.operation)
    .uint(content.as.index)
    .fixed(content.by)
    .list([...content.parents].sort(compareBytes), (parent, writer) => writer.fixed(parent))
    .bytes(content.body)
    .finish()
}

/** Encodes and signs an operation; `content.by` must be the key's public half. @returns the operation's bytes. */
export async function signOperation(key: SigningKey, content: OperationContent): Promise<Uint8Array> {
  const unsigned = encodeUnsignedOperation(content)
  return concatBytes(unsigned, await labelledSign(key, 'operation', unsigned))
}

/** The operation in `bytes`, which it keeps. `newer-version` where the first byte says so. Verifies nothing; never throws. */
export function decodeOperation(crypto: CryptoPort, bytes: Uint8Array): Result<Operation, 'format' | 'newer-version'> {
  if (bytes.length > maxOperationBytes) return fail('format')
  if (bytes.length > 0 && bytes[0]! > formatVersion) return fail('newer-version')
  const content = decode(bytes, readOperation)
  if (!content.ok) return fail('format')
  const id = operationId(crypto, bytes)
  return ok({ ...content.value, id, key: operationKey(id), bytes })
}

/** Whether the operation carries the signature of its `by`. Never throws. */
export function verifyOperation(crypto: CryptoPort, operation: Operation): Promise<boolean> {
  const end = operation.bytes.length - signatureBytes
  return labelledVerify(crypto, operation.by, operation.bytes.subarray(end), 'operation', operation.bytes.subarray(0, end))
}

function readOperation(reader: Reader): OperationContent {
  if (reader.u8() !== formatVersion) reader.refuse()
  const content = {
    space: reader.fixed(32),
    kind: reader.uint(),
    as: { operation: reader.fixed(32), index: reader.uint(maxEntryIndex) },
    by: reader.fixed(32),
    parents: readAscendingIds(reader, maxParents),
    body: reader.bytes(maxBodyBytes),
  }
  reader.fixed(signatureBytes)
  return content
}
