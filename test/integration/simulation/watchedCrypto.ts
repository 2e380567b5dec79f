import type { AgreementKey, CryptoPort, SigningKey } from '../../../src/crypto/cryptoPort.ts'
import { concatBytes, isBytes, toHex } from '../../../src/shared/bytes.ts'

const tagLength = 16

/**
 * Notes every secret key that passes through a crypto port, so that its bytes can be looked for where they must not be.
 * @param sealing false: what should be sealed goes in the open, with an empty tag
 */
export function createWatchedCrypto(crypto: CryptoPort, secrets: Map<string, Uint8Array>, sealing: boolean): CryptoPort {
  const known = new WeakSet<Uint8Array>()

  function note(kind: string, secret: unknown): void {
    if (!isBytes(secret) || known.has(secret)) return
    known.add(secret)
    secrets.set(`${kind} ${toHex(secret)}`, secret.slice())
  }

  async function noted<Key extends SigningKey | AgreementKey>(kind: string, creating: Promise<Key>): Promise<Key> {
    const key = await creating
    note(kind, key.stored)
    return key
  }

  return {
    ...crypto,
    createSigningKey: () => noted('signing key', crypto.createSigningKey()),
    signingKeyFromSeed: (seed) => noted('signing key', crypto.signingKeyFromSeed(seed)),
    createAgreementKey: () => noted('agreement key', crypto.createAgreementKey()),
    agreementKeyFromSeed: (seed) => noted('agreement key', crypto.agreementKeyFromSeed(seed)),
    seal(key, nonce, plaintext, additionalData) {
      note('content or session key', key)
      return sealing
        ? crypto.seal(key, nonce, plaintext, additionalData)
        : Promise.resolve(concatBytes(plaintext, new Uint8Array(tagLength)))
    },
    open: (key, nonce, sealed, additionalData) =>
      sealing ? crypto.open(key, nonce, sealed, additionalData) : Promise.resolve(sealed.slice(0, Math.max(0, sealed.length - tagLength))),
  }
}
