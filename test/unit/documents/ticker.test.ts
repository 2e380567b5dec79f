import { describe, expect, it } from 'vitest'
import { createTicker } from '../../../src/documents/ticker.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTest({ company = true } = {}) {
  const clock = createSimulatedClock()
  const start = clock.now()
  const done: string[] = []
  let uncut = 0
  const ticker = createTicker({
    clock,
    hasCompany: () => company,
    uncutBytes: () => uncut,
    cut: () => {
      uncut = 0
      done.push(`cut ${clock.now() - start}`)
    },
    apply: () => done.push(`apply ${clock.now() - start}`),
  })
  return {
    clock,
    ticker,
    done,
    cuts: () => done.filter((what) => what.startsWith('cut')),
    edit(bytes = 10) {
      uncut += bytes
      ticker.edited()
    },
  }
}

describe('ticker', () => {
  it('cuts an edit at once, but not in the stack of whoever makes it', async () => {
    const test = createTest()
    test.edit()
    expect(test.done).toEqual([])
    await Promise.resolve()
    expect(test.done).toEqual(['cut 0', 'apply 0'])
  })

  it('cuts again 100 ms after the last cut, many edits at once', async () => {
    const test = createTest()
    test.edit()
    await test.clock.run(30)
    test.edit()
    await test.clock.run(30)
    test.edit()
    await test.clock.run(200)
    test.edit()
    await test.clock.run(0)
    expect(test.cuts()).toEqual(['cut 0', 'cut 100', 'cut 260'])
  })

  it('goes on within its usual time after the clock of the machine was set back', async () => {
    let now = Date.UTC(2026, 0, 1)
    const delays: number[] = []
    const clock = { now: () => now, after: (delayMs: number) => delays.push(delayMs), clear: () => {} }
    let uncut = 10
    const ticker = createTicker({ clock, hasCompany: () => true, uncutBytes: () => uncut, cut: () => (uncut = 0), apply: () => {} })
    ticker.now()
    now -= 3_600_000
    ticker.arrived()
    uncut = 10
    ticker.edited()
    expect(delays).toEqual([16])
    now += 20
    ticker.now()
    now -= 3_600_000
    uncut = 10
    ticker.edited()
    expect(delays).toEqual([16, 100])
  })

  it('lets edits gather for two seconds when nobody is there', async () => {
    const test = createTest({ company: false })
    test.edit()
    await test.clock.run(1999)
    test.edit()
    expect(test.cuts()).toEqual([])
    await test.clock.run(1)
    expect(test.cuts()).toEqual(['cut 2000'])
  })

  it('lets no more than 64 KiB gather', async () => {
    const test = createTest({ company: false })
    test.edit(64 * 1024 - 1)
    await test.clock.run(10)
    expect(test.cuts()).toEqual([])
    test.edit(1)
    await test.clock.run(0)
    expect(test.cuts()).toEqual(['cut 10'])
  })

  it('applies what arrives at once, then once a frame', async () => {
    const test = createTest()
    test.ticker.arrived()
    await test.clock.run(5)
    test.ticker.arrived()
    test.ticker.arrived()
    await test.clock.run(100)
    expect(test.done).toEqual(['apply 0', 'apply 16'])
  })

  it('never applies before it has cut what is own', async () => {
    const test = createTest()
    test.edit()
    await test.clock.run(50)
    test.edit()
    test.ticker.arrived()
    await test.clock.run(100)
    expect(test.done).toEqual(['cut 0', 'apply 0', 'cut 100', 'apply 100'])
  })

  it('brings a later cut forward for what is due earlier', async () => {
    const test = createTest({ company: false })
    test.edit()
    await test.clock.run(10)
    test.ticker.arrived()
    await test.clock.run(0)
    expect(test.cuts()).toEqual(['cut 10'])
    await test.clock.run(5000)
    expect(test.cuts()).toEqual(['cut 10'])
  })

  it('does both when told to, and nothing once it has ended', async () => {
    const test = createTest({ company: false })
    test.edit()
    test.ticker.now()
    expect(test.done).toEqual(['cut 0', 'apply 0'])
    test.edit()
    test.ticker.dispose()
    test.ticker.now()
    await test.clock.run(10_000)
    expect(test.done).toHaveLength(2)
    expect(test.clock.pendingCount()).toBe(0)
  })
})
