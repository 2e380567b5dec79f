import type { CryptoPort, SigningKey } from '../../crypto/cryptoPort.ts'
import { deriveKey } from '../../crypto/labels.ts'
import { rendezvousFrom, type Rendezvous } from '../keys/epochKeys.ts'

/*
 * What the 16-byte secret of an invitation gives (docs/PROTOCOL.md#key-schedule). A sent invitation leaves its id and rendezvous key in
 * the log, where every member reads them: they let an admin host it, and nobody pass for the guest.
 */

/** The keys of who holds the link. */
export interface InvitationKeys {
  /** Its 32-byte public half is the invitation's id; the secret half proves that a guest holds the link. */
  readonly signing: SigningKey
  /** 32 bytes; with it alone one can host, not join. */
  readonly rendezvousKey: Uint8Array
  /** 32 bytes; enters the code exchange. Secret. */
  readonly codeKey: Uint8Array
}

/** @param secret 16 bytes from the link. */
export async function deriveInvitationKeys(crypto: CryptoPort, secret: Uint8Array): Promise<InvitationKeys> {
  return {
    signing: await crypto.signingKeyFromSeed(deriveKey(crypto, secret, undefined, 'invitation sign')),
    rendezvousKey: deriveKey(crypto, secret, undefined, 'rendezvous'),
    codeKey: deriveKey(crypto, secret, undefined, 'code'),
  }
}

/** Enters the key derivation of a join handshake: 32 bytes. Secret. */
export function joinPsk(crypto: CryptoPort, rendezvousKey: Uint8Array): Uint8Array {
  return deriveKey(crypto, rendezvousKey, undefined, 'join psk')
}

/** Where guest and host of an invitation meet. */
export function invitationRendezvous(crypto: CryptoPort, rendezvousKey: Uint8Array): Rendezvous {
  return rendezvousFrom(crypto, rendezvousKey, undefined)
}
