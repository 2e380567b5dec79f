import { expect, it } from 'vitest'
import { runHistory } from './simulation/runHistory.ts'
import type { Action, Step } from './simulation/step.ts'

/** What happens in a tab of the second device. */
type InTab = readonly [tab: number, action: Action]

/** With a moment for a tab to open. */
function stepsOf(actions: readonly InTab[]): Step[] {
  return actions.map(([tab, action], i) => ({ number: i + 1, waitMs: i === 2 ? 40 : 0, device: 1, tab, action }))
}

/** A tab ends before the one beside it knows of it. */
async function faultsOf(seed: number, ...actions: readonly InTab[]): Promise<readonly string[]> {
  const { faults } = await runHistory({ seed, devices: 2, members: 2, latencyMs: 30, steps: stepsOf(actions) })
  return faults
}

it('takes up what a tab could not store, on a full disk', async () => {
  const strokes = [{ at: 0, deleted: 0, inserted: 3 }]
  expect(
    await faultsOf(
      1002,
      [0, { do: 'quota', bytes: 1_144 }],
      [0, { do: 'type', text: 121, strokes }],
      [0, { do: 'open tab' }],
      [0, { do: 'type', text: 244, strokes }],
      [0, { do: 'close tab' }],
    ),
  ).toEqual([])
})

it('takes up what a tab wrote that was killed right after it opened', { timeout: 60_000 }, async () => {
  for (let seed = 0; seed < 20; seed++)
    expect(
      await faultsOf(
        seed,
        [0, { do: 'create', parent: undefined, count: 1 }],
        [0, { do: 'open tab' }],
        [1, { do: 'create', parent: undefined, count: 1 }],
        [1, { do: 'kill tab', silent: false }],
      ),
    ).toEqual([])
})
