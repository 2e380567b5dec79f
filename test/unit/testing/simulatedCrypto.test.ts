import { expect, it } from 'vitest'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { toHex, utf8 } from '../../../src/shared/bytes.ts'
import type { Random } from '../../../src/shared/ports.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'

function countingRandom(start: number): Random {
  let next = start
  return { bytes: (length) => new Uint8Array(length).map(() => next++) }
}

async function trace(crypto: CryptoPort): Promise<string[]> {
  const [signing, agreement, wrapping] = await Promise.all([
    crypto.createSigningKey(),
    crypto.createAgreementKey(),
    crypto.createWrappingKey(),
  ])
  const bytes = [
    signing.publicKey,
    await signing.sign(utf8('x')),
    agreement.publicKey,
    await wrapping.wrap(utf8('y')),
    crypto.randomBytes(4),
  ]
  return bytes.map(toHex)
}

it('does the same again from the same randomness, and something else from another', async () => {
  const first = await trace(createSimulatedCrypto(countingRandom(1)))
  expect(await trace(createSimulatedCrypto(countingRandom(1)))).toEqual(first)
  expect(await trace(createSimulatedCrypto(countingRandom(2)))).not.toEqual(first)
})

it('lets the peers of one simulation understand each other', async () => {
  const a = createSimulatedCrypto(countingRandom(1))
  const b = createSimulatedCrypto(countingRandom(2))
  const signing = await a.createSigningKey()
  expect(await b.verify(signing.publicKey, utf8('x'), await signing.sign(utf8('x')))).toBe(true)
  const [left, right] = [await a.createAgreementKey(), await b.createAgreementKey()]
  expect(await left.agree(right.publicKey)).toEqual(await right.agree(left.publicKey))
  const key = new Uint8Array(32).fill(1)
  const nonce = new Uint8Array(12)
  expect(await b.open(key, nonce, await a.seal(key, nonce, utf8('x'), utf8('y')), utf8('y'))).toEqual(utf8('x'))
})

it('settles its promises in the order of the calls, whatever their cost', async () => {
  const crypto = createSimulatedCrypto(countingRandom(1))
  const signing = await crypto.createSigningKey()
  const key = new Uint8Array(32)
  const order: string[] = []
  await Promise.all([
    crypto.seal(key, new Uint8Array(12), new Uint8Array(1_000_000), key).then(() => order.push('large')),
    crypto.open(key, key, key, key).then(() => order.push('refused')),
    signing.sign(key).then(() => order.push('signed')),
    crypto.verify(key, key, key).then(() => order.push('verified')),
  ])
  expect(order).toEqual(['large', 'refused', 'signed', 'verified'])
})
