import type { Page } from 'playwright'
import decodeQR from 'qr/decode.js'
import { describe, expect, it } from 'vitest'
import { accessibilityFaults, addTask, card, inviteByLink, joinByLink, openView, phone, setupExampleApp, startSpace } from './exampleApp.ts'
import { hostileName, hostileSpaceFile, hostileTitles, unfitCount } from './hostileSpace.ts'

const app = setupExampleApp()

/** On a narrow screen. */
async function openAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Spaces and settings' }).click()
  await page.getByRole('button', { name: 'You and your devices' }).click()
}

describe('the example app', () => {
  it('takes a role away, then the membership, and lets the removed be rid of what is left', async () => {
    const [ann, bob] = await Promise.all([app.person('ann'), app.person('bob', phone)])
    await startSpace(ann, app.url())
    await openView(ann, 'Board')
    await addTask(ann, 'Charge the GPS')
    const link = await inviteByLink(ann)
    expect(await accessibilityFaults(ann)).toEqual([])
    await joinByLink(bob, link, 'Bob Birch')
    // The secret of the link does not stay in his address.
    expect(new URL(bob.url()).hash).toBe('')
    await ann.getByRole('dialog', { name: 'Bob Birch has joined' }).getByRole('button', { name: 'Close' }).last().click()
    await ann.getByRole('list', { name: 'Here now' }).getByText('Bob Birch').waitFor()

    await ann.getByRole('button', { name: /^People/ }).click()
    await ann.getByLabel('Role of Bob Birch').selectOption('reader')
    await bob.getByText('You can read this space.').waitFor()
    expect(await bob.getByLabel('New task in To do').count()).toBe(0)
    expect(await accessibilityFaults(ann)).toEqual([])
    expect(await accessibilityFaults(bob)).toEqual([])
    await ann.getByRole('button', { name: 'Remove Bob Birch' }).click()
    await ann.getByRole('dialog', { name: 'Remove Bob Birch?' }).getByRole('button', { name: 'Remove Bob Birch' }).click()
    await ann.getByText('Only you are a member so far.').waitFor()
    const notice = bob.getByRole('complementary', { name: 'removed you from this space' })
    await notice.waitFor()
    await card(bob, 'Charge the GPS').waitFor()
    expect(await accessibilityFaults(bob)).toEqual([])
    await notice.getByRole('button', { name: 'Delete from your devices' }).click()
    await bob.getByLabel('Type “delete” to go on').fill('delete')
    expect(await accessibilityFaults(bob)).toEqual([])
    await bob.getByRole('button', { name: 'Delete the space' }).click()
    await notice.waitFor({ state: 'detached' })
    await bob.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor({ state: 'detached' })
  })

  it('adds a second device by the QR code on the first, after both have shown the same number', async () => {
    const [laptop, mobile] = await Promise.all([app.person('laptop'), app.person('mobile', phone)])
    await startSpace(laptop, app.url())
    await openView(laptop, 'Board')
    await addTask(laptop, 'Count the orchids')
    await laptop.getByRole('button', { name: 'You and your devices' }).click()
    await laptop.getByRole('button', { name: 'Add a device' }).click()
    await laptop.getByLabel('Both show numbers, and I compare them').check()
    await laptop.getByRole('button', { name: 'Show QR code and link' }).click()
    const link = await readQrCode(laptop)
    expect(link).toBe(await laptop.getByLabel('Link for the new device').inputValue())
    expect(await accessibilityFaults(laptop)).toEqual([])

    await mobile.goto(link)
    await mobile.getByRole('dialog', { name: 'Make this device yours?' }).waitFor()
    expect(new URL(mobile.url()).hash).toBe('')
    await mobile.getByRole('button', { name: 'Use my account here' }).click()
    const digits = (page: Page) => page.locator('[data-slot=digits]').innerText()
    expect(await digits(mobile)).toBe(await digits(laptop))
    expect(await accessibilityFaults(mobile)).toEqual([])
    await mobile.getByRole('button', { name: 'The numbers are the same' }).click()
    await laptop.getByRole('button', { name: 'The numbers are the same' }).click()
    await laptop.getByRole('dialog', { name: 'The device was added' }).getByRole('button', { name: 'Done' }).click()
    await mobile.getByRole('dialog', { name: 'Welcome back' }).getByRole('button', { name: 'Done' }).click()
    await mobile.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
    await openView(mobile, 'Board')
    await card(mobile, 'Count the orchids', 'To do').waitFor()

    // The phone is lost.
    await laptop.getByText('Online now').waitFor()
    expect(await accessibilityFaults(laptop)).toEqual([])
    await laptop.getByRole('button', { name: /^Lost\?/ }).click()
    await laptop.getByRole('button', { name: /^Shut out/ }).click()
    await laptop.getByText(/on no other device/).waitFor()
    await mobile.getByRole('complementary', { name: 'This device was shut out' }).waitFor()
  })

  it('locks a device with a passphrase: nothing can be read in its database, and all is there after it was typed in again', async () => {
    const page = await app.person('ann', phone)
    await page.context().addInitScript(defineAllRows)
    await startSpace(page, app.url())
    await openView(page, 'Board')
    await addTask(page, 'Count the orchids')
    await card(page, 'Count the orchids').waitFor()
    const secrets = ['Spring survey', 'Ann Archer']
    // What the search finds, it finds.
    expect(await readableOnDisk(page, secrets)).toEqual(secrets)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await other.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()

    await openAccount(page)
    await page.getByRole('button', { name: 'Passphrase' }).click()
    await page.getByLabel('New passphrase').fill('correct horse battery')
    await page.getByLabel('The same again').fill('correct horse battery')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Set passphrase' }).click()
    await page.getByRole('paragraph').filter({ hasText: 'This device has a passphrase now.' }).waitFor()
    // The other tab was loaded anew, and asks.
    await other.getByRole('heading', { name: 'This device is locked' }).waitFor()
    await other.close()
    expect(await readableOnDisk(page, secrets)).toEqual([])
    expect(await keysOnDisk(page)).toBe(0)
    await page
      .getByRole('dialog', { name: /^Lock this device/ })
      .getByRole('button', { name: 'Done' })
      .click()
    await page.getByRole('dialog', { name: 'You and your devices' }).getByRole('button', { name: 'Close' }).click()
    await addTask(page, 'Count the bees')
    await card(page, 'Count the bees').waitFor()

    await page.reload()
    const field = page.getByLabel('Passphrase', { exact: true })
    await field.fill('wrong horse battery')
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page
      .getByRole('paragraph')
      .filter({ hasText: /^This is not the passphrase of this device/ })
      .waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await field.fill('correct horse battery')
    await field.press('Enter')
    await page.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
    for (const title of ['Count the orchids', 'Count the bees']) await card(page, title).waitFor()

    await openAccount(page)
    await page.getByRole('button', { name: 'Passphrase' }).click()
    await page.getByRole('button', { name: 'Lock now' }).click()
    await page.getByRole('heading', { name: 'This device is locked' }).waitFor()
  })

  it('says what is wrong with a file, and takes another one', async () => {
    const page = await app.person('ann')
    await startSpace(page, app.url())
    await page.getByRole('button', { name: 'Open a file' }).click()
    const dialog = page.getByRole('dialog', { name: 'Open a file' })
    const open = async (text: string): Promise<void> => {
      await dialog
        .getByLabel('File', { exact: true })
        .setInputFiles({ name: 'space.json', mimeType: 'application/json', buffer: Buffer.from(text) })
      await dialog.getByRole('button', { name: 'Open the file' }).click()
    }
    const file = (items: string): string =>
      `{"format":"echo-react/space","version":1,"app":"field-notes","properties":{"name":"<img src=x onerror=alert(1)>"},"items":[${items}]}`
    const item = `{"id":"${'A'.repeat(22)}","type":"note","model":"rich-text","position":"KdUKa0","fields":{"title":"Saved"}}`
    await open('no file of ours')
    await dialog.getByText('This is not a file that this app has exported.').waitFor()
    await open(file(item).slice(0, -30))
    await dialog.getByText('This file is damaged. Nothing was imported.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await page.getByRole('navigation', { name: 'Spaces' }).getByRole('link').count()).toBe(1)
    await open(file(item))
    await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Saved' }).waitFor()
  })

  it('shows on a narrow phone whatever a member writes, runs none of it, and stays usable', async () => {
    const mallory = await app.stranger('mallory')
    const link = await mallory.evaluate(
      async ({ file, name }) => {
        await window.lab.signUp(name)
        window.lab.space = await window.lab.echo.spaces.import(new Blob([file]))
        return window.lab.invite({ role: 'admin' })
      },
      { file: hostileSpaceFile(), name: hostileName },
    )
    const page = await app.person('ann', { ...phone, viewport: { width: 360, height: 740 } })
    await page.addInitScript(() => Object.assign(window, { hit: () => console.error('a text ran as a script') }))
    const check = async (): Promise<void> => expect.soft(await page.evaluate(faultsOfTexts)).toEqual([])
    const dialog = page.getByRole('dialog').last()
    const close = async (): Promise<void> => {
      await check()
      await dialog.getByRole('button', { name: 'Close' }).click()
    }

    await page.goto(app.url() + new URL(link).hash)
    const join = page.getByRole('dialog').getByRole('button', { name: 'Join' })
    await join.waitFor()
    await check()
    await join.click()
    await dialog.getByLabel('Your name').fill('Ann Archer')
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Open the space' }).click()
    await page.getByRole('heading', { name: hostileTitles[0], level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Later' }).click()

    const tree = page.getByRole('navigation', { name: 'Notes' })
    await expect.poll(() => tree.getByRole('link').count()).toBe(hostileTitles.length + 3)
    await check()
    await tree.getByRole('button', { name: /^Notes under/ }).click()
    await expect.poll(() => tree.getByRole('link').count()).toBe(2 * hostileTitles.length + 3)
    await check()
    for (const title of ['Rich', 'Foreign', 'Plain']) {
      await tree.getByRole('link', { name: title, exact: true }).click()
      await page
        .getByText(title === 'Foreign' ? 'Of another editor' : 'Press here')
        .first()
        .waitFor()
      await check()
      if (title === 'Plain') break
      await page.getByRole('link', { name: 'All notes' }).click()
    }
    const related = page.getByRole('region', { name: 'Linked notes' })
    await expect.poll(() => related.getByRole('listitem').count()).toBe(2 * hostileTitles.length)
    await related
      .getByRole('button', { name: /^Unlink/ })
      .first()
      .click()
    await expect.poll(() => related.getByRole('listitem').count()).toBe(2 * hostileTitles.length - 1)
    await related.getByRole('link').first().click()
    await page.getByRole('button', { name: /^Delete/ }).click()
    await page.getByRole('button', { name: 'Undo', exact: true }).waitFor()
    await check()
    await page.getByRole('button', { name: 'Undo', exact: true }).click()

    await openView(page, 'Board')
    await expect.poll(() => page.locator('[data-task]').count()).toBe(hostileTitles.length)
    await check()
    const column = page.locator('.column').first()
    await column.getByLabel(/^New task in/).fill('Count the orchids')
    await column.getByRole('button', { name: /^Add to/ }).click()
    await page.locator('[data-task]').first().click()
    await dialog.getByLabel('Details').waitFor()
    await dialog.getByLabel('Column', { exact: true }).selectOption({ index: 1 })
    await close()
    await openView(page, 'Graph')
    await page.getByRole('treeitem').first().waitFor()
    await check()
    await page.getByRole('button', { name: 'Search' }).click()
    await dialog.getByLabel('Words in a note or task').fill('img')
    await dialog.getByRole('list', { name: 'Found' }).getByRole('link').first().waitFor()
    await close()
    await page.getByRole('button', { name: /^People/ }).click()
    await dialog.getByText(/<img/).first().waitFor()
    await close()
    await page.getByRole('button', { name: 'Spaces and settings' }).click()
    await check()
    await page.getByRole('button', { name: 'Check the connection' }).click()
    await dialog.getByText(/<img/).first().waitFor()
    await close()
    await page.getByRole('button', { name: 'This space' }).click()
    await dialog.getByRole('button', { name: 'Restore <b>Thrown away</b>' }).click()
    const unfit = dialog.getByRole('list', { name: 'What does not fit' }).locator(':scope > li')
    await expect.poll(() => unfit.count()).toBe(unfitCount)
    await unfit
      .first()
      .getByRole('button', { name: /^Delete/ })
      .click()
    await expect.poll(() => unfit.count()).toBe(unfitCount - 1)
    await close()
  })

  it('says that a space is damaged on this device, and goes on with another one', async () => {
    const page = await app.person('ann')
    await startSpace(page, app.url())
    await page.getByText('Saved on this device').waitFor()
    app.expectErrors(/holds no key of the space yet/)
    await page.evaluate(damageRows, ['membership', 'headers', 'envelopes', 'pending', 'marks'])
    await page.reload()
    await page.getByRole('alert').filter({ hasText: 'The data of this space is damaged on this device.' }).waitFor()
    await page.getByRole('button', { name: 'New space' }).click()
    await page.getByLabel('Name of the space').fill('Autumn survey')
    await page.getByRole('button', { name: 'Create space' }).click()
    await page.getByRole('heading', { name: 'Autumn survey', level: 1 }).waitFor()
    await openView(page, 'Board')
    await addTask(page, 'Count the orchids')
    await card(page, 'Count the orchids').waitFor()
  })

  it('says that the disk is full, keeps what is written on the screen, and stores it once there is room', async () => {
    const first = await app.person('ann')
    await startSpace(first, app.url())
    await openView(first, 'Board')
    await addTask(first, 'Count the orchids')
    await first.getByText('Saved on this device').waitFor()
    // The browser remembers for a while how much room there was, so the disk fills up while it does not run.
    const page = await app.restart(first)
    const session = await page.context().newCDPSession(page)
    const { origin } = new URL(app.url())
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin })
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 300_000 })
    await page.goto(app.url())
    await openView(page, 'Board')
    await card(page, 'Count the orchids').click()
    app.expectErrors(/./)
    // In the dialog: behind it nobody could press or hear it.
    const full = page.getByRole('dialog', { name: 'Task' }).getByRole('alert').filter({ hasText: 'The disk is full.' })
    const details = page.getByLabel('Details')
    let written = ''
    for (let i = 0; i < 8 && !(await full.isVisible()); i++) {
      written += `${String(i).repeat(90_000)}\n`
      await details.fill(written)
      await page.waitForTimeout(300)
    }
    await full.waitFor()
    await full.getByRole('button', { name: 'Dismiss' }).click({ trial: true })
    expect(await details.inputValue()).toBe(written)
    expect(await accessibilityFaults(page)).toEqual([])
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await details.press('Control+End')
    await details.pressSequentially('There is room again.')
    await page.getByText('Saved on this device').waitFor()
    await page.reload()
    await expect.poll(() => details.inputValue()).toBe(`${written}There is room again.`)
  })

  it('offers the link where the camera may not be used', async () => {
    const page = await app.person('ann', phone)
    await startSpace(page, app.url())
    await page.getByRole('button', { name: 'Spaces and settings' }).click()
    await page.getByRole('button', { name: 'Join with a link' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /camera|scan/i }).click()
    await dialog
      .getByText(/camera/i)
      .first()
      .waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByRole('textbox').waitFor()
  })
})

