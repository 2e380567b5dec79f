import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

describe('a simulated clock', () => {
  it('fires in order of time, then of setting, and lets promises settle in between', async () => {
    const clock = createSimulatedClock({ startMs: 1_000 })
    const seen: string[] = []
    clock.after(20, () => seen.push(`late ${clock.now()}`))
    clock.after(
      10,
      () =>
        void Promise.resolve().then(async () => {
          await Promise.resolve()
          seen.push(`settled ${clock.now()}`)
        }),
    )
    clock.after(10, () => seen.push(`second ${clock.now()}`))
    await clock.run(15)
    expect([seen, clock.now(), clock.pendingCount()]).toEqual([['settled 1010', 'second 1010'], 1_015, 1])
    await clock.run(5)
    expect(seen.at(-1)).toBe('late 1020')
  })

  it('fires timers that other timers set, and none that was cleared', async () => {
    const clock = createSimulatedClock()
    const seen: number[] = []
    clock.after(1, () => clock.after(1, () => seen.push(2)))
    clock.clear(clock.after(1, () => seen.push(1)))
    clock.clear(undefined)
    await clock.runUntilIdle()
    expect(seen).toEqual([2])
  })

  it('keeps to whole milliseconds', async () => {
    const clock = createSimulatedClock({ startMs: 0 })
    clock.after(0.4, () => undefined)
    await clock.runUntilIdle()
    expect(clock.now()).toBe(1)
  })

  it('stops where the condition holds, and says so where it never does', async () => {
    const clock = createSimulatedClock({ startMs: 0 })
    let beats = 0
    const beat = (): void => {
      beats++
      clock.after(10, beat)
    }
    beat()
    await clock.runUntil(() => beats === 4)
    expect(clock.now()).toBe(30)
    await expect(clock.runUntil(() => false, 100)).rejects.toThrow('not reached within 100')
    await expect(clock.runUntilIdle(100)).rejects.toThrow('1 timers still run')
  })
})

describe('a seeded random source', () => {
  it('repeats itself for a seed and differs between seeds', () => {
    const draw = (seed: number | string): string => createSeededRandom(seed).bytes(16).join()
    expect(draw(1)).toBe(draw(1))
    expect(new Set([draw(1), draw(2), draw('a'), draw('b')]).size).toBe(4)
  })

  it('draws evenly and within bounds', () => {
    const random = createSeededRandom(3)
    const counts = [0, 0, 0, 0, 0]
    for (let i = 0; i < 10_000; i++) counts[random.below(5)]!++
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200)
    expect([...random.shuffle([1, 2, 3, 4])].sort()).toEqual([1, 2, 3, 4])
    expect(() => random.pick([])).toThrow(RangeError)
  })

  it('gives a fork draws of its own', () => {
    const [a, b] = [createSeededRandom(4), createSeededRandom(4)]
    a.fork('x').bytes(100)
    b.fork('x')
    expect(a.bytes(8)).toEqual(b.bytes(8))
    expect(a.fork('x').bytes(8)).not.toEqual(a.fork('y').bytes(8))
  })
})

describe('a simulated clock that runs', () => {
  it("keeps the machine's pace, and lets more time pass when it is asked to", async () => {
    const clock = createSimulatedClock({ isRunning: true, startMs: 0 })
    const seen: string[] = []
    await new Promise<void>((resolve) => clock.after(30, resolve))
    expect(clock.now()).toBeGreaterThanOrEqual(30)
    clock.after(60_000, () => seen.push('a minute'))
    clock.after(3_600_000, () => seen.push('an hour'))
    clock.clear(clock.after(10, () => seen.push('cleared')))
    const before = clock.now()
    await clock.run(120_000)
    expect(seen).toEqual(['a minute'])
    const passed = clock.now() - before
    expect(passed).toBeGreaterThanOrEqual(120_000)
    expect(passed).toBeLessThan(125_000)
    await new Promise<void>((resolve) => clock.after(20, resolve))
    expect(clock.now() - before - passed).toBeGreaterThanOrEqual(15)
    expect(clock.pendingCount()).toBe(1)
  })

  it('does not run by itself while it is moved', async () => {
    const clock = createSimulatedClock({ isRunning: true, settle: () => new Promise((resolve) => setTimeout(resolve, 200)) })
    const seen: number[] = []
    clock.after(1_000, () => seen.push(clock.now()))
    clock.after(1_000, () => seen.push(clock.now()))
    await clock.run(1_100)
    expect(seen[1]! - seen[0]!).toBeLessThan(100)
  })
})
