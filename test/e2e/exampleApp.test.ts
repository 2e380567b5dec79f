import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium, type BrowserContext, type Page } from 'playwright'
import decodeQR from 'qr/decode.js'
import { build, preview, type PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/lib/chromium.mjs'
import { createSignalingServer, type SignalingServer } from '../../src/signaling/index.ts'

const root = join(import.meta.dirname, '../../example-app')
const configFile = join(root, 'vite.config.ts')
const phone = { width: 390, height: 844 }

let outDir: string
let site: PreviewServer
let signaling: SignalingServer
const profiles: { readonly context: BrowserContext; readonly folder: string }[] = []
/** Errors that pages did not handle. */
const faults: string[] = []

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'echo-example-'))
  signaling = await createSignalingServer({ port: 0 })
  const define = { 'import.meta.env.VITE_SIGNALING_URL': JSON.stringify(signaling.url) }
  await build({ root, configFile, define, logLevel: 'error', build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 2000 } })
  site = await preview({ root, configFile, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
})
afterAll(async () => {
  await site?.close()
  await signaling?.close()
  await rm(outDir, { recursive: true, force: true })
})
afterEach(async () => {
  for (const { context, folder } of profiles.splice(0)) {
    await context.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  if (faults.length > 0) throw new Error(faults.splice(0).join('\n'))
})

/** A browser with a profile of its own. */
async function person(name: string, viewport = { width: 1280, height: 800 }): Promise<Page> {
  const folder = await mkdtemp(join(tmpdir(), 'echo-example-profile-'))
  const options = await chromiumLaunchOptions()
  // Separate browsers find each other by address: names over mDNS need multicast, which a container may lack.
  const args = [...options.args, '--disable-features=WebRtcHideLocalIpsWithMdns']
  const context = await chromium.launchPersistentContext(folder, { ...options, args, viewport, reducedMotion: 'reduce' })
  profiles.push({ context, folder })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(15_000)
  await context.addInitScript(defineAllRows)
  page.on('pageerror', (error) => faults.push(`[${name}] ${error.stack ?? error.message}`))
  page.on('console', (message) => message.type() === 'error' && faults.push(`[${name}] ${message.text()}`))
  return page
}

const appUrl = (): string => `http://127.0.0.1:${new URL(site.resolvedUrls!.local[0]!).port}/`

async function signUp(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function addTask(page: Page, title: string): Promise<void> {
  await page.getByLabel('New task').fill(title)
  await page.getByLabel('New task').press('Enter')
}

const taskBox = (page: Page, title: string, checked = false) => page.getByRole('checkbox', { name: `Done: ${title}`, exact: true, checked })

const noteText = (page: Page) => page.getByRole('textbox', { name: 'Text of the note' })

async function untilText(page: Page, text: string): Promise<void> {
  const field = await noteText(page).elementHandle()
  await page.waitForFunction(([element, wanted]) => (element as HTMLTextAreaElement).value === wanted, [field, text] as const)
}

/** Rules that are broken on the page as it is now, each with where. */
async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

async function startSpace(page: Page): Promise<void> {
  await page.goto(appUrl())
  await signUp(page, 'Ann Archer')
  await page.getByRole('button', { name: 'Show words' }).click()
  await page.getByRole('button', { name: 'Reveal the words' }).click()
  await page.getByRole('list', { name: 'Recovery words, in order' }).getByRole('listitem').nth(23).waitFor()
  await page.getByRole('button', { name: 'I wrote them down' }).click()
  await page.getByRole('button', { name: 'Yes, they are safe' }).click()
  // Until the dialog is gone, what lies behind it takes no keys.
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByLabel('Name of the space').fill('Spring survey')
  await page.getByRole('button', { name: 'Create space' }).click()
  await page.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
}

async function inviteByLink(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('button', { name: 'Create link' }).click()
  return page.getByLabel('Invitation link').inputValue()
}

describe('the example app', () => {
  it('takes two people from nothing to a shared space that both write in, through a cut and a reload', async () => {
    const [ann, bob] = await Promise.all([person('ann'), person('bob', phone)])
    await startSpace(ann)
    await addTask(ann, 'Count the orchids')
    await ann.getByRole('button', { name: 'New note' }).click()
    await ann.getByLabel('Title of the note').fill('Day one')
    await noteText(ann).fill('Fog until nine.')
    expect(await accessibilityFaults(ann)).toEqual([])

    // Bob follows the link before he has ever seen the app; its secret does not stay in his address.
    const link = await inviteByLink(ann)
    expect(await accessibilityFaults(ann)).toEqual([])
    await bob.goto(link)
    await bob.getByRole('dialog', { name: 'Join Spring survey?' }).getByRole('button', { name: 'Join' }).click()
    expect(bob.url()).toBe(appUrl())
    const dialog = bob.getByRole('dialog', { name: 'Before you join' })
    await dialog.getByLabel('Your name').fill('Bob Birch')
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await bob.getByRole('button', { name: 'Open the space' }).click()
    await bob.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
    await ann.getByRole('dialog', { name: 'Bob Birch has joined' }).getByRole('button', { name: 'Close' }).last().click()
    await ann.getByRole('list', { name: 'Here now' }).getByText('Bob Birch').waitFor()

    // He comes out at the note that Ann had open.
    await untilText(bob, 'Fog until nine.')
    await bob.getByRole('link', { name: 'Tasks' }).click()

    // Items, both ways.
    await taskBox(bob, 'Count the orchids').check()
    await taskBox(ann, 'Count the orchids', true).waitFor()
    await bob.getByRole('textbox', { name: 'Title of Count the orchids' }).fill('Count the orchids twice')
    await ann.getByText('is writing here').waitFor({ state: 'attached' })
    await taskBox(ann, 'Count the orchids twice', true).waitFor()
    await addTask(ann, 'Charge the GPS')
    await taskBox(bob, 'Charge the GPS').waitFor()
    expect(await accessibilityFaults(bob)).toEqual([])

    // One note, both ways.
    await bob.getByRole('link', { name: 'Notes' }).click()
    await bob.getByRole('link', { name: 'Day one' }).click()
    await untilText(bob, 'Fog until nine.')
    await noteText(bob).press('Control+End')
    await noteText(bob).pressSequentially(' Two herons.')
    await untilText(ann, 'Fog until nine. Two herons.')
    await noteText(ann).press('Control+Home')
    await noteText(ann).pressSequentially('Cold. ')
    await untilText(bob, 'Cold. Fog until nine. Two herons.')

    // Bob goes off the network, both write on, and Bob's page is loaded anew before they meet again.
    const openDrawer = () => bob.getByRole('button', { name: 'Spaces and settings' }).click()
    await openDrawer()
    await bob.getByRole('switch', { name: 'Online' }).click()
    await bob.getByRole('button', { name: 'Close' }).click()
    await bob.getByText('Offline', { exact: true }).waitFor()
    await ann.getByText('Only you are here').waitFor()
    await bob.getByRole('link', { name: 'Tasks' }).click()
    await addTask(bob, 'Written offline')
    await addTask(ann, 'Written meanwhile')
    await bob.reload()
    await taskBox(bob, 'Written offline').waitFor()
    expect(await taskBox(bob, 'Written meanwhile').count()).toBe(0)
    expect(await taskBox(ann, 'Written offline').count()).toBe(0)
    await openDrawer()
    await bob.getByRole('switch', { name: 'Online' }).click()
    await bob.getByRole('button', { name: 'Close' }).click()
    await taskBox(ann, 'Written offline').waitFor()
    await taskBox(bob, 'Written meanwhile').waitFor()

    // What one deletes, the other can bring back.
    await ann.getByRole('button', { name: 'Delete Written meanwhile' }).click()
    await taskBox(bob, 'Written meanwhile').waitFor({ state: 'detached' })
    await ann.keyboard.press('Control+z')
    await taskBox(bob, 'Written meanwhile').waitFor()
    await ann.keyboard.press('Control+Shift+z')
    await taskBox(bob, 'Written meanwhile').waitFor({ state: 'detached' })
    await ann.getByRole('button', { name: 'Undo', exact: true }).click()
    await taskBox(bob, 'Written meanwhile').waitFor()
    await ann.getByRole('button', { name: 'Delete Written meanwhile' }).click()
    await taskBox(bob, 'Written meanwhile').waitFor({ state: 'detached' })
    await bob.getByText('Deleted tasks (1)').click()
    await bob.getByRole('button', { name: 'Restore Written meanwhile' }).click()
    await taskBox(ann, 'Written meanwhile').waitFor()

    // A role is taken away, then the membership; what is here stays readable until Bob is rid of it.
    await ann.getByRole('button', { name: 'People' }).click()
    await ann.getByLabel('Role of Bob Birch').selectOption('reader')
    await bob.getByText('You can read this space.').waitFor()
    expect(await accessibilityFaults(ann)).toEqual([])
    await ann.getByRole('button', { name: 'Remove Bob Birch' }).click()
    await ann.getByRole('dialog', { name: 'Remove Bob Birch?' }).getByRole('button', { name: 'Remove Bob Birch' }).click()
    await ann.getByText('Only you are a member so far.').waitFor()
    const notice = bob.getByRole('complementary', { name: 'removed you from this space' })
    await notice.waitFor()
    await taskBox(bob, 'Charge the GPS').waitFor()
    expect(await accessibilityFaults(bob)).toEqual([])
    await notice.getByRole('button', { name: 'Delete from your devices' }).click()
    await bob.getByLabel('Type “delete” to go on').fill('delete')
    expect(await accessibilityFaults(bob)).toEqual([])
    await bob.getByRole('button', { name: 'Delete the space' }).click()
    await notice.waitFor({ state: 'detached' })
    await bob.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor({ state: 'detached' })
  })

  it('adds a second device by the QR code on the first, after both have shown the same number', async () => {
    const [laptop, mobile] = await Promise.all([person('laptop'), person('mobile', phone)])
    await startSpace(laptop)
    await addTask(laptop, 'Count the orchids')
    await laptop.getByRole('button', { name: 'Add a device' }).click()
    await laptop.getByLabel('Both show numbers, and I compare them').check()
    await laptop.getByRole('button', { name: 'Show QR code and link' }).click()
    const link = await readQrCode(laptop)
    expect(link).toBe(await laptop.getByLabel('Invitation link').inputValue())
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
    await taskBox(mobile, 'Count the orchids').check()
    await taskBox(laptop, 'Count the orchids', true).waitFor()

    // The phone is lost.
    await laptop.getByRole('button', { name: 'Your devices' }).click()
    await laptop.getByText('Online now').waitFor()
    expect(await accessibilityFaults(laptop)).toEqual([])
    await laptop.getByRole('button', { name: /^Lost\?/ }).click()
    await laptop.getByRole('button', { name: /^Shut out/ }).click()
    await laptop.getByText(/on no other device/).waitFor()
    await mobile.getByRole('complementary', { name: 'This device was shut out' }).waitFor()
  })

  it('locks a device with a passphrase: nothing can be read in its database, and all is there after it was typed in again', async () => {
    const page = await person('ann', phone)
    await startSpace(page)
    await addTask(page, 'Count the orchids')
    await taskBox(page, 'Count the orchids').waitFor()
    const secrets = ['Spring survey', 'Ann Archer']
    // What the search finds, it finds.
    expect(await readableOnDisk(page, secrets)).toEqual(secrets)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await other.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()

    await page.getByRole('button', { name: 'Spaces and settings' }).click()
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
    await page.keyboard.press('Escape')
    await addTask(page, 'Count the bees')
    await taskBox(page, 'Count the bees').waitFor()

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
    for (const title of ['Count the orchids', 'Count the bees']) await taskBox(page, title).waitFor()

    await page.getByRole('button', { name: 'Spaces and settings' }).click()
    await page.getByRole('button', { name: 'Passphrase' }).click()
    await page.getByRole('button', { name: 'Lock now' }).click()
    await page.getByRole('heading', { name: 'This device is locked' }).waitFor()
  })
})

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