/** Runs in a page: elements made of texts, and what is wider than the screen. */
function faultsOfTexts(): string[] {
  const made = [...document.querySelectorAll('body script, [onerror], [onload], img[src="x"], a[href^="javascript:"]')]
  const wide = [document.documentElement, ...document.querySelectorAll('main, dialog[open]')]
  const isWide = ({ scrollWidth, clientWidth }: Element): boolean => scrollWidth > clientWidth + 1
  // The innermost tell why.
  const beyond = [...document.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  return [
    ...made.map(({ outerHTML }) => `made of a text: ${outerHTML.slice(0, 200)}`),
    ...wide.filter(isWide).map(({ tagName, scrollWidth, clientWidth }) => `${tagName} is ${scrollWidth} wide, of ${clientWidth}`),
    ...(wide.some(isWide) ? beyond.slice(-3).map(({ outerHTML }) => `beyond the edge: ${outerHTML.slice(0, 200)}`) : []),
  ]
}

/** What a camera would read off the screen. */
async function readQrCode(page: Page): Promise<string> {
  const drawn = page.getByRole('img', { name: 'QR code of the link below' })
  await drawn.and(page.locator('[data-state=shown]')).waitFor()
  const { size, path } = await drawn.evaluate((svg: SVGSVGElement) => ({
    size: svg.viewBox.baseVal.width,
    path: svg.querySelector('path')!.getAttribute('d')!,
  }))
  const scale = 4
  const width = size * scale
  const data = new Uint8Array(width * width).fill(255)
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < scale; row++) {
      const start = (Number(y) * scale + row) * width + Number(x) * scale
      data.fill(0, start, start + scale)
    }
  }
  const pixels = new Uint8Array(data.length * 4)
  for (const [i, grey] of data.entries()) pixels.set([grey, grey, grey, 255], i * 4)
  return decodeQR({ width, height: width, data: pixels })
}

