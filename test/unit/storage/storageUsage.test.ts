import { describe, expect, it } from 'vitest'
import { createWritable } from '../../../src/shared/readable.ts'
import type { StorageState } from '../../../src/storage/storage.ts'
import { createStorageUsage, type EstimateStorage } from '../../../src/storage/storageUsage.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function setup(estimate: EstimateStorage | undefined) {
  const clock = createSimulatedClock()
  const state = createWritable<StorageState>({ status: 'ready', persistent: true })
  return { clock, state, usage: createStorageUsage({ clock, state, estimate }) }
}

describe('the usage of the storage', () => {
  it('is asked for while somebody listens, now and then and when the storage changes, and by nobody else', async () => {
    let asked = 0
    const { clock, state, usage } = setup(async () => ({ usage: ++asked, quota: 10 }))
    await clock.run(100_000)
    expect([asked, usage.get()]).toEqual([0, undefined])
    const stops = [usage.subscribe(() => {}), usage.subscribe(() => {})]
    await clock.run(10)
    expect(usage.get()).toEqual({ usage: 1, quota: 10 })
    await clock.run(61_000)
    expect(asked).toBe(3)
    state.set({ status: 'ready', persistent: false })
    await clock.run(10)
    expect(usage.get()).toEqual({ usage: 4, quota: 10 })
    for (const stop of stops) stop()
    stops[0]!()
    state.set({ status: 'ready', persistent: true })
    await clock.run(100_000)
    expect(asked).toBe(4)
  })

  it('stays undefined where the browser does not tell, is asked again where it fails, and waits for one that hangs', async () => {
    expect(setup(undefined).usage.get()).toBeUndefined()
    const answers: (() => ReturnType<EstimateStorage>)[] = [
      async () => ({}),
      async () => ({ usage: 1, quota: 0 }),
      () => Promise.reject(new Error('insecure')),
      async () => ({ usage: 2, quota: 10 }),
      () => new Promise(() => {}),
    ]
    let asked = 0
    const { clock, usage } = setup(() => answers[asked++]!())
    usage.subscribe(() => {})
    await clock.run(80_000)
    expect([asked, usage.get()]).toEqual([3, undefined])
    await clock.run(300_000)
    expect([asked, usage.get()]).toEqual([5, { usage: 2, quota: 10 }])
  })
})
