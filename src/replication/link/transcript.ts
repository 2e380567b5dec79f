import { concatBytes } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { label, labelledHash } from '../../crypto/labels.ts'
import type { Connection } from '../../network/network.ts'

/** What both ends hash: everything that was said so far. A difference anywhere ends as keys that do not fit. */
export interface TranscriptStart {
  readonly proto: number
  readonly version: number
  /** {@link bindingBytes} */
  readonly binding: Uint8Array
  /** Link: space id + epoch key id; join: invitation id. */
  readonly context: Uint8Array
  /** Both hellos as sent. */
  readonly initiatorHello: Uint8Array
  readonly responderHello: Uint8Array
}

/** t0 (docs/PROTOCOL.md#key-schedule). */
export function startTranscript(crypto: CryptoPort, start: TranscriptStart): Uint8Array {
  const fields = new Writer()
    .u8(start.proto)
    .uint(start.version)
    .bytes(start.binding)
    .bytes(start.context)
    .bytes(start.initiatorHello)
    .bytes(start.responderHello)
  return labelledHash(crypto, 'transcript', fields.finish())
}

/** t(n+1) after a message as it was sent. */
export function nextTranscript(crypto: CryptoPort, transcript: Uint8Array, message: Uint8Array): Uint8Array {
  return labelledHash(crypto, 'transcript next', transcript, new Writer().bytes(message).finish())
}

/** `00` without a binding, else `01, initiator's certificate hash 32, responder's 32`. */
export function bindingBytes(connection: Connection, isInitiator: boolean): Uint8Array {
  if (connection.binding === undefined) return Uint8Array.of(0)
  const { local, remote } = connection.binding
  return isInitiator ? concatBytes(Uint8Array.of(1), local, remote) : concatBytes(Uint8Array.of(1), remote, local)
}

/** The root of a connection's keys: HKDF-Extract(t0, X25519 + pre-shared key). */
export function rootKeyOf(crypto: CryptoPort, t0: Uint8Array, sharedSecret: Uint8Array, preSharedKey: Uint8Array): Uint8Array {
  return crypto.hkdfExtract(t0, concatBytes(sharedSecret, preSharedKey))
}

/** A key of a connection: HKDF-Expand(root, label(name) + fields): 32 bytes. */
export function connectionKey(crypto: CryptoPort, root: Uint8Array, name: string, fields: Uint8Array = new Uint8Array(0)): Uint8Array {
  return crypto.hkdfExpand(root, concatBytes(label(name), fields), 32)
}
