import type { Page } from 'playwright'
import { setup } from 'echo-react/testing'
import { describe, expect, it } from 'vitest'
import { Column, MarkdownNote, RichNote, Task, types } from '../../example-app/src/model.ts'
import { card, openView, setupExampleApp, signUp } from './exampleApp.ts'
import { report } from './harness.ts'

const app = setupExampleApp()
const goalMs = 2_000

/** A space of 5,000 items as a file: 60 notes with 40 under each, and 2,537 tasks in three columns. */
async function fileOf5000(): Promise<Buffer> {
  const { alice, dispose } = await setup('alice', { types })
  const space = await alice.echo.spaces.create({ name: 'Spring survey' })
  space.batch(() => {
    for (let i = 0; i < 60; i++) {
      const parent = space.create(RichNote, { title: `Week ${i}` })
      for (let k = 0; k < 40; k++) space.create(MarkdownNote, { title: `Day ${i}.${k} by the weir` }, { parent })
    }
    const columns = ['To do', 'Doing', 'Done'].map((title) => space.create(Column, { title }))
    for (let i = 0; i < 2_537; i++) space.create(Task, { title: `Count square ${i}` }, { parent: columns[i % 3]! })
  })
  const { blob, items } = await space.export({ format: 'json' })
  expect(items).toBe(5_000)
  await dispose()
  // The test kit's app has another name.
  return Buffer.from((await blob.text()).replace('"app":"test"', '"app":"field-notes"'))
}

/** Opens the app with a processor of a quarter of the speed. @returns how long after the navigation a click on a part of the page is answered */
async function timeToFirstInteraction(page: Page): Promise<{ shown: number; answered: number }> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await page.goto(app.url())
  const now = () => page.evaluate(() => performance.now())
  await page.getByRole('navigation', { name: 'Notes' }).getByRole('link', { name: 'Week 0' }).waitFor()
  const shown = await now()
  await openView(page, 'Board')
  await card(page, 'Count square 0', 'To do').first().waitFor()
  return { shown, answered: await now() }
}

describe('the example app without a network', () => {
  it('starts from what the service worker keeps, soon enough with 5,000 items on a slow device, and goes on working', async () => {
    const first = await app.person('ann')
    await first.goto(app.url())
    await signUp(first, 'Ann Archer')
    await first.getByRole('button', { name: 'Later' }).click()
    await first.getByRole('button', { name: 'Open a file' }).click()
    const dialog = first.getByRole('dialog', { name: 'Open a file' })
    await dialog
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'survey.json', mimeType: 'application/json', buffer: await fileOf5000() })
    await dialog.getByRole('button', { name: 'Open the file' }).click()
    await first.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
    await first.evaluate(async () => void (await navigator.serviceWorker.ready))
    await first.getByText('Saved on this device').waitFor()

    // The browser ends, the server of the files is gone, and the machine has no network.
    await app.stopSite()
    app.expectErrors(/ERR_INTERNET_DISCONNECTED|WebSocket connection/)
    const page = await app.restart(first)
    await page.context().setOffline(true)
    const times = await timeToFirstInteraction(page)
    report('example app, offline start with 5,000 items at a quarter of the speed, ms', times)
    expect(times.answered).toBeLessThan(2.5 * goalMs)

    // Also what had not been opened before: the editors are kept from the first day on.
    await page.getByRole('link', { name: 'Notes', exact: true }).click()
    await page.getByRole('button', { name: 'New note' }).click()
    await page.getByLabel('Title of the note').fill('Written offline')
    await page.getByRole('textbox', { name: 'Text of the note' }).fill('Without any network.')
    await page.getByText('Saved on this device').waitFor()
    await page.reload()
    await page.getByText('Without any network.').waitFor()
  })
})
