import { afterEach, expect, it, vi } from 'vitest'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { utf8 } from '../../../src/shared/bytes.ts'

afterEach(() => vi.unstubAllGlobals())

/** The platform's WebCrypto with some methods replaced. */
function stubSubtle(methods: Partial<Record<keyof SubtleCrypto, unknown>>): void {
  const { subtle } = globalThis.crypto
  const replaced = new Proxy(subtle, {
    get: (target, name: keyof SubtleCrypto) => methods[name] ?? (target[name] as () => unknown).bind(target),
  })
  vi.stubGlobal('crypto', { subtle: replaced, getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto) })
}

it.each([
  ['no WebCrypto', { subtle: undefined }],
  ['no crypto at all', undefined],
])('says that a page with %s is no secure context, and what to do', async (_, crypto) => {
  vi.stubGlobal('crypto', crypto)
  await expect(createWebCrypto()).rejects.toMatchObject({ code: 'not-a-secure-context', message: expect.stringContaining('https') })
})

it('works where the platform has neither curve', async () => {
  const { importKey } = globalThis.crypto.subtle
  const original = importKey.bind(globalThis.crypto.subtle) as (...values: unknown[]) => Promise<unknown>
  stubSubtle({
    importKey: (...values: unknown[]) =>
      JSON.stringify(values[2]).includes('25519')
        ? Promise.reject(new DOMException('Unrecognized name', 'NotSupportedError'))
        : original(...values),
    generateKey: () => Promise.reject(new DOMException('Unrecognized name', 'NotSupportedError')),
  })
  const port = await createWebCrypto()
  const [signing, agreement, peer] = [await port.createSigningKey(), await port.createAgreementKey(), await port.createAgreementKey()]
  expect(signing.stored).toBeInstanceOf(Uint8Array)
  expect(await port.verify(signing.publicKey, utf8('x'), await signing.sign(utf8('x')))).toBe(true)
  expect(await agreement.agree(peer.publicKey)).toEqual(await peer.agree(agreement.publicKey))
})

it.each([
  ['takes everything', true],
  ['takes nothing', false],
])('does not trust a platform whose Ed25519 %s', async (_, verdict) => {
  stubSubtle({ verify: () => Promise.resolve(verdict) })
  const port = await createWebCrypto()
  const key = await port.createSigningKey()
  expect(key.stored).toBeInstanceOf(Uint8Array)
  const signature = await key.sign(utf8('x'))
  expect(await port.verify(key.publicKey, utf8('x'), signature)).toBe(true)
  expect(await port.verify(key.publicKey, utf8('y'), signature)).toBe(false)
})

it('verifies more keys than it remembers as checked', async () => {
  const port = await createWebCrypto()
  const first = await port.createSigningKey()
  const signature = await first.sign(utf8('x'))
  expect(await port.verify(first.publicKey, utf8('x'), signature)).toBe(true)
  for (let i = 0; i < 1030; i++) expect(port.isSigningPublicKey((await port.createSigningKey()).publicKey)).toBe(true)
  expect(await port.verify(first.publicKey, utf8('x'), signature)).toBe(true)
})
