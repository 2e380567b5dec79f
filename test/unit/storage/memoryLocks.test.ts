import { describe, expect, it } from 'vitest'
import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'
import type { Clock } from '../../../src/shared/ports.ts'

/** A clock that stands still until it is told to ring. */
function createHandClock(): Clock & { ring(): void; readonly waiting: number } {
  const callbacks = new Set<() => void>()
  return {
    now: () => 0,
    after: (_delayMs, callback) => {
      callbacks.add(callback)
      return callback
    },
    clear: (timer) => void callbacks.delete(timer as () => void),
    ring: () => {
      for (const callback of [...callbacks]) {
        callbacks.delete(callback)
        callback()
      }
    },
    get waiting() {
      return callbacks.size
    },
  }
}

describe('locks in memory', () => {
  it('hands a lock on in the order of asking', async () => {
    const manager = createLockManager()
    const signal = new AbortController().signal
    const first = await manager.locks().acquire('slot', 'no')
    const order: string[] = []
    const second = manager
      .locks()
      .acquire('slot', signal)
      .then((lock) => (order.push('second'), lock))
    const third = manager
      .locks()
      .acquire('slot', signal)
      .then((lock) => (order.push('third'), lock))
    first?.release()
    ;(await second)?.release()
    await third
    expect(order).toEqual(['second', 'third'])
  })

  it('ends a wait when its clock says so and leaves no timer behind a wait that succeeded', async () => {
    const clock = createHandClock()
    const manager = createLockManager(clock)
    const held = await manager.locks().acquire('slot', 'no')
    const inVain = manager.locks().acquire('slot', 200)
    await Promise.resolve()
    clock.ring()
    expect(await inVain).toBeUndefined()
    const inTime = manager.locks().acquire('slot', 200)
    await Promise.resolve()
    held?.release()
    expect((await inTime)?.name).toBe('slot')
    expect(clock.waiting).toBe(0)
  })

  it('does not let the former holder of a stolen lock free it', async () => {
    const manager = createLockManager()
    const robbed = await manager.locks().acquire('leader', 'no')
    await manager.locks().acquire('leader', 'no', true)
    await robbed?.lost
    robbed?.release()
    expect(await manager.locks().acquire('leader', 'no')).toBeUndefined()
  })

  it('forgets the waits of a tab that ends', async () => {
    const manager = createLockManager()
    const held = await manager.locks().acquire('slot', 'no')
    const tab = manager.locks()
    const wait = tab.acquire('slot', new AbortController().signal)
    await Promise.resolve()
    tab.dispose()
    expect(await wait).toBeUndefined()
    held?.release()
    expect(await manager.locks().acquire('slot', 'no')).toBeDefined()
  })
})
