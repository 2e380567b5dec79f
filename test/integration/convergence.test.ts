import { afterAll, describe, expect, it } from 'vitest'
import { soak } from '../setup/soak.ts'
import { drawHistory } from './simulation/drawHistory.ts'
import { explainFailure } from './simulation/explainFailure.ts'
import { runHistory, type RunOptions } from './simulation/runHistory.ts'
import { Task } from './simulation/schema.ts'
import { shrinkHistory } from './simulation/shrinkHistory.ts'
import { describeHistory, type History } from './simulation/step.ts'

/*
 * The whole client stack of several devices in one process, under one seed: clock, chance, cryptography, network, disks, locks and tabs. Each seed gives
 * a history of edits and troubles; once everything has healed, all must show the same, and what plain models say. A history that fails is cut down to
 * the steps that matter, and printed. The seed stands in the test's name.
 */
const historyCount = soak ? 1000 : 300
const perTest = 10
const timeoutMs = 240_000

const run = (history: History) => runHistory(history)

describe('devices of a space', () => {
  const happened: Record<string, number> = {}
  const firsts = Array.from({ length: historyCount / perTest }, (_, i) => 1 + i * perTest)

  it.each(firsts)('hold the same in the end, and nothing is lost (ten seeds from %i on)', { timeout: timeoutMs }, async (first) => {
    for (let seed = first; seed < first + perTest; seed++) {
      const history = drawHistory(seed)
      const result = await run(history)
      for (const [what, count] of Object.entries(result.counts)) happened[what] = (happened[what] ?? 0) + count
      if (result.faults.length > 0) expect.fail(await explainFailure(history, result, run))
    }
  })

  it('went through all that can happen to them, over the seeds', () => {
    const everything = [
      ...['create', 'update', 'delete', 'restore item', 'move', 'rename', 'new text', 'type', 'undo', 'redo', 'close text', 'flush'],
      ...[
        'join',
        'open tab',
        'close tab',
        'kill tab',
        'kill tab silently',
        'restart',
        'crash',
        'crash silently',
        'crash with unsaved edits',
      ],
      ...[
        'power cut',
        'backup',
        'restore backup',
        'quota',
        'failing write',
        'clock jump',
        'partition',
        'cut',
        'one way',
        'drop',
        'duplicate',
      ],
      ...['reorder', 'delay', 'signaling', 'offline', 'bundle', 'forked feeds'],
    ]
    expect(everything.filter((what) => !((happened[what] ?? 0) > 0))).toEqual([])
  })

  afterAll(() => {
    const counts = Object.entries(happened).sort(([a], [b]) => (a < b ? -1 : 1))
    process.stdout.write(`${historyCount} histories: ${counts.map(([what, count]) => `${what} ${count}`).join(', ')}\n`)
  })
})

describe('a history', () => {
  const steps = async (seed: number, options?: RunOptions) => (await runHistory(drawHistory(seed), options)).trace

  it.each([4, 17, 33])('takes the same steps for the same seed, and others for another (seed %i)', { timeout: timeoutMs }, async (seed) => {
    expect(drawHistory(seed)).toEqual(drawHistory(seed))
    const trace = await steps(seed)
    expect(await steps(seed)).toBe(trace)
    expect(await steps(seed + 1)).not.toBe(trace)
  })

  it('is found out where it holds something that nobody wrote', { timeout: timeoutMs }, async () => {
    const { faults } = await runHistory(drawHistory(1), {
      sabotage: (step, space) => void (step === 20 && space.create(Task, { title: "out of the model's sight" })),
    })
    expect(faults).toContainEqual(expect.stringMatching(/^item .* is there, and nobody made it$/))
  })

  it('is found out where what people wrote, or a key, travels or lies in the open', { timeout: timeoutMs }, async () => {
    const { faults } = await runHistory({ ...drawHistory(2), steps: [] }, { sealing: false })
    expect(faults).toEqual([expect.stringMatching(/^a frame shows /), expect.stringMatching(/^a stored block shows /)])
  })

  it('that fails is cut down to what matters, within bounds, and printed', { timeout: timeoutMs }, async () => {
    const history = drawHistory(3)
    const needed = history.steps.filter(({ action }) => action.do === 'create').slice(0, 2)
    let runs = 0
    const fails = async (candidate: History): Promise<boolean> => {
      runs++
      return needed.every(({ number }) => candidate.steps.some((step) => step.number === number))
    }
    const shrunk = await shrinkHistory(history, fails, 150)
    expect(shrunk.history.steps.map(({ number }) => number)).toEqual(needed.map(({ number }) => number))
    expect(shrunk.runs).toBe(runs)
    expect(describeHistory(shrunk.history).split('\n')).toHaveLength(3)
    runs = 0
    await shrinkHistory(history, fails, 5)
    expect(runs).toBe(5)
  })

  it('that fails is told with its seed, its faults and its shortest steps', { timeout: timeoutMs }, async () => {
    const sabotaged = (candidate: History) =>
      runHistory(candidate, { sabotage: (step, space) => void (step === 20 && space.create(Task, { title: 'x' })) })
    const history = drawHistory(1)
    const text = await explainFailure(history, await sabotaged(history), sabotaged, 40)
    expect(text).toContain('--seed 1 ')
    expect(text).toContain('nobody made it')
    expect(text).toContain('1 steps')
    expect(text).toMatch(/\n#20 \+0 ms /)
  })
})
