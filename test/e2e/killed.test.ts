import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { soak } from '../setup/soak.ts'
import { report, setupHarness, type Profile } from './harness.ts'
import type { Done } from './page/ledger.ts'

const harness = setupHarness()
/** Object stores, and in which of their writes the end comes: `updates` belongs to the caches of open documents. */
const stores = ['pending', 'headers', 'envelopes', 'marks', 'keys', 'membership', 'updates'] as const
const kills = soak ? 50 : 8
const editsPerRound = 1_000_000
/** A cache is written every few seconds, everything else many times a second. */
const isRare = (store: string): boolean => store === 'updates'

/** What has to be there again, because the page was told or could know that it would. */
interface Debt {
  readonly edits: Set<number>
  readonly spaces: Map<string, number>
  name: number
}

/** Writes until the page or the whole browser is killed in the middle of it. @returns whether the store meant was being written to */
async function writeUntilKilled(profile: Profile, page: Page, round: number, debt: Debt): Promise<boolean> {
  const store = stores[round % stores.length]!
  const isBrowser = round % 2 === 1
  const first = round * editsPerRound
  await page.exposeFunction('tell', (done: Done) => {
    if (isOver) return
    if (done.what === 'space') debt.spaces.set(done.id, done.number)
    else if (done.what === 'name') debt.name = done.number
    // A killed page has handed its writes over; a killed browser owes only what it called saved.
    else if (done.what === 'edit' && !isBrowser) debt.edits.add(done.number)
    else if (done.what === 'saved') for (let edit = first; edit <= done.number; edit++) debt.edits.add(edit)
  })
  let isOver = false
  const kill = isBrowser ? await profile.prepareKill() : await profile.prepareKillPage(page)
  const marked = harness.untilMarked(round % 3 === 0 || isRare(store))
  const count = 1 + Math.floor(Math.random() * (isRare(store) ? 2 : 12))
  // May not come back: the very first task of the page can be the one in which it is killed.
  void page.evaluate(([from, name, nth]) => window.lab.ledger.write(from, name, nth), [first, store, count] as const).catch(() => undefined)
  const isHit = await Promise.race([
    marked.then(() => true),
    // On a busy machine a disk takes its time.
    new Promise<false>((resolve) => setTimeout(() => resolve(false), 15_000)),
  ])
  // A cache that is begun anew has the browser delete and open databases, and until that is done what a page has handed over waits, and ends with the page.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 + (isRare(store) ? 500 : 0)))
  isOver = true
  await kill()
  return isHit
}

async function expectPaid(page: Page, debt: Debt): Promise<void> {
  const titles = new Set(await page.evaluate(() => window.lab.tasks().map(({ title }) => title)))
  const words = new Set((await page.evaluate(() => window.lab.content())).split(';'))
  const lost = [...debt.edits].filter((edit) => !titles.has(`#${edit}`) || (edit % 3 === 0 && !words.has(String(edit))))
  expect(lost).toEqual([])
  const spaces = new Set(await page.evaluate(() => window.lab.echo.spaces.list.get().map(({ id }) => String(id))))
  expect([...debt.spaces.keys()].filter((id) => !spaces.has(id))).toEqual([])
  const newest = [...debt.spaces].at(-1)
  if (newest !== undefined) {
    const name = await page.evaluate(async (id) => (await window.lab.echo.spaces.open(id)).info.get().name, newest[0])
    expect(name).toBe(`Space ${newest[1]}`)
  }
  const identity = await page.evaluate(() => window.lab.plain(window.lab.echo.identity.state.get()))
  const name = 'identity' in identity ? identity.identity.name : ''
  expect(Number(name.replace('Name ', ''))).toBeGreaterThanOrEqual(debt.name)
  expect(await page.evaluate(() => window.lab.errors)).toEqual([])
}

describe('a person alone', () => {
  it(
    `loses nothing in ${kills} kills of the page or the browser in the middle of writing`,
    { timeout: soak ? 900_000 : 240_000 },
    async () => {
      // Nobody else is there who could hand anything back.
      await harness.stopSignaling()
      const profile = await harness.profile()
      let page = await profile.open()
      await page.evaluate(() => window.lab.signUp('Name 0'))
      const space = await page.evaluate(() => window.lab.createSpace('Garden'))
      const note = await page.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
      await page.evaluate((id) => window.lab.openNote(id), note)
      await page.evaluate(() => window.lab.space.flush())

      const debt: Debt = { edits: new Set(), spaces: new Map(), name: 0 }
      const hits: Record<string, number> = Object.fromEntries(stores.map((store) => [store, 0]))
      for (let round = 0; round < kills; round++) {
        const owed = debt.edits.size
        if (await writeUntilKilled(profile, page, round, debt)) hits[stores[round % stores.length]!]!++
        page = await profile.open()
        await page.evaluate((id) => window.lab.openSpace(id), space)
        await page.evaluate((id) => window.lab.openNote(id), note)
        await expectPaid(page, debt)
        expect({ round, owesMore: debt.edits.size > owed || hits[stores[round % stores.length]!]! > 0 }).toEqual({ round, owesMore: true })
      }

      report(`${kills} kills`, { edits: debt.edits.size, spaces: debt.spaces.size })
      report('killed while writing to', hits)
      expect(debt.edits.size).toBeGreaterThan(kills * 5)
      // A document has a cache from a number of blocks on, to which a short run may not come.
      for (const store of stores) if (soak || !isRare(store)) expect({ store, hits: hits[store] }).not.toEqual({ store, hits: 0 })
      expect(await page.evaluate(() => window.lab.links())).toEqual({ peers: 0, connections: 0 })
    },
  )
})
