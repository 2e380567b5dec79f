import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { percentile, report, setupHarness, share } from './harness.ts'

const harness = setupHarness()
const edits = 60
const betweenKeysMs = 130

type Times = [key: number, timeMs: number][]

/** Milliseconds from each edit to the first sight of it, or of a later one that it came with. */
function delays(made: Times, seen: Times): number[] {
  const inOrder = seen.toSorted((a, b) => a[0] - b[0])
  return made.map(([key, timeMs]) => (inOrder.find(([later]) => later >= key)?.[1] ?? Infinity) - timeMs)
}

function reportDelays(what: string, values: readonly number[]): void {
  report(`${what}, ms`, { p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: Math.max(...values) })
}

async function cutOff(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) await page.evaluate(() => window.lab.echo.network.setEnabled(false))
  for (const page of pages) {
    await page.evaluate(() => window.lab.untilPeers(0))
    expect(await page.evaluate(() => window.lab.links())).toEqual({ peers: 0, connections: 0 })
  }
}

async function comeBack(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) await page.evaluate(() => window.lab.echo.network.setEnabled(true))
  for (const page of pages) await page.evaluate((count) => window.lab.untilPeers(count, 15_000), pages.length - 1)
}

describe('two people over the real network', () => {
  it("join by a link and see each other's items and text within a moment, both ways", async () => {
    const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
    const { joinMs } = await share(alice, bob)
    report('join, ms', { first: joinMs[0]! })
    expect(joinMs[0]).toBeLessThan(10_000)
    expect(await bob.evaluate(() => window.lab.space.info.get())).toMatchObject({ name: 'Garden', role: 'editor', memberCount: 2 })
    await bob.evaluate(() => window.lab.untilPeers(1))

    const task = await alice.evaluate(() => window.lab.add('Water'))
    await bob.evaluate((id) => window.lab.untilTask(id, { title: 'Water' }), task)
    await bob.evaluate((id) => window.lab.update(id, { done: true }), task)
    await alice.evaluate((id) => window.lab.untilTask(id, { done: true }), task)

    const note = await bob.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
    for (const page of [bob, alice]) await page.evaluate((id) => window.lab.openNote(id), note)
    await alice.evaluate(() => window.lab.probe.watchText())
    const typed = await bob.evaluate(([count, ms]) => window.lab.probe.type(count!, ms!), [edits, betweenKeysMs])
    await alice.evaluate((count) => window.lab.untilText('x'.repeat(count)), edits)
    const textDelays = delays(typed, await alice.evaluate(() => window.lab.probe.textTimes()))
    reportDelays('key to other screen', textDelays)

    await bob.evaluate((id) => window.lab.probe.watchTitle(id), task)
    const retitled = await alice.evaluate(
      ([id, count, ms]) => window.lab.probe.retitle(id as string, count as number, ms as number),
      [task, edits, betweenKeysMs],
    )
    await bob.evaluate(([id, title]) => window.lab.untilTask(id!, { title: title! }), [task, String(edits - 1)])
    const itemDelays = delays(retitled, await bob.evaluate(() => window.lab.probe.titleTimes()))
    reportDelays('update to other screen', itemDelays)

    for (const values of [textDelays, itemDelays]) {
      expect(percentile(values, 0.5)).toBeLessThan(250)
      expect(percentile(values, 0.95)).toBeLessThan(500)
    }
    for (const page of [alice, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })

  it('lose nothing of what both wrote while they were cut off', async () => {
    const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
    await share(alice, bob)
    const [both, apart] = await alice.evaluate(() => [window.lab.add('Both'), window.lab.add('Apart')] as const)
    const note = await alice.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
    for (const page of [alice, bob]) await page.evaluate((id) => window.lab.openNote(id), note)
    await alice.evaluate(() => window.lab.write(0, 'We dig and plant.'))
    await bob.evaluate(() => window.lab.untilText('We dig and plant.'))

    await cutOff(alice, bob)
    await alice.evaluate(
      ([same, other]) => {
        window.lab.update(same!, { title: 'By Alice' })
        window.lab.update(other!, { title: 'Alice was here' })
        window.lab.write(6, ' deep (Alice)')
        window.lab.add('Only hers')
      },
      [both, apart],
    )
    await bob.evaluate(
      ([same, other]) => {
        window.lab.update(same!, { title: 'By Bob' })
        window.lab.update(other!, { done: true })
        window.lab.write(6, ' slowly (Bob)')
        window.lab.add('Only his')
      },
      [both, apart],
    )
    // Cut off means cut off: neither sees the other's words.
    expect(await alice.evaluate(() => window.lab.content())).not.toContain('Bob')
    expect(await bob.evaluate(() => window.lab.content())).not.toContain('Alice')

    const startMs = performance.now()
    await comeBack(alice, bob)
    await alice.evaluate(() => window.lab.untilText('(Bob)'))
    await bob.evaluate(() => window.lab.untilText('(Alice)'))
    await alice.evaluate((id) => window.lab.untilTask(id, { title: 'Alice was here', done: true }), apart)
    await bob.evaluate((id) => window.lab.untilTask(id, { title: 'Alice was here', done: true }), apart)
    report('together again, ms', { all: performance.now() - startMs })

    const [hers, his] = [await alice.evaluate(() => window.lab.tasks()), await bob.evaluate(() => window.lab.tasks())]
    expect(hers).toEqual(his)
    expect(hers.map(({ title }) => title)).toEqual(expect.arrayContaining(['Only hers', 'Only his']))
    expect(hers).toHaveLength(4)
    expect(['By Alice', 'By Bob']).toContain(hers.find(({ id }) => id === both)?.title)
    const content = await alice.evaluate(() => window.lab.content())
    expect(content).toBe(await bob.evaluate(() => window.lab.content()))
    expect(content).toContain(' deep (Alice)')
    expect(content).toContain(' slowly (Bob)')
    expect(content.length).toBe('We dig and plant. deep (Alice) slowly (Bob)'.length)
  })
})