/** Those of the texts that stand readable in any database of the page. */
function readableOnDisk(page: Page, texts: readonly string[]): Promise<readonly string[]> {
  return page.evaluate(async (wanted) => {
    const decoder = new TextDecoder('latin1')
    const holds = (value: unknown, text: string): boolean => {
      if (typeof value === 'string') return value.includes(text)
      if (value instanceof Uint8Array) return decoder.decode(value).includes(text)
      return typeof value === 'object' && value !== null && Object.values(value).some((part) => holds(part, text))
    }
    const rows = await window.allRows()
    return wanted.filter((text) => rows.some((row) => holds(row, text)))
  }, texts)
}

/** How many key objects of the browser lie in the databases of the page. */
function keysOnDisk(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const count = (value: unknown): number => {
      if (value instanceof CryptoKey) return 1
      if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0
      return Object.values(value).reduce((sum: number, part) => sum + count(part), 0)
    }
    return (await window.allRows()).reduce((sum: number, row) => sum + count(row), 0)
  })
}

/** Writes over all rows of some tables, but what they are found by. */
async function damageRows(tables: readonly string[]): Promise<void> {
  const result = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error ?? new Error('refused')))
    })
  const database = await result(indexedDB.open('echo/field-notes'))
  for (const table of tables) {
    const store = database.transaction(table, 'readwrite').objectStore(table)
    const [rows, keys] = await Promise.all([result(store.getAll()), result(store.getAllKeys())])
    const kept = new Set([store.keyPath ?? [], 'space', 'id'].flat())
    for (const [i, row] of rows.entries()) {
      const junk = Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, kept.has(name) ? value : 'junk']))
      await result(store.keyPath === null ? store.put(junk, keys[i]) : store.put(junk))
    }
  }
  database.close()
}

declare global {
  interface Window {
    /** Every row of every database of the page. */
    allRows(): Promise<readonly unknown[]>
  }
}

/** Defines {@link Window.allRows}. */
function defineAllRows(): void {
  const result = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error ?? new Error('refused')))
    })
  window.allRows = async () => {
    const rows: unknown[] = []
    for (const { name } of await indexedDB.databases()) {
      const database = await result(indexedDB.open(name!))
      for (const table of database.objectStoreNames) rows.push(...(await result(database.transaction(table).objectStore(table).getAll())))
      database.close()
    }
    return rows
  }
}
