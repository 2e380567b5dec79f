import { describe, expect, it } from 'vitest'
import { soak } from '../setup/soak.ts'
import { runHistory, Task } from './simulation/runHistory.ts'

/*
 * Replicas write at random over a network with partitions, cuts, losses, restarts and crashes. Once it heals, all must hold the same, and what a plain
 * model says they must. The seed stands in the test's name.
 */
const historyCount = soak ? 1000 : 100
const timeoutMs = 60_000

describe('replicas of a space', () => {
  const happened = new Set<string>()
  const seeds = Array.from({ length: historyCount }, (_, i) => i + 1)

  it.each(seeds)('hold the same in the end, and nothing is lost (seed %i)', { timeout: timeoutMs }, async (seed) => {
    const { faults, counts } = await runHistory(seed)
    for (const what of Object.keys(counts)) happened.add(what)
    expect(faults, `seed ${seed}`).toEqual([])
  })

  it.each([4, 17, 33])('take the same steps for the same seed (seed %i)', { timeout: timeoutMs }, async (seed) => {
    const first = await runHistory(seed)
    const second = await runHistory(seed)
    expect(second.trace).toBe(first.trace)
    expect(second.counts).toEqual(first.counts)
    expect((await runHistory(seed + 1)).trace).not.toBe(first.trace)
  })

  it('went through all that can happen to them, over the seeds', () => {
    for (const what of [
      'create',
      'update',
      'delete',
      'restore',
      'move',
      'type',
      'rename',
      'partition',
      'cut',
      'lossy',
      'one way',
      'signaling down',
      'restart',
      'crash',
      'crash with unsaved edits',
      'tab',
      'bundle',
    ]) {
      expect(happened, what).toContain(what)
    }
  })

  it('are told from replicas that hold something nobody wrote', { timeout: timeoutMs }, async () => {
    // In the last step: whoever edits it makes it known to the model.
    const { faults } = await runHistory(1, {
      steps: 21,
      sabotage: (step, space) => void (step === 20 && space.create(Task, { title: "out of the model's sight" })),
    })
    expect(faults).toContain('the number of items is wrong')
  })
})
