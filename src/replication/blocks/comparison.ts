import { concatBytes, equalBytes } from '../../shared/bytes.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { labelledHash } from '../../crypto/labels.ts'
import type { JoinPipe } from '../joining/joinPipe.ts'
import { unexpected, type CodeFault } from '../joining/guestCode.ts'
import type { LinkFault } from '../link/linkFault.ts'
import { decodePairingMessage, encodePairingMessage, pairingNonceBytes, type PairingMessage } from '../joining/pairingMessages.ts'
import { decodeRefusal, type RefusalReason } from '../refusal.ts'

/*
 * Six digits that both ends of one connection show, and that differ where there is somebody between them. The host commits to its nonce before it
 * knows the guest's: who could choose last would try nonces until the digits of two connections are alike.
 */

const limits = { maxBytes: 1024, deadlineMs: 10_000 }

/** The host's half. @returns the digits, or why there are none */
export async function hostComparison(
  pipe: JoinPipe,
  crypto: CryptoPort,
  transcript: Uint8Array,
): Promise<Result<string, LinkFault | RefusalReason>> {
  const own = crypto.randomBytes(pairingNonceBytes)
  if (!(await say(pipe, transcript, { kind: 'commit', value: commitmentTo(crypto, transcript, own) }))) return fail('closed')
  const message = await pipe.receive(transcript, limits)
  if (!message.ok) return message
  const theirs = decodePairingMessage('nonce', message.value)
  if (theirs === undefined) return fail(decodeRefusal(message.value) ?? 'malformed')
  if (!(await say(pipe, transcript, { kind: 'reveal', value: own }))) return fail('closed')
  return ok(digitsOf(pipe, transcript, theirs, own))
}

/** The guest's half. */
export async function guestComparison(pipe: JoinPipe, crypto: CryptoPort, transcript: Uint8Array): Promise<Result<string, CodeFault>> {
  const commitment = await hear(pipe, transcript, 'commit')
  if (!commitment.ok) return commitment
  const own = crypto.randomBytes(pairingNonceBytes)
  if (!(await say(pipe, transcript, { kind: 'nonce', value: own }))) return fail({ fault: 'closed' })
  const theirs = await hear(pipe, transcript, 'reveal')
  if (!theirs.ok) return theirs
  if (!equalBytes(commitmentTo(crypto, transcript, theirs.value), commitment.value)) return fail({ fake: true })
  return ok(digitsOf(pipe, transcript, own, theirs.value))
}

function say(pipe: JoinPipe, transcript: Uint8Array, message: PairingMessage): Promise<boolean> {
  return pipe.send(encodePairingMessage(message), transcript)
}

async function hear(pipe: JoinPipe, transcript: Uint8Array, kind: PairingMessage['kind']): Promise<Result<Uint8Array, CodeFault>> {
  const message = await pipe.receive(transcript, limits)
  const value = message.ok ? decodePairingMessage(kind, message.value) : undefined
  return value === undefined ? unexpected(message) : ok(value)
}

function commitmentTo(crypto: CryptoPort, transcript: Uint8Array, nonce: Uint8Array): Uint8Array {
  return labelledHash(crypto, 'commit', transcript, nonce)
}

function digitsOf(pipe: JoinPipe, transcript: Uint8Array, guestNonce: Uint8Array, hostNonce: Uint8Array): string {
  const { buffer, byteOffset } = pipe.derive('compare', concatBytes(transcript, guestNonce, hostNonce))
  return String(new DataView(buffer, byteOffset, 8).getBigUint64(0) % 1_000_000n).padStart(6, '0')
}
