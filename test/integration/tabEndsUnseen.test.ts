import { expect, it } from 'vitest'
import { runHistory } from './simulation/runHistory.ts'
import type { Action, Step } from './simulation/step.ts'

/** Steps of the second device, one right after the other. */
function stepsOf(...actions: readonly (readonly [tab: number, action: Action])[]): Step[] {
  return actions.map(([tab, action], i) => ({ number: i + 1, waitMs: 0, device: 1, tab, action }))
}

it('takes up what a tab left on a full disk that ended before the one beside it knew of it', async () => {
  const strokes = [{ at: 0, deleted: 0, inserted: 3 }]
  const { faults } = await runHistory({
    seed: 1002,
    devices: 2,
    members: 2,
    latencyMs: 30,
    steps: stepsOf(
      [0, { do: 'quota', bytes: 1_144 }],
      [0, { do: 'type', text: 121, strokes }],
      [0, { do: 'open tab' }],
      [0, { do: 'type', text: 244, strokes }],
      [0, { do: 'close tab' }],
    ),
  })
  expect(faults).toEqual([])
})
