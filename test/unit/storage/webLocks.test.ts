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

  it('are asked for again where the page stood still as they were granted, but not for ever', async () => {
    const granted = (_name: string, _options: LockOptions, hold: (lock: unknown) => unknown) => Promise.resolve(hold({}))
    // Of another realm, so no TypeError of ours.
    const notRunnable = () =>
      Promise.reject(Object.assign(new Error('The provided callback is no longer runnable.'), { name: 'TypeError' }))
    const request = vi.fn<(...args: Parameters<typeof granted>) => Promise<unknown>>(notRunnable)
    vi.stubGlobal('navigator', { locks: { request } })
    await expect(createWebLocks('app/').acquire('slot', 100)).rejects.toMatchObject({ code: 'storage-unavailable' })
    expect(request).toHaveBeenCalledTimes(7)
    request.mockImplementationOnce(notRunnable).mockImplementation(granted)
    const lock = await createWebLocks('app/').acquire('slot', 100)
    expect(lock).toMatchObject({ name: 'slot' })
    lock!.release()
    await lock!.lost
  })
})
