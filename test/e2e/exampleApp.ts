import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import axe from 'axe-core'
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright'
import { preview, type PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll, inject } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/lib/chromium.mjs'
import { createSignalingServer, type SignalingServer } from '../../src/signaling/index.ts'
import type {} from './page/main.ts'
import { contentSecurityPolicy, isViolation, logViolations, withNonce } from './contentSecurityPolicy.ts'

const root = join(import.meta.dirname, '../../example-app')
const configFile = join(root, 'vite.config.ts')

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true } as const

/** The production build of the example app on a server, with signaling, under the policy that apps are told to have. */
export interface ExampleApp {
  url(): string
  /** A browser with a profile of its own, and a page in it; an error that the page does not handle fails the test, and so does a violation of the policy. */
  person(name: string, options?: BrowserContextOptions): Promise<Page>
  /** A page of somebody who writes what he likes: the library as `window.lab` has it, as the same app on the same signaling. */
  stranger(name: string): Promise<Page>
  /** Ends the browser of a page and starts it again on the same profile. @param between is done while no browser has it */
  restart(page: Page, between?: (folder: string) => Promise<void>): Promise<Page>
  /** Takes the server of the app's files away, for this test. */
  stopSite(): Promise<void>
  /** Lets a page say errors that are part of the test. */
  expectErrors(matching: RegExp): void
}

interface Profile {
  readonly name: string
  readonly folder: string
  readonly contextOptions: BrowserContextOptions
  readonly context: BrowserContext
}

/** Builds and serves the app for the tests of a file, and cleans up after each. */
export function setupExampleApp(): ExampleApp {
  let outDir: string
  let site: PreviewServer | undefined
  let labSite: PreviewServer | undefined
  let signaling: SignalingServer
  let stoppedPort: number | undefined
  let expected: RegExp | undefined
  const profiles: Profile[] = []
  /** Errors that pages did not handle. */
  const faults: string[] = []

  let url: string

  async function serve(port: number): Promise<void> {
    const headers = { 'content-security-policy': contentSecurityPolicy() }
    site = await preview({ root, configFile, logLevel: 'error', build: { outDir }, preview: { port, host: '127.0.0.1', headers } })
    url = `http://127.0.0.1:${new URL(site.resolvedUrls!.local[0]!).port}/`
  }

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'echo-example-'))
    signaling = await createSignalingServer({ port: 0 })
    await buildForProduction({ OUT_DIR: outDir, VITE_SIGNALING_URL: signaling.url })
    // As a host does for each response.
    const html = join(outDir, 'index.html')
    await writeFile(html, withNonce(await readFile(html, 'utf8')))
    await serve(0)
  })
  afterAll(async () => {
    await site?.close()
    await labSite?.close()
    await signaling?.close()
    await rm(outDir, { recursive: true, force: true })
  })
  afterEach(async ({ task }) => {
    const hasFailed = task.result?.state === 'fail'
    for (const { name, context, folder } of profiles.splice(0)) {
      if (hasFailed) await tellPages(name, context)
      await context.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
    expected = undefined
    if (stoppedPort !== undefined) await serve(stoppedPort)
    stoppedPort = undefined
    if (faults.length > 0) throw new Error(faults.splice(0).join('\n'))
  })

  const note = (name: string, text: string): void => {
    if (expected?.test(text) !== true || isViolation(text)) faults.push(`[${name}] ${text}`)
  }

  async function launch(profile: Pick<Profile, 'name' | 'folder' | 'contextOptions'>): Promise<Page> {
    const options = await chromiumLaunchOptions()
    // Separate browsers find each other by address: names over mDNS need multicast, which a container may lack.
    const args = [...options.args, '--disable-features=WebRtcHideLocalIpsWithMdns']
    const context = await chromium.launchPersistentContext(profile.folder, {
      ...options,
      args,
      reducedMotion: 'reduce',
      ...profile.contextOptions,
    })
    profiles.push({ ...profile, context })
    await context.addInitScript(logViolations)
    const page = context.pages()[0] ?? (await context.newPage())
    page.setDefaultTimeout(15_000)
    page.on('dialog', (dialog) => note(profile.name, `a dialog: ${dialog.message()}`))
    page.on('pageerror', (error) => note(profile.name, error.stack ?? error.message))
    page.on('console', (message) => (message.type() === 'error' || isViolation(message.text())) && note(profile.name, message.text()))
    page.on('response', (response) => {
      const isWhole = response.headers()['content-security-policy'] === contentSecurityPolicy()
      if (response.url().startsWith(url) && response.request().isNavigationRequest() && !isWhole)
        note(profile.name, `${response.url()} came without the policy`)
    })
    return page
  }

  return {
    url: () => url,
    async person(name, contextOptions = { viewport: { width: 1280, height: 800 } }) {
      return launch({ name, folder: await mkdtemp(join(tmpdir(), 'echo-example-profile-')), contextOptions })
    },
    async stranger(name) {
      labSite ??= await preview({
        configFile: false,
        root: inject('page'),
        logLevel: 'error',
        build: { outDir: '.' },
        preview: { port: 0, host: '127.0.0.1' },
      })
      const page = await launch({ name, folder: await mkdtemp(join(tmpdir(), 'echo-example-profile-')), contextOptions: {} })
      await page.goto(`${labSite.resolvedUrls!.local[0]}?signaling=${encodeURIComponent(signaling.url)}`)
      await page.evaluate(async () => void (await window.lab.start({ app: 'field-notes', types: [] })))
      return page
    },
    async restart(page, between) {
      const at = profiles.findIndex(({ context }) => context === page.context())
      const [profile] = profiles.splice(at, 1)
      await profile!.context.close()
      await between?.(profile!.folder)
      return launch(profile!)
    },
    async stopSite() {
      stoppedPort = Number(new URL(url).port)
      const closing = site!.close()
      // Pages keep theirs open.
      if ('closeAllConnections' in site!.httpServer) site!.httpServer.closeAllConnections()
      await closing
    },
    expectErrors(matching) {
      expected = matching
    },
  }
}

/** What the pages of a test that failed show, beside its error. */
async function tellPages(name: string, context: BrowserContext): Promise<void> {
  for (const page of context.pages()) {
    const text = await page.innerText('body', { timeout: 2_000 }).catch(String)
    console.log(`[${name}] ${page.url().split('#')[0]}\n${text}`)
  }
}

/** In a process of its own, for this one counts as a test to React and Vite. */
async function buildForProduction(env: Readonly<Record<string, string>>): Promise<void> {
  const args = [join(root, '../node_modules/vite/bin/vite.js'), 'build', root, '--logLevel', 'error']
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_ENV: 'production', ...env } })
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
