import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Space } from '../../../src/client/echo.ts'
import { createOpeningCache } from '../../../src/react/openingCache.ts'

describe('the openings of what components show', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('forget a failure after a second, however often a component renders meanwhile', async () => {
    const cache = createOpeningCache<{ release(): void }>()
    const space = {} as Space
    const open = vi.fn<() => Promise<{ release(): void }>>(() => Promise.reject(new Error('not here yet')))
    for (let i = 0; i < 8; i++) {
      await expect(cache.open(space, 'note', open).promise).rejects.toThrow('not here yet')
      await vi.advanceTimersByTimeAsync(300)
    }
    expect(open).toHaveBeenCalledTimes(2)
  })

  it('stay as long as renders ask for them, and are released when none does', async () => {
    const cache = createOpeningCache<{ release(): void }>()
    const space = {} as Space
    const release = vi.fn<() => void>()
    const open = vi.fn<() => Promise<{ release(): void }>>(() => Promise.resolve({ release }))
    for (let i = 0; i < 4; i++) {
      await cache.open(space, 'note', open).promise
      await vi.advanceTimersByTimeAsync(3000)
    }
    expect([open.mock.calls.length, release.mock.calls.length]).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(5000)
    expect(release).toHaveBeenCalledTimes(1)
  })
})
