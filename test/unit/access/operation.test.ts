import { beforeAll, describe, expect, it } from 'vitest'
import {
  decodeOperation,
  encodeUnsignedOperation,
  maxBodyBytes,
  maxOperationBytes,
  operationKinds,
  signOperation,
  verifyOperation,
  type OperationContent,
} from '../../../src/access/operation.ts'
import type { CryptoPort, SigningKey } from '../../../src/crypto/cryptoPort.ts'
import { labelledHash } from '../../../src/crypto/labels.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { equalBytes, toHex } from '../../../src/shared/bytes.ts'
import { seededCrypto } from './people.ts'

const filled = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value)

describe('operations', () => {
  const crypto: CryptoPort = seededCrypto()
  let key: SigningKey
  let content: OperationContent
  let bytes: Uint8Array
  beforeAll(async () => {
    key = await crypto.createSigningKey()
    content = {
      space: filled(1),
      kind: operationKinds.admit,
      as: { operation: filled(2), index: 3 },
      by: key.publicKey,
      parents: [filled(5), filled(4)],
      body: Uint8Array.of(6, 7),
    }
    bytes = await signOperation(key, content)
  })

  it('stand in the byte order of the protocol, parents ascending', () => {
    const unsigned = `01${'01'.repeat(32)}03${'02'.repeat(32)}03${toHex(key.publicKey)}02${'04'.repeat(32)}${'05'.repeat(32)}020607`
    expect(toHex(encodeUnsignedOperation(content))).toBe(unsigned)
    expect(toHex(bytes).slice(0, -128)).toBe(unsigned)
  })

  it('come back as they were, with the hash of all but the signature as id', async () => {
    const decoded = decodeOperation(crypto, bytes)
    expect(decoded).toMatchObject({ ok: true, value: { ...content, parents: [filled(4), filled(5)], bytes } })
    if (!decoded.ok) return
    expect(decoded.value.id).toEqual(labelledHash(crypto, 'operation', bytes.slice(0, -64)))
    expect(await verifyOperation(crypto, decoded.value)).toBe(true)
  })

  it('are refused when cut anywhere or going on', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeOperation(crypto, bytes.slice(0, length))).toEqual({ ok: false, error: 'format' })
    }
    expect(decodeOperation(crypto, Uint8Array.of(...bytes, 0))).toEqual({ ok: false, error: 'format' })
  })

  it.each([
    ['simulated crypto', () => Promise.resolve(seededCrypto())],
    ['WebCrypto', () => createWebCrypto()],
  ] as const)('with any bit flipped are refused, have another id or no valid signature (%s)', async (name, create) => {
    const port = await create()
    const signer = await port.createSigningKey()
    const original = await signOperation(signer, { ...content, by: signer.publicKey })
    const first = decodeOperation(port, original)
    if (!first.ok) throw new Error(first.error)
    const step = name === 'WebCrypto' ? 5 : 1
    for (let bit = 0; bit < original.length * 8; bit += step) {
      const flipped = original.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const decoded = decodeOperation(port, flipped)
      if (!decoded.ok) continue
      expect(await verifyOperation(port, decoded.value)).toBe(false)
      expect(equalBytes(decoded.value.id, first.value.id)).toBe(bit >= (original.length - 64) * 8)
    }
  })

  it('of a later format ask for a newer version, of format zero are refused', () => {
    expect(decodeOperation(crypto, Uint8Array.of(2))).toEqual({ ok: false, error: 'newer-version' })
    expect(decodeOperation(crypto, Uint8Array.of(0, ...bytes.slice(1)))).toEqual({ ok: false, error: 'format' })
  })

  it('name each parent once and in one order only', async () => {
    const twice = await signOperation(key, { ...content, parents: [filled(4), filled(4)] })
    expect(decodeOperation(crypto, twice)).toEqual({ ok: false, error: 'format' })
    const swapped = bytes.slice()
    const first = 1 + 32 + 1 + 32 + 1 + 32 + 1
    swapped.set(filled(5), first)
    swapped.set(filled(4), first + 32)
    expect(decodeOperation(crypto, swapped)).toEqual({ ok: false, error: 'format' })
  })

  it('have at most 64 parents and a body of 64 KiB', async () => {
    const parents = Array.from({ length: 65 }, (_, index) => filled(index))
    const widest = await signOperation(key, { ...content, parents: parents.slice(1), body: filled(0, maxBodyBytes) })
    expect(decodeOperation(crypto, widest).ok).toBe(true)
    expect(widest.length).toBeLessThanOrEqual(maxOperationBytes)
    const tooMany = await signOperation(key, { ...content, parents })
    expect(decodeOperation(crypto, tooMany)).toEqual({ ok: false, error: 'format' })
    const tooLong = await signOperation(key, { ...content, body: filled(0, maxBodyBytes + 1) })
    expect(decodeOperation(crypto, tooLong)).toEqual({ ok: false, error: 'format' })
    expect(decodeOperation(crypto, new Uint8Array(maxOperationBytes + 1).fill(1))).toEqual({ ok: false, error: 'format' })
  })
})
