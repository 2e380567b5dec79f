import { beforeAll, describe, expect, it } from 'vitest'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'

interface PlatformPair {
  readonly privateKey: CryptoKey
  readonly publicKey: Uint8Array
}

describe('keys that the platform keeps', () => {
  let crypto: CryptoPort
  let signing: readonly [PlatformPair, PlatformPair]
  let agreement: readonly [PlatformPair, PlatformPair]
  beforeAll(async () => {
    crypto = await createWebCrypto()
    const seed = new Uint8Array(32).fill(1)
    const signingKeys = await Promise.all([crypto.createSigningKey(), crypto.signingKeyFromSeed(seed)])
    const agreementKeys = await Promise.all([crypto.createAgreementKey(), crypto.agreementKeyFromSeed(seed)])
    signing = [signingKeys[0].stored as PlatformPair, signingKeys[1].stored as PlatformPair]
    agreement = [agreementKeys[0].stored as PlatformPair, agreementKeys[1].stored as PlatformPair]
  })

  it('are not extractable, whether made or imported', () => {
    for (const { privateKey } of [...signing, ...agreement]) {
      expect(privateKey).toBeInstanceOf(CryptoKey)
      expect(privateKey.extractable).toBe(false)
    }
  })

  it('are restored whole only, not with the public half of another or none', async () => {
    for (const [restore, [a, b]] of [
      [crypto.restoreSigningKey, signing],
      [crypto.restoreAgreementKey, agreement],
    ] as const) {
      expect(await restore(a)).toBeDefined()
      expect(await restore({ privateKey: a.privateKey, publicKey: b.publicKey })).toBeUndefined()
      expect(await restore({ privateKey: a.privateKey, publicKey: a.publicKey.slice(1) })).toBeUndefined()
      expect(await restore({ privateKey: a.privateKey })).toBeUndefined()
      expect(await restore(a.privateKey)).toBeUndefined()
    }
  })

  it('are not taken for keys of another purpose', async () => {
    expect(await crypto.restoreSigningKey(agreement[0])).toBeUndefined()
    expect(await crypto.restoreAgreementKey(signing[0])).toBeUndefined()
    expect(await crypto.restoreWrappingKey(signing[0])).toBeUndefined()
    expect(await crypto.restoreWrappingKey(signing[0].privateKey)).toBeUndefined()
  })

  it.each([
    ['AES-CBC', 256, ['encrypt', 'decrypt']],
    ['AES-GCM', 128, ['encrypt', 'decrypt']],
    ['AES-GCM', 256, ['encrypt']],
    ['AES-GCM', 256, ['decrypt']],
  ] as const)('do not wrap as %s with %i bits for %j', async (name, length, usages) => {
    const key = await globalThis.crypto.subtle.generateKey({ name, length }, false, [...usages])
    expect(await crypto.restoreWrappingKey(key)).toBeUndefined()
  })

  it('are of no use where the platform lacks their curves', async () => {
    const older = await createWebCrypto({ ed25519: 'noble', x25519: 'noble' })
    expect(await older.restoreSigningKey(signing[0])).toBeUndefined()
    expect(await older.restoreAgreementKey(agreement[0])).toBeUndefined()
  })

  it('agree with the keys that noble makes of the same seed', async () => {
    const older = await createWebCrypto({ ed25519: 'noble', x25519: 'noble' })
    const seed = new Uint8Array(32).fill(1)
    expect((await older.signingKeyFromSeed(seed)).publicKey).toEqual(signing[1].publicKey)
    expect((await older.agreementKeyFromSeed(seed)).publicKey).toEqual(agreement[1].publicKey)
  })
})
