import { beforeAll, describe, expect, it } from 'vitest'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { systemRandom } from '../../../src/shared/ports.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { fromHex, toHex, utf8 } from '../../../src/shared/bytes.ts'

const ports: readonly (readonly [string, () => Promise<CryptoPort>])[] = [
  ['WebCrypto', () => createWebCrypto()],
  ['noble', () => createWebCrypto({ ed25519: 'noble', x25519: 'noble' })],
  ['simulated', async () => createSimulatedCrypto(systemRandom)],
]
const message = utf8('a message')
const seed = (byte: number) => new Uint8Array(32).fill(byte)
const flipped = (bytes: Uint8Array, bit: number) => bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

describe.each(ports)('the crypto port on %s', (name, create) => {
  let port: CryptoPort
  beforeAll(async () => {
    port = await create()
  })

  describe('hashes', () => {
    it('hashes with SHA-256', () => {
      expect(toHex(port.hash(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    })

    it('authenticates with HMAC-SHA-256 (RFC 4231, case 2)', () => {
      const tag = port.hmac(utf8('Jefe'), utf8('what do ya want for nothing?'))
      expect(toHex(tag)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
    })

    it('derives the same by HKDF whole or in its two steps, and takes no salt as the empty one', () => {
      const whole = port.hkdf(seed(1), seed(2), message, 70)
      expect(port.hkdfExpand(port.hkdfExtract(seed(2), seed(1)), message, 70)).toEqual(whole)
      expect(port.hkdf(seed(1), undefined, message, 70)).toEqual(port.hkdf(seed(1), new Uint8Array(), message, 70))
      expect(port.hkdf(seed(1), undefined, message, 70)).not.toEqual(whole)
    })

    it('draws other random bytes each time, as many as asked', () => {
      expect(port.randomBytes(16)).toHaveLength(16)
      expect(port.randomBytes(16)).not.toEqual(port.randomBytes(16))
    })
  })

  describe('signatures', () => {
    it('verifies what its key signed', async () => {
      const key = await port.createSigningKey()
      const signature = await key.sign(message)
      expect(key.publicKey).toHaveLength(32)
      expect(signature).toHaveLength(64)
      expect(port.isSigningPublicKey(key.publicKey)).toBe(true)
      expect(await port.verify(key.publicKey, message, signature)).toBe(true)
      expect(await port.verify(key.publicKey, new Uint8Array(), await key.sign(new Uint8Array()))).toBe(true)
    })

    it('refuses another message, another key and every flipped bit', async () => {
      const key = await port.signingKeyFromSeed(seed(1))
      const other = await port.signingKeyFromSeed(seed(2))
      const signature = await key.sign(message)
      expect(await port.verify(key.publicKey, utf8('a message!'), signature)).toBe(false)
      expect(await port.verify(other.publicKey, message, signature)).toBe(false)
      for (let bit = 0; bit < 512; bit += 5) expect(await port.verify(key.publicKey, message, flipped(signature, bit))).toBe(false)
    })

    it('refuses wrong lengths without throwing', async () => {
      const key = await port.signingKeyFromSeed(seed(1))
      const signature = await key.sign(message)
      for (const length of [0, 1, 31, 33, 64]) {
        expect(await port.verify(new Uint8Array(length), message, signature)).toBe(false)
        expect(port.isSigningPublicKey(new Uint8Array(length))).toBe(false)
      }
      for (const length of [0, 32, 63, 65, 128]) expect(await port.verify(key.publicKey, message, new Uint8Array(length))).toBe(false)
      expect(await port.verify(key.publicKey, message, Uint8Array.of(...signature, 0))).toBe(false)
    })

    it('refuses the identity point as a key', async () => {
      const identity = Uint8Array.of(1, ...new Uint8Array(31))
      expect(port.isSigningPublicKey(identity)).toBe(false)
      expect(await port.verify(identity, message, Uint8Array.of(...identity, ...new Uint8Array(32)))).toBe(false)
    })

    it('makes the same key of the same seed, and needs 32 bytes', async () => {
      const [a, b, c] = await Promise.all([1, 1, 2].map((byte) => port.signingKeyFromSeed(seed(byte))))
      expect(b!.publicKey).toEqual(a!.publicKey)
      expect(await b!.sign(message)).toEqual(await a!.sign(message))
      expect(c!.publicKey).not.toEqual(a!.publicKey)
      await expect(port.signingKeyFromSeed(new Uint8Array(31))).rejects.toThrow(Error)
    })

    it('restores a key from a structured clone of what it stores', async () => {
      for (const key of [await port.createSigningKey(), await port.signingKeyFromSeed(seed(3))]) {
        const restored = await port.restoreSigningKey(structuredClone(key.stored))
        expect(restored?.publicKey).toEqual(key.publicKey)
        expect(await port.verify(key.publicKey, message, await restored!.sign(message))).toBe(true)
        expect(await port.restoreSigningKey(structuredClone(restored!.stored))).toBeDefined()
      }
    })

    it('restores a key from 32 secret bytes and stores them as such', async () => {
      const restored = await port.restoreSigningKey(seed(3))
      expect(restored?.publicKey).toEqual((await port.signingKeyFromSeed(seed(3))).publicKey)
      expect(restored?.stored).toEqual(seed(3))
    })
  })

  describe('agreement', () => {
    it('gives both ends the same secret and a third another', async () => {
      const [a, b, c] = await Promise.all([port.createAgreementKey(), port.agreementKeyFromSeed(seed(2)), port.createAgreementKey()])
      const secret = await a.agree(b.publicKey)
      expect(secret).toHaveLength(32)
      expect(await b.agree(a.publicKey)).toEqual(secret)
      expect(await c.agree(a.publicKey)).not.toEqual(secret)
    })

    it('makes the same key of the same seed, and needs 32 bytes', async () => {
      const [a, b] = await Promise.all([1, 1].map((byte) => port.agreementKeyFromSeed(seed(byte))))
      expect(b!.publicKey).toEqual(a!.publicKey)
      await expect(port.agreementKeyFromSeed(new Uint8Array(33))).rejects.toThrow(Error)
    })

    it('refuses a public key of another length, and the zero point', async () => {
      const key = await port.createAgreementKey()
      for (const length of [0, 31, 32, 33]) expect(await key.agree(new Uint8Array(length))).toBeUndefined()
    })

    it('restores a key from a structured clone of what it stores, or from 32 secret bytes', async () => {
      const peer = await port.createAgreementKey()
      for (const key of [await port.createAgreementKey(), await port.agreementKeyFromSeed(seed(3))]) {
        const restored = await port.restoreAgreementKey(structuredClone(key.stored))
        expect(restored?.publicKey).toEqual(key.publicKey)
        expect(await restored!.agree(peer.publicKey)).toEqual(await key.agree(peer.publicKey))
      }
      const fromBytes = await port.restoreAgreementKey(seed(3))
      expect(fromBytes?.publicKey).toEqual((await port.agreementKeyFromSeed(seed(3))).publicKey)
      expect(fromBytes?.stored).toEqual(seed(3))
    })
  })

  describe('sealing', () => {
    const nonce = new Uint8Array(12).fill(9)

    it('opens what was sealed, also nothing at all', async () => {
      for (const plaintext of [message, new Uint8Array(), new Uint8Array(1000).fill(7)]) {
        const sealed = await port.seal(seed(1), nonce, plaintext, utf8('header'))
        expect(sealed).toHaveLength(plaintext.length + 16)
        expect(await port.open(seed(1), nonce, sealed, utf8('header'))).toEqual(plaintext)
      }
    })

    it('does not show the plaintext', async () => {
      expect(toHex(await port.seal(seed(1), nonce, message, new Uint8Array()))).not.toContain(toHex(message))
    })

    it('does not open under another key, nonce or header, with a flipped bit, or cut', async () => {
      const sealed = await port.seal(seed(1), nonce, message, utf8('header'))
      expect(await port.open(seed(2), nonce, sealed, utf8('header'))).toBeUndefined()
      expect(await port.open(seed(1), new Uint8Array(12), sealed, utf8('header'))).toBeUndefined()
      expect(await port.open(seed(1), nonce, sealed, utf8('heade'))).toBeUndefined()
      expect(await port.open(seed(1), new Uint8Array(16), sealed, utf8('header'))).toBeUndefined()
      expect(await port.open(new Uint8Array(16), nonce, sealed, utf8('header'))).toBeUndefined()
      for (let bit = 0; bit < sealed.length * 8; bit += 3)
        expect(await port.open(seed(1), nonce, flipped(sealed, bit), utf8('header'))).toBeUndefined()
      for (let length = 0; length < sealed.length; length++) {
        expect(await port.open(seed(1), nonce, sealed.slice(0, length), utf8('header'))).toBeUndefined()
      }
    })

    it('refuses to seal under a key or nonce of another length', async () => {
      await expect(port.seal(new Uint8Array(16), nonce, message, message)).rejects.toThrow(TypeError)
      await expect(port.seal(seed(1), new Uint8Array(16), message, message)).rejects.toThrow(TypeError)
    })
  })

  describe('wrapping', () => {
    it('unwraps what it wrapped, also after being stored', async () => {
      const key = await port.createWrappingKey()
      const wrapped = await key.wrap(message)
      const restored = await port.restoreWrappingKey(structuredClone(key.stored))
      expect(await key.unwrap(wrapped)).toEqual(message)
      expect(await restored!.unwrap(wrapped)).toEqual(message)
      expect(await key.wrap(message)).not.toEqual(wrapped)
    })

    it('restores a key from 32 secret bytes', async () => {
      const a = await port.restoreWrappingKey(seed(4))
      const b = await port.restoreWrappingKey(structuredClone(a!.stored))
      expect(b!.stored).toEqual(seed(4))
      expect(await b!.unwrap(await a!.wrap(message))).toEqual(message)
    })

    it('does not unwrap what another key wrapped, a flipped bit, or a stub', async () => {
      const key = await port.createWrappingKey()
      const wrapped = await key.wrap(message)
      expect(await (await port.createWrappingKey()).unwrap(wrapped)).toBeUndefined()
      for (let bit = 0; bit < wrapped.length * 8; bit += 3) expect(await key.unwrap(flipped(wrapped, bit))).toBeUndefined()
      for (let length = 0; length < wrapped.length; length++) expect(await key.unwrap(wrapped.slice(0, length))).toBeUndefined()
    })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'key'],
    ['a number', 5],
    ['no bytes', new Uint8Array()],
    ['31 bytes', new Uint8Array(31)],
    ['64 bytes', new Uint8Array(64)],
    ['an empty object', {}],
    ['an object with the right names', { privateKey: {}, publicKey: new Uint8Array(32) }],
    [
      'an object whose fields throw',
      {
        get privateKey() {
          throw new Error('no')
        },
        get publicKey() {
          throw new Error('no')
        },
      },
    ],
    ['a list', [1, 2]],
  ])('restores no key from %s', async (_, stored) => {
    expect(await port.restoreSigningKey(stored)).toBeUndefined()
    expect(await port.restoreAgreementKey(stored)).toBeUndefined()
    expect(await port.restoreWrappingKey(stored)).toBeUndefined()
  })

  if (name !== 'simulated') {
    it('agrees with the first vector of RFC 8032', async () => {
      const signing = await port.signingKeyFromSeed(fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')!)
      expect(toHex(signing.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
      expect(toHex(await signing.sign(new Uint8Array()))).toBe(
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      )
    })
  }
})
