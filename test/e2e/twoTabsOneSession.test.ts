import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { invite, report, setupHarness } from './harness.ts'
import { findTwins } from './twins.ts'

const harness = setupHarness()
const editsPerTab = 1_000

/** Half of the edits are titles, half are words of the text; a few in each task of the page, as fast as typing can be. */
function writeMuch(page: Page, task: string, name: string): Promise<void> {
  return page.evaluate(
    async ([item, count, who]) => {
      for (let i = 0; i < count; i += 2) {
        window.lab.update(item, { title: `${who} ${i}` })
        window.lab.write(window.lab.content().length, `${who}${i};`)
        if (i % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await window.lab.space.flush()
    },
    [task, editsPerTab, name] as const,
  )
}

const content = (page: Page) => page.evaluate(() => ({ tasks: window.lab.tasks(), text: window.lab.content() }))

describe('a tab that another one opens with a copy of its session storage', () => {
  it('writes a thousand edits beside it, none under the same clock, and a third peer gets them all', { timeout: 120_000 }, async () => {
    const first = await harness.person('Alice')
    const space = await first.evaluate(() => window.lab.createSpace('Garden'))
    const tasks = await first.evaluate(() => [window.lab.add('first'), window.lab.add('second')] as const)
    const note = await first.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
    await first.evaluate((id) => window.lab.openNote(id), note)

    const second = await harness.popup(first)
    const sessions = await Promise.all([first, second].map((page) => page.evaluate(() => ({ ...sessionStorage }))))
    expect(Object.keys(sessions[0]!)).toContainEqual(expect.stringContaining(`slot/${space}`))
    expect(sessions[1]).toEqual(sessions[0])
    await second.evaluate((id) => window.lab.openSpace(id), space)
    await second.evaluate((id) => window.lab.openNote(id), note)

    const startMs = performance.now()
    await Promise.all([writeMuch(first, tasks[0], 'a'), writeMuch(second, tasks[1], 'b')])
    const carol = await harness.person('Carol')
    await invite(first, carol)
    await carol.evaluate((id) => window.lab.openNote(id), note)
    const words = editsPerTab / 2
    for (const page of [first, second, carol]) {
      await page.evaluate(
        (count) => window.lab.until(window.lab.text.content, (text) => text.split(';').length === count + 1, 30_000),
        2 * words,
      )
      for (const [task, name] of [
        [tasks[0], 'a'],
        [tasks[1], 'b'],
      ] as const)
        await page.evaluate(([id, title]) => window.lab.untilTask(id, { title }, 30_000), [task, `${name} ${editsPerTab - 2}`] as const)
    }
    report('two tabs of one session, ms', { 'written and with a third': performance.now() - startMs })

    const contents = await Promise.all([first, second, carol].map(content))
    expect(contents[1]).toEqual(contents[0])
    expect(contents[2]).toEqual(contents[0])
    // Each word once, and each tab's in its order.
    for (const name of ['a', 'b']) {
      const own = contents[0]!.text.split(';').filter((word) => word.startsWith(name))
      expect(own).toEqual(Array.from({ length: words }, (_, i) => `${name}${2 * i}`))
    }

    const disks = await Promise.all([first, carol].map((page) => page.evaluate(() => window.lab.probe.written())))
    report('blocks on disk', { hers: disks[0]!.length, 'of the third': disks[1]!.length })
    for (const disk of disks) {
      // Both tabs wrote, each under a clientID of its own.
      const [author] = disk[0]!.feed.split('/')
      expect(new Set(disk.filter(({ feed }) => feed.startsWith(author!)).map(({ feed }) => feed)).size).toBe(2)
    }
    expect(findTwins(disks.flat())).toEqual([])
    for (const page of [first, second, carol]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })
})
