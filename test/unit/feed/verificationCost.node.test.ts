import { expect, it } from 'vitest'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { signBlock, verifyBlock } from '../../../src/feed/block.ts'
import { encodeHeader } from '../../../src/feed/header.ts'
import { headerOf } from './feedFixtures.ts'

/** Five times the goals: 1 s with the platform's Ed25519, 3 s with noble's. */
it.each([
  ['WebCrypto', {}, 5_000],
  ['noble', { ed25519: 'noble' }, 15_000],
] as const)('500 blocks are verified in moments with %s', { timeout: 60_000 }, async (name, options, mostMs) => {
  const crypto = await createWebCrypto(options)
  const device = await crypto.createSigningKey()
  const blocks = await Promise.all(
    Array.from({ length: 500 }, async (_, seq) => {
      const header = encodeHeader(headerOf({ device: device.publicKey, seq }))
      return { header, signature: await signBlock(device, header), envelope: new Uint8Array(0) }
    }),
  )
  const start = performance.now()
  const verdicts = await Promise.all(blocks.map((block) => verifyBlock(crypto, device.publicKey, block)))
  const ms = performance.now() - start
  expect(verdicts.every(Boolean)).toBe(true)
  console.info(`500 blocks verified with ${name}: ${Math.round(ms)} ms`)
  expect(ms).toBeLessThan(mostMs)
})
