import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { soak } from '../setup/soak.ts'
import { invite, percentile, report, setupHarness } from './harness.ts'

const harness = setupHarness()
const people = 8
/** With the one who floods; eight browsers under attack want more than two cores. */
const attackedPeople = soak ? 8 : 5
const betweenEditsMs = 100
const editingMs = soak ? 20_000 : 6_000
const floodBlocks = soak ? 20_000 : 2_000
const fakeAnnounces = 300

interface Mesh {
  readonly note: string
  readonly pages: readonly Page[]
  /** One for each page. */
  readonly tasks: readonly string[]
}

/** People who are all linked to each other, each with a task, and one text that all have open. */
async function gather(people: number): Promise<Mesh> {
  const pages: Page[] = []
  for (let i = 0; i < people; i++) {
    const page = await harness.person(`Person ${i}`, { start: false })
    await page.evaluate(async (name) => {
      await window.lab.start({ ports: { crypto: await window.lab.mesh.countingCrypto() } })
      await window.lab.signUp(name)
    }, `Person ${i}`)
    pages.push(page)
  }
  const [host, ...guests] = pages as [Page, ...Page[]]
  await host.evaluate(() => window.lab.createSpace('Garden'))
  for (const guest of guests) await invite(host, guest)
  for (const page of pages) await page.evaluate((count) => window.lab.untilPeers(count, 30_000), people - 1)
  const tasks: string[] = []
  for (const page of pages) tasks.push(await page.evaluate(() => window.lab.add('0')))
  const note = await host.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
  await Promise.all(
    pages.map((page) =>
      page.evaluate(
        async ([id, all]) => {
          for (const task of all) await window.lab.untilTask(task, {}, 30_000)
          await window.lab.openNote(id)
          await window.lab.until(window.lab.space.sync, ({ status }) => status === 'up-to-date', 30_000)
        },
        [note, tasks] as const,
      ),
    ),
  )
  return { note, pages, tasks }
}

/** All edit at once. @returns what they measured meanwhile */
async function editTogether({ pages, tasks }: Mesh, forMs: number) {
  await Promise.all(pages.map((page) => page.evaluate(() => window.lab.mesh.watch())))
  const sentBefore = await blocksSent(pages)
  const counts = await Promise.all(
    pages.map((page, i) =>
      page.evaluate(([task, everyMs, ms]) => window.lab.mesh.edit(task, everyMs, ms), [tasks[i]!, betweenEditsMs, forMs] as const),
    ),
  )
  await untilEqual(pages)
  const seen = await Promise.all(pages.map((page) => page.evaluate(() => window.lab.mesh.seen())))
  const edits = counts.reduce((sum, count) => sum + count, 0)
  return {
    edits,
    sends: (await blocksSent(pages)) - sentBefore,
    delays: seen.flatMap(({ delays }) => delays),
    longTasks: seen.flatMap(({ longTasks }) => longTasks),
  }
}

async function blocksSent(pages: readonly Page[]): Promise<number> {
  const counts = await Promise.all(pages.map((page) => page.evaluate(() => window.lab.mesh.blocksSent())))
  return counts.reduce((sum, count) => sum + count, 0)
}

const contents = (pages: readonly Page[]) =>
  Promise.all(pages.map((page) => page.evaluate(() => ({ tasks: window.lab.tasks(), text: window.lab.content() }))))

async function untilEqual(pages: readonly Page[]): Promise<void> {
  await expect
    .poll(async () => new Set((await contents(pages)).map((content) => JSON.stringify(content))).size, { timeout: 120_000 })
    .toBe(1)
}

