import { describe, expect, it } from 'vitest'
import { createVerdictFollower } from '../../../src/documents/verdicts/followVerdict.ts'
import type { WritingRound } from '../../../src/documents/verdicts/writeAgain.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

const minute = 60_000
const nothing: WritingRound = { isNews: false, isLeft: false }
const news: WritingRound = { isNews: true, isLeft: false }
const waiting: WritingRound = { isNews: false, isLeft: true }

/** A follower whose rounds of writing come to what `round` says. */
function follow(round: () => WritingRound | Error) {
  const clock = createSimulatedClock()
  const startMs = clock.now()
  const roundsAt: number[] = []
  const faults: unknown[] = []
  const follower = createVerdictFollower({
    clock,
    isSettled: () => true,
    isCurrent: () => true,
    settle: async () => {},
    async writeAgain() {
      roundsAt.push(clock.now() - startMs)
      const result = round()
      if (result instanceof Error) throw result
      return result
    },
    onFault: (error) => faults.push(error),
  })
  /** Milliseconds from the start to the first round, then from each to the next. */
  const waits = (): number[] => roundsAt.map((at, i) => at - (roundsAt[i - 1] ?? 0))
  return { clock, follower, faults, roundsAt, waits }
}

describe('withdrawn edits are written again', () => {
  it('at once where the own feed forked, after three seconds where others have to speak first, and no further time where nothing is left', async () => {
    for (const isOwnFork of [true, false]) {
      const { clock, follower, roundsAt } = follow(() => news)
      follower.writeAgainSoon(isOwnFork)
      await clock.run(10 * minute)
      expect(roundsAt).toEqual([isOwnFork ? 100 : 3000])
    }
  })

  it('in the sooner of two rounds that were asked for, and only in that', async () => {
    const { clock, follower, roundsAt } = follow(() => nothing)
    follower.writeAgainSoon(false)
    follower.writeAgainSoon(true)
    follower.writeAgainSoon(false)
    await clock.run(minute)
    expect(roundsAt).toEqual([100])
  })

  it('soon each time, however often a round only finds that something has to wait', async () => {
    const { clock, follower, waits } = follow(() => waiting)
    follower.writeAgainSoon(false)
    await clock.run(minute)
    expect(waits()).toEqual(Array.from({ length: 20 }, () => 3000))
  })

  it('ever later where forks go on and on, at most a minute later', async () => {
    const { clock, follower, waits } = follow(() => news)
    for (let second = 0; second < 390; second++) {
      follower.writeAgainSoon(false)
      await clock.run(1000)
    }
    expect(waits().map((ms) => Math.round(ms / 1000))).toEqual([3, 6, 12, 24, 48, 60, 60, 60, 60])
  })

  it('ever later also where each of these rounds leaves something', async () => {
    const { clock, follower, roundsAt } = follow(() => ({ isNews: true, isLeft: true }))
    for (let second = 0; second < 400; second++) {
      follower.writeAgainSoon(false)
      await clock.run(1000)
    }
    expect(roundsAt.length).toBeLessThan(11)
  })

  it('soon again after a minute without a new fork', async () => {
    const { clock, follower, waits } = follow(() => news)
    for (let second = 0; second < 100; second++) {
      follower.writeAgainSoon(false)
      await clock.run(1000)
    }
    const before = waits().length
    await clock.run(2 * minute + 1)
    const startedAt = clock.now()
    const rounds = waits().length
    expect(rounds).toBeLessThanOrEqual(before + 1)
    follower.writeAgainSoon(false)
    await clock.run(3000)
    expect(waits()).toHaveLength(rounds + 1)
    expect(clock.now() - startedAt).toBe(3000)
  })

  it('ever later where a round fails, and each failure is told', async () => {
    let failures = 4
    const { clock, follower, faults, waits } = follow(() => (failures-- > 0 ? new Error('damaged') : nothing))
    follower.writeAgainSoon(false)
    await clock.run(5 * minute)
    expect(waits()).toEqual([3000, 6000, 12_000, 24_000, 48_000])
    expect(faults.map(String)).toEqual(Array.from({ length: 4 }, () => 'Error: damaged'))
  })

  it('never after the end', async () => {
    const { clock, follower, roundsAt } = follow(() => waiting)
    follower.writeAgainSoon(true)
    follower.dispose()
    follower.writeAgainSoon(true)
    await clock.run(minute)
    expect(roundsAt).toEqual([])
  })
})
