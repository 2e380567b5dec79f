import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { hpkeOpen, hpkeSeal } from '../../../src/crypto/hpke.ts'
import { label, labelledHash } from '../../../src/crypto/labels.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { concatBytes, fromHex, toHex, utf8 } from '../../../src/shared/bytes.ts'

const fill = (byte: number, length = 32) => new Uint8Array(length).fill(byte)
const info = utf8('info')
const aad = utf8('aad')
const plaintext = utf8('an epoch key')

describe.each([
  ['WebCrypto', {}],
  ['noble', { ed25519: 'noble', x25519: 'noble' }],
] as const)('HPKE on %s', (_, options) => {
  let port: CryptoPort
  beforeAll(async () => {
    port = await createWebCrypto(options)
  })

  it('opens what it sealed', async () => {
    const recipient = await port.createAgreementKey()
    const { enc, sealed } = (await hpkeSeal(port, recipient.publicKey, info, aad, plaintext))!
    expect(enc).toHaveLength(32)
    expect(sealed).toHaveLength(plaintext.length + 16)
    expect(await hpkeOpen(port, recipient, enc, info, aad, sealed)).toEqual(plaintext)
  })

  it('uses a fresh ephemeral key each time', async () => {
    const recipient = await port.createAgreementKey()
    const [a, b] = await Promise.all([1, 2].map(() => hpkeSeal(port, recipient.publicKey, info, aad, plaintext)))
    expect(a!.enc).not.toEqual(b!.enc)
    expect(a!.sealed).not.toEqual(b!.sealed)
  })

  it('seals the epoch key of the protocol document for its device A', async () => {
    const [sign, seal, ephemeral] = await Promise.all([
      port.signingKeyFromSeed(fill(0x01)),
      port.agreementKeyFromSeed(fill(0x66)),
      port.agreementKeyFromSeed(fill(0x55)),
    ])
    const space = fill(0x22)
    const epochKey = fill(0x11)
    const keyId = labelledHash(port, 'key id', space, epochKey)
    const sealInfo = concatBytes(label('seal epoch key'), space, keyId)
    const { enc, sealed } = (await hpkeSeal(port, seal.publicKey, sealInfo, sign.publicKey, epochKey, ephemeral))!
    expect(enc).toEqual(ephemeral.publicKey)
    expect(toHex(sealed)).toBe('7c9777c6cecdee10f94e4ae5472ae07d2dd9d841de985c7a8f21881303d5f863a87e0da756479192ac0eb1c632bea36d')
    expect(await hpkeOpen(port, seal, enc, sealInfo, sign.publicKey, sealed)).toEqual(epochKey)
  })

  it('opens what an independent implementation sealed, and the other way round', async () => {
    const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
    for (let round = 0; round < 10; round++) {
      const ours = await port.createAgreementKey()
      const theirs = await suite.GenerateKeyPair(false)
      const text = port.randomBytes(round * 7)

      const toUs = await suite.Seal(await suite.DeserializePublicKey(ours.publicKey), text, { info, aad })
      expect(await hpkeOpen(port, ours, toUs.encapsulatedSecret, info, aad, toUs.ciphertext)).toEqual(text)

      const { enc, sealed } = (await hpkeSeal(port, await suite.SerializePublicKey(theirs.publicKey), info, aad, text))!
      expect(await suite.Open(theirs, enc, sealed, { info, aad })).toEqual(text)
    }
  })

  it('does not open for another key, info, aad or ephemeral key', async () => {
    const recipient = await port.createAgreementKey()
    const other = await port.createAgreementKey()
    const { enc, sealed } = (await hpkeSeal(port, recipient.publicKey, info, aad, plaintext))!
    expect(await hpkeOpen(port, other, enc, info, aad, sealed)).toBeUndefined()
    expect(await hpkeOpen(port, recipient, enc, utf8('other'), aad, sealed)).toBeUndefined()
    expect(await hpkeOpen(port, recipient, enc, info, utf8('other'), sealed)).toBeUndefined()
    expect(await hpkeOpen(port, recipient, other.publicKey, info, aad, sealed)).toBeUndefined()
  })

  it('does not open with any flipped bit or cut anywhere', async () => {
    const recipient = await port.createAgreementKey()
    const { enc, sealed } = (await hpkeSeal(port, recipient.publicKey, info, aad, plaintext))!
    for (let bit = 0; bit < sealed.length * 8; bit += 3) {
      const changed = sealed.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      expect(await hpkeOpen(port, recipient, enc, info, aad, changed)).toBeUndefined()
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(await hpkeOpen(port, recipient, enc, info, aad, sealed.slice(0, length))).toBeUndefined()
    }
    for (let length = 0; length < 32; length++) {
      expect(await hpkeOpen(port, recipient, enc.slice(0, length), info, aad, sealed)).toBeUndefined()
    }
  })

  it.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ])('neither seals to nor opens from the low-order point %s', async (hex) => {
    const point = fromHex(hex)!
    const recipient = await port.createAgreementKey()
    expect(await hpkeSeal(port, point, info, aad, plaintext)).toBeUndefined()
    expect(await hpkeOpen(port, recipient, point, info, aad, new Uint8Array(48))).toBeUndefined()
  })
})
