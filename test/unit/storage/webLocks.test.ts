import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWebLocks } from '../../../src/storage/webLocks.ts'

describe('Web Locks', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('are refused with a reason where the browser has none, rather than replaced by something weaker', async () => {
    vi.stubGlobal('navigator', {})
    await expect(createWebLocks('app/').acquire('slot', 'no')).rejects.toMatchObject({ code: 'storage-unavailable' })
    vi.stubGlobal('navigator', undefined)
    await expect(createWebLocks('app/').acquire('slot', 100)).rejects.toMatchObject({ code: 'storage-unavailable' })
  })

  it('are refused where the browser forbids them', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(new DOMException('no', 'SecurityError')) } })
    await expect(createWebLocks('app/').acquire('slot', 100)).rejects.toMatchObject({ code: 'storage-unavailable' })
  })
})
