import { beforeAll, describe, expect, it } from 'vitest'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { deriveKey, label, labelledHash } from '../../../src/crypto/labels.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { concatBytes, equalBytes, fromHex, toBase64Url, toHex } from '../../../src/shared/bytes.ts'
import speccheck from '../../vectors/ed25519_speccheck_cases.json' with { type: 'json' }
import aesGcm from '../../vectors/wycheproof_aes_gcm_test.json' with { type: 'json' }
import ed25519 from '../../vectors/wycheproof_ed25519_test.json' with { type: 'json' }
import hkdf from '../../vectors/wycheproof_hkdf_sha256_test.json' with { type: 'json' }
import x25519 from '../../vectors/wycheproof_x25519_test.json' with { type: 'json' }

const hex = (text: string): Uint8Array => fromHex(text)!
const fill = (byte: number, length = 32) => new Uint8Array(length).fill(byte)
/** Identity, the negative identity, order 2, order 4 and order 8, and their other encodings. */
const badPoints = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0200000000000000000000000000000000000000000000000000000000000000',
]

describe.each([
  ['WebCrypto', {}],
  ['noble', { ed25519: 'noble', x25519: 'noble' }],
] as const)('published vectors on %s', (_, options) => {
  let port: CryptoPort
  beforeAll(async () => {
    port = await createWebCrypto(options)
  })

  it('gives the verdict of every Wycheproof Ed25519 case', async () => {
    const verdicts = { valid: 0, invalid: 0 }
    for (const group of ed25519.testGroups) {
      for (const test of group.tests) {
        const isValid = await port.verify(hex(group.publicKey.pk), hex(test.msg), hex(test.sig))
        expect(isValid, `case ${test.tcId}: ${test.comment}`).toBe(test.result === 'valid')
        verdicts[isValid ? 'valid' : 'invalid']++
      }
    }
    expect(verdicts).toEqual({ valid: 88, invalid: 63 })
  })

  it('refuses every signature on which verifiers disagree', async () => {
    expect(speccheck).toHaveLength(12)
    for (const test of speccheck) {
      expect(await port.verify(hex(test.pub_key), hex(test.message), hex(test.signature)), `signature ${test.signature}`).toBe(false)
    }
  })

  it('refuses a signature whose R has a small-order part, which a verifier with cofactor takes', async () => {
    const publicKey = hex('197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61')
    const signature = hex(
      'c223ca8c89c4ef1ec675cff5eedc5ae80ad1dc5107137878d8dd74e63cf870255f73441c21cd499c7612782e123fbcefff061300688816fca9002a6fef425706',
    )
    expect(port.isSigningPublicKey(publicKey)).toBe(true)
    expect(await port.verify(publicKey, new TextEncoder().encode('echo-react/1 probe'), signature)).toBe(false)
  })

  it.each(badPoints)('takes %s for no signing key', async (point) => {
    expect(port.isSigningPublicKey(hex(point))).toBe(false)
    expect(await port.verify(hex(point), fill(0), concatBytes(hex(point), fill(0)))).toBe(false)
    expect(await port.verify(hex(point), fill(0), concatBytes(hex(badPoints[0]!), fill(0)))).toBe(false)
  })

  it('agrees on every Wycheproof X25519 secret, and refuses exactly the all-zero ones', async () => {
    let refused = 0
    for (const test of x25519.testGroups.flatMap((group) => group.tests)) {
      const key = await port.agreementKeyFromSeed(hex(test.private))
      const shared = await key.agree(hex(test.public))
      const isZero = test.flags.includes('ZeroSharedSecret')
      expect(shared && toHex(shared), `case ${test.tcId}: ${test.comment}`).toBe(isZero ? undefined : test.shared)
      if (isZero) refused++
    }
    expect(refused).toBe(31)
  })

  it('seals and opens as every Wycheproof AES-GCM case of our sizes', async () => {
    const groups = aesGcm.testGroups.filter((group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128)
    const verdicts = { valid: 0, invalid: 0 }
    for (const test of groups.flatMap((group) => group.tests)) {
      const [key, nonce, aad, plaintext] = [hex(test.key), hex(test.iv), hex(test.aad), hex(test.msg)]
      const sealed = hex(test.ct + test.tag)
      const opened = await port.open(key, nonce, sealed, aad)
      expect(opened && toHex(opened), `case ${test.tcId}: ${test.comment}`).toBe(test.result === 'valid' ? test.msg : undefined)
      expect(equalBytes(await port.seal(key, nonce, plaintext, aad), sealed)).toBe(test.result === 'valid')
      verdicts[opened === undefined ? 'invalid' : 'valid']++
    }
    expect(verdicts.valid + verdicts.invalid).toBe(66)
    expect(verdicts.invalid).toBeGreaterThan(0)
  })

  it('opens no Wycheproof AES-GCM case of other key or nonce sizes', async () => {
    const groups = aesGcm.testGroups.filter((group) => group.keySize !== 256 || group.ivSize !== 96)
    for (const test of groups.flatMap((group) => group.tests)) {
      expect(await port.open(hex(test.key), hex(test.iv), hex(test.ct + test.tag), hex(test.aad))).toBeUndefined()
    }
  })

  it('derives what every Wycheproof HKDF case says, and refuses too long an output', () => {
    const tests = hkdf.testGroups.flatMap((group) => group.tests)
    const derive = (test: (typeof tests)[number]) => port.hkdf(hex(test.ikm), hex(test.salt), hex(test.info), test.size)
    const [valid, tooLong] = [tests.filter((test) => test.result === 'valid'), tests.filter((test) => test.result === 'invalid')]
    expect([valid.length, tooLong.length]).toEqual([83, 3])
    for (const test of valid) expect(toHex(derive(test)), `case ${test.tcId}`).toBe(test.okm)
    for (const test of tooLong) expect(() => derive(test), `case ${test.tcId}`).toThrow(/255/)
  })

  describe('the vectors of the protocol document', () => {
    it('names an epoch key', () => {
      expect(toHex(labelledHash(port, 'key id', fill(0x22), fill(0x11)))).toBe(
        'af7629438f369b8adb10d0826ff72f35ef575dae02fb743f7b061f2e9d8a0718',
      )
    })

    it('derives a room and its password from an epoch key', () => {
      expect(toBase64Url(deriveKey(port, fill(0x11), fill(0x22), 'room', [], 16))).toBe('1g4DkFIC01EpjUyFyO_b2A')
      expect(toBase64Url(deriveKey(port, fill(0x11), fill(0x22), 'room password', [], 16))).toBe('Qx4XtIIG6GdlKQeNLsfYcA')
    })

    it('derives the id of an invitation from its secret', async () => {
      const key = await port.signingKeyFromSeed(deriveKey(port, fill(0x44, 16), undefined, 'invitation sign'))
      expect(toHex(key.publicKey)).toBe('d9393674e591b0b1660f51eefd8f9139ae3c937c1b38bb8a29a1acc5102d176b')
    })

    it('gives each label its own hash', () => {
      expect(toHex(label('a'))).toBe('6563686f2d72656163742f312061' + '00')
      expect(labelledHash(port, 'a', fill(1))).not.toEqual(labelledHash(port, 'b', fill(1)))
    })
  })
})
