import { concatBytes } from '../../shared/bytes.ts'
import { decode, Writer, type Reader } from '../../shared/encoding.ts'
import { hasUnknownRequired, noExtensions, readExtensions, writeExtensions } from '../../shared/extensions.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort, SigningKey } from '../../crypto/cryptoPort.ts'
import { labelledHash, labelledSign, labelledVerify } from '../../crypto/labels.ts'
import type { LinkFault } from './linkFault.ts'
import { maxOperationHeads } from './linkMessages.ts'

/**
 * Proof of a device key over everything said so far: `10 · device 32 · list(64) head 32 · ext · sig 64`, where
 * sig = sign(`link auth`, u8 0 initiator 1 responder, transcript, H(`body`, body)).
 */
export interface AuthMessage {
  readonly device: Uint8Array
  /** Heads of the sender's membership log. */
  readonly heads: readonly Uint8Array[]
}

const type = 0x10

export type Side = 'initiator' | 'responder'

export async function createAuthMessage(
  crypto: CryptoPort,
  key: SigningKey,
  side: Side,
  transcript: Uint8Array,
  heads: readonly Uint8Array[],
): Promise<Uint8Array> {
  const writer = new Writer().fixed(key.publicKey).list(heads.slice(0, maxOperationHeads), (head, w) => w.fixed(head))
  writeExtensions(writer, noExtensions)
  const body = writer.finish()
  const signature = await labelledSign(key, 'link auth', ...signedParts(crypto, side, transcript, body))
  return concatBytes(Uint8Array.of(type), body, signature)
}

/** Reads and verifies the peer's proof. `side` is the peer's. Never throws. */
export async function readAuthMessage(
  crypto: CryptoPort,
  bytes: Uint8Array,
  side: Side,
  transcript: Uint8Array,
): Promise<Result<AuthMessage, LinkFault>> {
  const decoded = decode(bytes, readFields)
  if (!decoded.ok) return fail('malformed')
  const { auth, extensions, signature } = decoded.value
  if (hasUnknownRequired(extensions)) return fail('newer-version')
  if (!crypto.isSigningPublicKey(auth.device)) return fail('bad-key')
  const body = bytes.subarray(1, bytes.length - 64)
  const good = await labelledVerify(crypto, auth.device, signature, 'link auth', ...signedParts(crypto, side, transcript, body))
  return good ? ok(auth) : fail('bad-signature')
}

function readFields(reader: Reader) {
  if (reader.u8() !== type) reader.refuse()
  const auth: AuthMessage = { device: reader.fixed(32), heads: reader.list(maxOperationHeads, () => reader.fixed(32)) }
  return { auth, extensions: readExtensions(reader), signature: reader.fixed(64) }
}

function signedParts(crypto: CryptoPort, side: Side, transcript: Uint8Array, body: Uint8Array): readonly Uint8Array[] {
  return [Uint8Array.of(side === 'initiator' ? 0 : 1), transcript, labelledHash(crypto, 'body', body)]
}
