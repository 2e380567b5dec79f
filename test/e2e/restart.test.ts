import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { report, setupHarness } from './harness.ts'

const harness = setupHarness()

interface Written {
  space: string
  task: string
  note: string
}

async function writeAlone(page: Page): Promise<Written> {
  await page.evaluate(() => window.lab.signUp('Alice'))
  const space = await page.evaluate(() => window.lab.createSpace('Garden'))
  const task = await page.evaluate(() => window.lab.add('Water'))
  const note = await page.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
  await page.evaluate((id) => window.lab.openNote(id), note)
  await page.evaluate(() => window.lab.write(0, 'Dig'))
  return { space, task, note }
}

/** Opens everything again. @returns ms from the call until the space is open */
async function readAgain(page: Page, { space, note }: Written): Promise<number> {
  const ms = await page.evaluate(async (id) => {
    await window.lab.openSpace(id)
    return performance.now()
  }, space)
  await page.evaluate((id) => window.lab.openNote(id), note)
  return ms
}

const state = (page: Page) =>
  page.evaluate(() => ({
    identity: window.lab.echo.identity.state.get().status,
    name: window.lab.space.info.get().name,
    titles: window.lab.tasks().map(({ title }) => title),
    text: window.lab.content(),
    connections: window.lab.links().connections,
    errors: window.lab.errors,
  }))

describe('a person alone, without peers or signaling', () => {
  it('finds everything again after a reload and after a restart of the browser, and can write', async () => {
    await harness.stopSignaling()
    const profile = await harness.profile()
    let page = await profile.open()
    const written = await writeAlone(page)

    await harness.reload(page)
    const reloadMs = await readAgain(page, written)
    expect(await state(page)).toEqual({ identity: 'ready', name: 'Garden', titles: ['Water'], text: 'Dig', connections: 0, errors: [] })
    await page.evaluate(() => window.lab.add('After the reload'))
    await page.evaluate(() => window.lab.write(3, ' deep'))

    await profile.close()
    page = await profile.open()
    const restartMs = await readAgain(page, written)
    expect(await state(page)).toMatchObject({
      identity: 'ready',
      titles: ['After the reload', 'Water'],
      text: 'Dig deep',
      connections: 0,
      errors: [],
    })
    await page.evaluate((id) => window.lab.update(id, { title: 'Water twice' }), written.task)
    expect((await state(page)).titles).toEqual(['After the reload', 'Water twice'])
    report('from the beginning of the page to an open space, ms', { 'after a reload': reloadMs, 'after a restart': restartMs })
  })

  it('keeps an edit in whose very task the page crashes', async () => {
    await harness.stopSignaling()
    const profile = await harness.profile()
    const page = await profile.open()
    const written = await writeAlone(page)
    await page.evaluate(() => window.lab.space.flush())

    for (const round of [1, 2, 3]) {
      const current = round === 1 ? page : await profile.open()
      if (current !== page) await readAgain(current, written)
      const session = await current.context().newCDPSession(current)
      const marked = harness.untilMarked()
      const crashed = current.waitForEvent('crash')
      // Never comes back: whatever is left for a later task of the page is lost with it.
      void current
        .evaluate((count) => {
          window.lab.add(`Edit ${count}`)
          window.lab.write(0, `${count}`)
          const request = new XMLHttpRequest()
          request.open('GET', '/mark', false)
          request.send()
          for (;;);
        }, round)
        .catch(() => undefined)
      await marked
      void session.send('Page.crash').catch(() => undefined)
      await crashed
      await current.close()
    }

    const after = await profile.open()
    await readAgain(after, written)
    expect(await state(after)).toMatchObject({ titles: ['Edit 1', 'Edit 2', 'Edit 3', 'Water'], text: '321Dig', errors: [] })
  })

  it('keeps what it calls saved when the whole browser is killed', async () => {
    await harness.stopSignaling()
    const profile = await harness.profile()
    const page = await profile.open()
    const written = await writeAlone(page)
    const kill = await profile.prepareKill()
    const marked = harness.untilMarked()
    // Much at once, so that a word too early would be found out; and no way back that takes longer than the writing.
    void page
      .evaluate(async () => {
        for (let i = 0; i < 20; i++) window.lab.add('x'.repeat(200_000))
        window.lab.add('Last words')
        await window.lab.until(window.lab.space.sync, ({ unsaved }) => unsaved === 0)
        const request = new XMLHttpRequest()
        request.open('GET', '/mark', false)
        request.send()
      })
      .catch(() => undefined)
    await marked
    await kill()

    const after = await profile.open()
    await readAgain(after, written)
    const { titles, ...rest } = await state(after)
    expect(titles.filter((title) => title.length < 20)).toEqual(['Last words', 'Water'])
    expect(titles).toHaveLength(22)
    expect(rest).toMatchObject({ text: 'Dig', errors: [] })
  })
})
