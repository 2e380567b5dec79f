import { afterEach, describe, expect, it, vi } from 'vitest'
import { loadPhrases } from '../../../src/identity/loadPhrases.ts'

describe('loading recovery phrases', () => {
  afterEach(() => {
    vi.doUnmock('../../../src/identity/phrase.ts')
    vi.resetModules()
  })

  it('brings what writes and reads them', async () => {
    const loaded = await loadPhrases()
    if (!loaded.ok) throw loaded.error
    const { formatPhrase, parsePhrase } = loaded.value
    expect(parsePhrase(formatPhrase(new Uint8Array(32)))).toEqual({ ok: true, value: new Uint8Array(32) })
  })

  it('says so when they cannot be fetched, and why', async () => {
    vi.doMock('../../../src/identity/phrase.ts', () => {
      throw new TypeError('Failed to fetch dynamically imported module')
    })
    vi.resetModules()
    const fresh = await import('../../../src/identity/loadPhrases.ts')
    const loaded = await fresh.loadPhrases()
    expect(loaded).toMatchObject({ ok: false, error: { name: 'EchoError', code: 'load-failed' } })
    expect(loaded.ok ? undefined : loaded.error.cause).toBeInstanceOf(Error)
  })
})
