import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { soak } from '../setup/soak.ts'
import { report, setupHarness, share } from './harness.ts'

const harness = setupHarness()
const cases = [
  { blocksAgo: 5, meets: 'online' },
  { blocksAgo: 40, meets: 'offline' },
  ...(soak ? ([1, 40] as const).map((blocksAgo) => ({ blocksAgo, meets: 'online' })) : []),
  ...(soak ? ([1, 5] as const).map((blocksAgo) => ({ blocksAgo, meets: 'offline' })) : []),
]

/** Adds tasks and words of the open text, each edit stored as a block before the next. */
async function write(page: Page, name: string, count: number): Promise<string[]> {
  return page.evaluate(
    async ([who, edits]) => {
      const titles = Array.from({ length: edits }, (_, i) => `${who} ${i}`)
      for (const [i, title] of titles.entries()) {
        window.lab.add(title)
        if (i % 2 === 0) window.lab.write(window.lab.content().length, `${title};`)
        await window.lab.space.flush()
      }
      return titles
    },
    [name, count] as const,
  )
}

const content = (page: Page) => page.evaluate(() => ({ tasks: window.lab.tasks(), text: window.lab.content() }))

async function openAgain(page: Page, space: string, note: string): Promise<void> {
  await page.evaluate((id) => window.lab.openSpace(id), space)
  await page.evaluate((id) => window.lab.openNote(id), note)
}

/** Waits until both show the same, with every task once and every word once. */
async function expectTogether(pages: readonly Page[], titles: readonly string[], words: readonly string[]): Promise<void> {
  const look = async () =>
    (await Promise.all(pages.map(content))).map(({ tasks, text }) => ({
      titles: tasks.map(({ title }) => title),
      words: text.split(';').filter(Boolean).toSorted(),
    }))
  const expected = { titles: titles.toSorted(), words: words.toSorted() }
  await expect.poll(look, { timeout: 60_000 }).toEqual(pages.map(() => expected))
  const [first, ...others] = await Promise.all(pages.map(content))
  for (const other of others) expect(other).toEqual(first)
}

describe('a profile that is restored from a backup', () => {
  for (const { blocksAgo, meets } of cases) {
    it(`of ${blocksAgo} blocks ago loses nothing and parts from nobody (${meets})`, { timeout: 240_000 }, async () => {
      const profile = await harness.profile()
      let alice = await profile.open()
      await alice.evaluate(() => window.lab.signUp('Alice'))
      const bob = await harness.person('Bob')
      const { id } = await share(alice, bob)
      const note = await alice.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
      for (const page of [alice, bob]) await page.evaluate((item) => window.lab.openNote(item), note)
      const titles = [...(await write(alice, 'early', 4)), ...(await write(bob, 'bob', 2))]
      await expectTogether([alice, bob], titles, wordsOf(titles))
      await profile.close()
      const restore = await profile.backUp()

      alice = await profile.open()
      await openAgain(alice, id, note)
      titles.push(...(await write(alice, 'lost', blocksAgo)))
      await expectTogether([alice, bob], titles, wordsOf(titles))
      await profile.close()
      await restore()

      if (meets === 'offline') await harness.stopSignaling()
      alice = await profile.open()
      await openAgain(alice, id, note)
      titles.push(...(await write(alice, 'again', 3)))
      if (meets === 'offline') {
        // Away means away: what was written after the backup is not here.
        expect(await alice.evaluate(() => window.lab.links())).toEqual({ peers: 0, connections: 0 })
        expect(await alice.evaluate(() => window.lab.tasks().filter(({ title }) => title.startsWith('lost')).length)).toBe(0)
        titles.push(...(await write(bob, 'meanwhile', 2)))
        await harness.startSignaling()
      }
      const startMs = performance.now()
      await expectTogether([alice, bob], titles, wordsOf(titles))
      report(`restored from ${blocksAgo} blocks ago, ${meets}, ms`, { together: performance.now() - startMs })

      titles.push(...(await write(alice, 'later', 2)))
      await expectTogether([alice, bob], titles, wordsOf(titles))
      await profile.close()
      alice = await profile.open()
      await openAgain(alice, id, note)
      await expectTogether([alice, bob], titles, wordsOf(titles))
      for (const page of [alice, bob])
        expect(await page.evaluate(() => window.lab.errors.filter((code) => code !== 'block-forked'))).toEqual([])
    })
  }
})

/** Every second edit of a series also is a word. */
function wordsOf(titles: readonly string[]): string[] {
  return titles.filter((title) => Number(title.split(' ')[1]) % 2 === 0)
}
