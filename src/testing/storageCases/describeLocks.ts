import { describe, expect, it } from 'vitest'
import type { StorageTabs } from './storageDevice.ts'

/** The locks of the tabs of one device. */
export function describeLocks({ openTab }: StorageTabs): void {
  describe('locks', () => {
    it('have one holder at a time, in all tabs, and names do not touch each other', async () => {
      const [first, second] = [await openTab(), await openTab()]
      const lock = await first.locks.acquire('slot/0', 'no')
      expect(lock?.name).toBe('slot/0')
      expect(await second.locks.acquire('slot/0', 'no')).toBeUndefined()
      expect(await first.locks.acquire('slot/0', 'no')).toBeUndefined()
      expect(await second.locks.acquire('slot/1', 'no')).toBeDefined()
      lock?.release()
      await lock?.lost
      expect(await second.locks.acquire('slot/0', 100)).toBeDefined()
    })

    it('are waited for until the time is up', async () => {
      const [first, second] = [await openTab(), await openTab()]
      const lock = await first.locks.acquire('slot/0', 'no')
      expect(await second.locks.acquire('slot/0', 20)).toBeUndefined()
      const waiting = second.locks.acquire('slot/0', 5_000)
      lock?.release()
      expect(await waiting).toBeDefined()
    })

    it('are waited for until a signal fires', async () => {
      const [first, second] = [await openTab(), await openTab()]
      const lock = await first.locks.acquire('slot/0', 'no')
      const patience = new AbortController()
      const inVain = second.locks.acquire('slot/0', patience.signal)
      patience.abort()
      expect(await inVain).toBeUndefined()
      expect(await second.locks.acquire('slot/0', patience.signal)).toBeUndefined()
      const waiting = second.locks.acquire('slot/0', new AbortController().signal)
      lock?.release()
      expect(await waiting).toBeDefined()
    })

    it('can be stolen: the holder learns it and cannot free what is no longer its own', async () => {
      const [first, second, third] = [await openTab(), await openTab(), await openTab()]
      const robbed = await first.locks.acquire('leader', 'no')
      const stolen = await second.locks.acquire('leader', 'no', true)
      expect(stolen).toBeDefined()
      await robbed?.lost
      robbed?.release()
      expect(await third.locks.acquire('leader', 'no')).toBeUndefined()
      stolen?.release()
      expect(await third.locks.acquire('leader', 5_000)).toBeDefined()
    })

    it('are free again when their tab is disposed, and a tab that is gone neither takes nor waits', async () => {
      const [first, second, third] = [await openTab(), await openTab(), await openTab()]
      const lock = await first.locks.acquire('slot/0', 'no')
      const waiting = second.locks.acquire('slot/0', new AbortController().signal)
      await second.dispose()
      expect(await waiting).toBeUndefined()
      await first.dispose()
      await lock?.lost
      expect(await third.locks.acquire('slot/0', 5_000)).toBeDefined()
      expect(await first.locks.acquire('slot/1', 'no')).toBeUndefined()
    })
  })
}
