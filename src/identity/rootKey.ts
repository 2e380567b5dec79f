import type { CryptoPort, SigningKey } from '../crypto/cryptoPort.ts'
import { deriveKey } from '../crypto/labels.ts'

/** What the 24 words alone give. All of it secret but the public key. */
export interface RootKey {
  /** Signs as the person: the first device, devices after a recovery, revocations. Its public key is the identity. */
  readonly signing: SigningKey
  /** 16 bytes: the secret of the invitation by which a new device finds the person's other devices. */
  readonly recoverySecret: Uint8Array
  /** 16 bytes: the nonce of the private space's genesis, so that the words alone name that space. */
  readonly haloNonce: Uint8Array
}

/** Derives the root key from the 32 bytes of a phrase (the entropy itself, not BIP39's seed). See docs/PROTOCOL.md#key-schedule. */
export async function deriveRootKey(crypto: CryptoPort, entropy: Uint8Array): Promise<RootKey> {
  return {
    signing: await crypto.signingKeyFromSeed(deriveKey(crypto, entropy, undefined, 'identity sign')),
    recoverySecret: deriveKey(crypto, entropy, undefined, 'recovery', [], 16),
    haloNonce: deriveKey(crypto, entropy, undefined, 'halo nonce', [], 16),
  }
}