describe(`${people} people in one space`, () => {
  it('all edit at once and end up with the same', { timeout: 400_000 }, async () => {
    const mesh = await gather(people)
    const startMs = performance.now()
    const { edits, sends, delays, longTasks } = await editTogether(mesh, editingMs)
    report(`${people} people edit, ms`, {
      'until all are equal': performance.now() - startMs,
      'edit to sight p50': percentile(delays, 0.5),
      p95: percentile(delays, 0.95),
    })
    report('tasks of the pages', {
      edits,
      'longest, ms': Math.max(0, ...longTasks),
      'over 100 ms': longTasks.filter((ms) => ms > 100).length,
      'over 500 ms': longTasks.filter((ms) => ms > 500).length,
    })
    report('blocks', { 'sent, per 100 edits': (100 * sends) / edits })

    // Half of the edits are letters of the text: none is lost, none is there twice.
    const [{ text, tasks }] = (await contents(mesh.pages)) as [{ text: string; tasks: unknown[] }]
    expect(tasks).toHaveLength(people)
    expect(edits).toBeGreaterThan((people * editingMs) / betweenEditsMs / 2)
    expect(text.length).toBeGreaterThan(edits / 2 - people)
    expect(text.length).toBeLessThanOrEqual(edits / 2)
    expect(delays.length).toBeGreaterThan(edits / 2)
    // Everyone else once is the goal. A machine that does not keep up hands on what was on its way; sent on by everyone it would be 49.
    expect(sends / edits).toBeLessThan(3 * (people - 1))
    // The goal is none above 100 ms, with a core for each. Here eight browsers share two, and one that has to wait for its turn has a long task as well.
    expect(longTasks.filter((ms) => ms > 500).length).toBeLessThan(edits / 100)
    for (const page of mesh.pages) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })

  // Again where it fails: what else runs on a machine of two cores can make seconds of this.
  it('go on editing while one of them floods the others', { timeout: 400_000, retry: 2 }, async () => {
    const all = await gather(attackedPeople)
    const flooder = all.pages.at(-1)!
    const honest: Mesh = { note: all.note, pages: all.pages.slice(0, -1), tasks: all.tasks.slice(0, -1) }
    await flooder.evaluate(([count, note]) => window.lab.flooder.prepare(count, note), [floodBlocks, all.note] as const)
    await flooder.evaluate(([url, peers]) => window.lab.flooder.enter(url, peers), [harness.signalingUrl(), attackedPeople - 1] as const)
    for (const page of honest.pages) await page.evaluate((count) => window.lab.untilPeers(count, 20_000), attackedPeople - 1)

    const calm = await editTogether(honest, editingMs)
    const editing = editTogether(honest, 2 * editingMs)
    // The attack comes upon people who are typing: a page that is busy before the first letter would begin when all is over.
    for (const page of honest.pages) await page.evaluate(() => window.lab.mesh.untilEdited())
    for (const page of honest.pages) await page.evaluate(() => window.lab.mesh.watch())
    await flooder.evaluate((announces) => window.lab.flooder.attack(announces), fakeAnnounces)
    const attacked = await editing
    for (const [name, { delays, longTasks }] of Object.entries({ calm, attacked }))
      report(`${name}, ms`, {
        'edit to sight p50': percentile(delays, 0.5),
        p95: percentile(delays, 0.95),
        'longest task': Math.max(0, ...longTasks),
      })
    // It truly came: everyone has the flood, or as much of it as the quotas let through by now, and nobody the bomb.
    for (const page of honest.pages) {
      const floods = () => page.evaluate(() => window.lab.probe.written())
      await expect
        .poll(async () => (await floods()).filter(({ feed }) => feed.endsWith('/7')).length, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(Math.min(floodBlocks, 2_000))
      expect((await floods()).filter(({ feed }) => feed.endsWith('/8'))).toHaveLength(1)
      expect(await page.evaluate(() => [...new Set(window.lab.errors)])).toEqual(['block-refused'])
    }
    await untilEqual(honest.pages)
    // The goal is twice the calm, with a core for each: two for five come to six times as much.
    expect(percentile(attacked.delays, 0.95)).toBeLessThan(5 * 2 * percentile(calm.delays, 0.95))
  })
})
