import { concatBytes, utf8 } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import type { CpaceContext, CpaceKeys } from '../../crypto/cpace.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { labelledHash } from '../../crypto/labels.ts'
import type { Cpace } from '../../crypto/loadCpace.ts'
import type { DeviceRecord } from '../../identity/record.ts'

/** What one run of the code exchange is bound to: both people, the invitation, and all that was said before on this connection. */
export interface CodeRun {
  readonly crypto: CryptoPort
  readonly cpace: Cpace
  /** Six digits. Secret. */
  readonly code: string
  /** 32 bytes from the link's secret: without the link no code can be tried. */
  readonly codeKey: Uint8Array
  readonly invitationId: Uint8Array
  /** t2, 32 bytes. */
  readonly transcript: Uint8Array
  /** From 1. */
  readonly run: number
  readonly guest: Pick<DeviceRecord, 'identity' | 'sign' | 'seal'>
  /** 32-byte device key. */
  readonly host: Uint8Array
}

/** One end's part in a run. */
export interface CodeShare {
  /** 32 bytes, to be sent. */
  readonly share: Uint8Array
  /** What both get with the other end's share; undefined where that is none. The guest is the initiator. */
  finish(peer: Uint8Array): CpaceKeys | undefined
}

/** Begins a run: CPACE-RISTR255-SHA512 (docs/PROTOCOL.md#code). */
export function createCodeShare(run: CodeRun, side: 'guest' | 'host'): CodeShare {
  const { crypto, cpace, guest, host } = run
  const context = contextOf(run)
  const scalar = cpace.cpaceScalar(crypto.randomBytes(64))
  const share = cpace.cpaceShare(context, scalar)
  const guestBound = concatBytes(guest.identity, guest.sign, guest.seal)
  return {
    share,
    finish(peer) {
      const [ya, yb] = side === 'guest' ? [share, peer] : [peer, share]
      return cpace.cpaceKeys(context, scalar, peer, { point: ya, associated: guestBound }, { point: yb, associated: host })
    },
  }
}

/** Exported for vectors. */
export function contextOf({ crypto, code, codeKey, invitationId, transcript, run, guest, host }: Omit<CodeRun, 'cpace'>): CpaceContext {
  return {
    password: new Writer().bytes(utf8(code)).bytes(codeKey).finish(),
    channel: new Writer().bytes(utf8('echo-react/1 join')).bytes(invitationId).bytes(guest.sign).bytes(host).finish(),
    session: labelledHash(crypto, 'join code', transcript, new Writer().uint(run).finish()),
  }
}
