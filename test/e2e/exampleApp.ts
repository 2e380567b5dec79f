import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright'
import { build, preview, type PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/lib/chromium.mjs'
import { createSignalingServer, type SignalingServer } from '../../src/signaling/index.ts'

const root = join(import.meta.dirname, '../../example-app')
const configFile = join(root, 'vite.config.ts')

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true } as const

/** The production build of the example app on a server, with signaling. */
export interface ExampleApp {
  url(): string
  /** A browser with a profile of its own, and a page in it; an error that the page does not handle fails the test. */
  person(name: string, options?: BrowserContextOptions): Promise<Page>
  /** Takes the server of the app's files away. */
  stopSite(): Promise<void>
  /** Lets a page say errors that are part of the test. */
  expectErrors(matching: RegExp): void
}

/** Builds and serves the app for the tests of a file, and cleans up after each. */
export function setupExampleApp(): ExampleApp {
  let outDir: string
  let site: PreviewServer | undefined
  let signaling: SignalingServer
  let expected: RegExp | undefined
  const profiles: { readonly context: BrowserContext; readonly folder: string }[] = []
  /** Errors that pages did not handle. */
  const faults: string[] = []

  async function serve(port: number): Promise<void> {
    site = await preview({ root, configFile, logLevel: 'error', build: { outDir }, preview: { port, host: '127.0.0.1' } })
  }

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'echo-example-'))
    signaling = await createSignalingServer({ port: 0 })
    const define = { 'import.meta.env.VITE_SIGNALING_URL': JSON.stringify(signaling.url) }
    process.env['OUT_DIR'] = outDir
    await build({ root, configFile, define, logLevel: 'error', build: { chunkSizeWarningLimit: 2_000 } })
    await serve(0)
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
    expected = undefined
    if (faults.length > 0) throw new Error(faults.splice(0).join('\n'))
  })

  const note = (name: string, text: string): void => {
    if (expected?.test(text) !== true) faults.push(`[${name}] ${text}`)
  }

  return {
    url: () => `http://127.0.0.1:${new URL(site!.resolvedUrls!.local[0]!).port}/`,
    async person(name, contextOptions = { viewport: { width: 1280, height: 800 } }) {
      const folder = await mkdtemp(join(tmpdir(), 'echo-example-profile-'))
      const options = await chromiumLaunchOptions()
      // Separate browsers find each other by address: names over mDNS need multicast, which a container may lack.
      const args = [...options.args, '--disable-features=WebRtcHideLocalIpsWithMdns']
      const context = await chromium.launchPersistentContext(folder, { ...options, args, reducedMotion: 'reduce', ...contextOptions })
      profiles.push({ context, folder })
      const page = context.pages()[0] ?? (await context.newPage())
      page.setDefaultTimeout(15_000)
      page.on('pageerror', (error) => note(name, error.stack ?? error.message))
      page.on('console', (message) => message.type() === 'error' && note(name, message.text()))
      return page
    },
    async stopSite() {
      await site?.close()
    },
    expectErrors(matching) {
      expected = matching
    },
  }
}

/** Gives a new profile its person. */
export async function signUp(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Continue' }).click()
}

/** From nothing to a space called Spring survey, with the recovery words put off. */
export async function startSpace(page: Page, url: string, name = 'Ann Archer'): Promise<void> {
  await page.goto(url)
  await signUp(page, name)
  await page.getByRole('button', { name: 'Later' }).click()
  await page.getByLabel('Name of the space').fill('Spring survey')
  await page.getByRole('button', { name: 'Create space' }).click()
  await page.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
}

export async function openView(page: Page, name: 'Notes' | 'Board' | 'Graph'): Promise<void> {
  await page.getByRole('navigation', { name: 'Parts of the space' }).getByRole('link', { name }).click()
}

/** On the board, in a column. */
export async function addTask(page: Page, title: string, column = 'To do'): Promise<void> {
  await page.getByLabel(`New task in ${column}`).fill(title)
  await page.getByLabel(`New task in ${column}`).press('Enter')
}

/** The card of a task, in any column or one. */
export const card = (page: Page, title: string, column?: string) =>
  (column === undefined ? page : page.getByRole('region', { name: column, exact: true })).locator('[data-task]', { hasText: title })

/** Opens the drawer of a narrow screen, switches the network, and closes the drawer. */
export async function switchNetwork(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Spaces and settings' }).click()
  await page.getByRole('switch', { name: 'Online' }).click()
  await page.getByRole('button', { name: 'Close' }).click()
}

export async function inviteByLink(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('button', { name: 'Create link' }).click()
  return page.getByLabel('Invitation link').inputValue()
}

/** Follows an invitation to Spring survey as somebody who has never seen the app. */
export async function joinByLink(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link)
  await page.getByRole('dialog', { name: 'Join Spring survey?' }).getByRole('button', { name: 'Join' }).click()
  const dialog = page.getByRole('dialog', { name: 'Before you join' })
  await dialog.getByLabel('Your name').fill(name)
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Open the space' }).click()
  await page.getByRole('heading', { name: 'Spring survey', level: 1 }).waitFor()
}

/** Rules that are broken on the page as it is now, each with where. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

/** @returns what keeps a picture of a page, numbered, in `.screenshots/<name>` */
export function createAlbum(name: string): (page: Page, label: string) => Promise<void> {
  const folder = join(import.meta.dirname, '../../.screenshots', name)
  let number = 0
  return async (page, label) => {
    await mkdir(folder, { recursive: true })
    await page.screenshot({ path: join(folder, `${String(++number).padStart(2, '0')}-${label}.png`) })
  }
}
