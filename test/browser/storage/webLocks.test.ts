import { afterEach, describe, expect, it } from 'vitest'
import { systemClock, type Clock } from '../../../src/shared/ports.ts'
import { createWebLocks } from '../../../src/storage/webLocks.ts'

const frames: HTMLIFrameElement[] = []
const prefix = `locks-${Date.now()}/`

/** Another page of the origin; removing it is what closing a tab is. */
async function openPage(): Promise<{ readonly locks: LockManager; close(): void }> {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  frames.push(frame)
  return { locks: frame.contentWindow!.navigator.locks, close: () => frame.remove() }
}

describe('Web Locks of Chromium', () => {
  afterEach(() => {
    for (const frame of frames.splice(0)) frame.remove()
  })

  it('pass to the one who waits when the page of the holder goes away', async () => {
    const page = await openPage()
    await new Promise<void>(
      (resolve) => void page.locks.request(`${prefix}slot`, () => (resolve(), new Promise(() => undefined))).catch(resolve),
    )
    const locks = createWebLocks(prefix)
    expect(await locks.acquire('slot', 'no')).toBeUndefined()
    const waiting = locks.acquire('slot', 10_000)
    page.close()
    expect(await waiting).toBeDefined()
    locks.dispose()
  })

  it('tell the holder when another page steals them', async () => {
    const page = await openPage()
    const locks = createWebLocks(prefix)
    const leader = await locks.acquire('leader', 'no')
    void page.locks.request(`${prefix}leader`, { steal: true }, () => new Promise(() => undefined)).catch(() => 'the page is gone')
    await leader?.lost
    expect(await locks.acquire('leader', 'no')).toBeUndefined()
    locks.dispose()
  })

  it('of one app do not touch those of another on the same origin', async () => {
    const [mine, yours] = [createWebLocks(`${prefix}a/`), createWebLocks(`${prefix}b/`)]
    expect(await mine.acquire('leader', 'no')).toBeDefined()
    expect(await yours.acquire('leader', 'no')).toBeDefined()
    mine.dispose()
    yours.dispose()
  })

  it('leave no timer behind a wait, whether it succeeded or not', async () => {
    const timers = new Set<unknown>()
    const clock: Clock = {
      now: systemClock.now,
      after: (delayMs, callback) => {
        const timer = systemClock.after(delayMs, () => (timers.delete(timer), callback()))
        timers.add(timer)
        return timer
      },
      clear: (timer) => (timers.delete(timer), systemClock.clear(timer)),
    }
    const locks = createWebLocks(`${prefix}timers/`, clock)
    expect(await locks.acquire('slot', 1_000)).toBeDefined()
    expect(await locks.acquire('slot', 10)).toBeUndefined()
    expect(await locks.acquire('slot', 1_000, true)).toBeDefined()
    expect(timers.size).toBe(0)
    locks.dispose()
  })
})
