import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cp, readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { chromium, type Browser, type BrowserContext, type LaunchOptions, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, vi } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/lib/chromium.mjs'
import { createSignalingServer, type SignalingServer } from '../../src/signaling/index.ts'
import { contentSecurityPolicy, isViolation } from './contentSecurityPolicy.ts'
import type {} from './page/main.ts'

/** How a page is opened. */
export interface PageOptions {
  /** Runs in the page before anything else. */
  readonly before?: () => void
  /** Signaling servers other than the test's own. */
  readonly signaling?: readonly string[]
  /** Host name in the page's address; Chromium has to be told where it leads. */
  readonly host?: string
  /** Which page; by default the one without components. */
  readonly path?: string
  /** Leaves the Echo to the test. */
  readonly start?: false
}

/** A browser of its own with a profile on disk that outlives it. */
export interface Profile {
  /** Starts the browser, if it does not run, and opens a page in it. */
  open(options?: PageOptions): Promise<Page>
  /** Ends the browser in order. */
  close(): Promise<void>
  /** Copies the profile as a backup would; the browser must not run. @returns what puts the copy back */
  backUp(): Promise<() => Promise<void>>
  /** @returns what ends the browser at once and without a word */
  prepareKill(): Promise<() => Promise<void>>
  /** @returns what ends the page's process in the same way, and leaves the browser alone */
  prepareKillPage(page: Page): Promise<() => Promise<void>>
}

/** What the tests of a file run in: the built page on a server, one shared browser, and signaling that can be stopped. */
export interface Harness {
  /** A page in a browser context of its own; its storage lasts as long as the test. */
  person(name?: string, options?: PageOptions): Promise<Page>
  /** One more page in the context of another. */
  tab(page: Page, options?: PageOptions): Promise<Page>
  /** A page that another one opens with `window.open`: the browser gives it a copy of that one's session storage. */
  popup(opener: Page): Promise<Page>
  profile(args?: readonly string[]): Promise<Profile>
  /** Ends a page's process. */
  crash(page: Page): Promise<void>
  /** Loads a page anew with the same address. */
  reload(page: Page): Promise<void>
  signalingUrl(): string
  stopSignaling(): Promise<void>
  /** Starts the server again on the same port. */
  startSignaling(): Promise<void>
  /** Resolves when a page asks for `/mark`: the one way out of a task that never ends. @param holds leaves the page without an answer */
  untilMarked(holds?: boolean): Promise<void>
}

// Separate browsers find each other by address: names over mDNS need multicast, which a container may lack.
const webrtcArgs = ['--disable-features=WebRtcHideLocalIpsWithMdns']

/** The longest test takes about 20 s on a busy machine; one that hangs shall not hang for long. */
const testMs = 60_000

/** Sets a file's tests up, and cleans up after each; a page's unhandled error fails its test, and so does a violation of the policy that apps are told to have. */
export function setupHarness(): Harness {
  let site: Server
  let browser: Browser
  let signaling: SignalingServer
  let launchOptions: LaunchOptions & { args: string[] }
  const log: string[] = []
  const faults: string[] = []
  const cleanups: (() => Promise<unknown>)[] = []
  /** @returns whether the page gets an answer */
  let marked = (): boolean => true
  vi.setConfig({ testTimeout: testMs })

  beforeAll(async () => {
    const options = await chromiumLaunchOptions()
    launchOptions = { ...options, args: [...options.args, ...webrtcArgs] }
    site = await serve(inject('page'), () => marked())
    browser = await chromium.launch(launchOptions)
  })
  afterAll(async () => {
    await browser?.close()
    site?.closeAllConnections()
    site?.close()
  })
  beforeEach(async ({ onTestFailed }) => {
    signaling = await createSignalingServer({ port: 0 })
    log.length = 0
    faults.length = 0
    onTestFailed(() => console.log(['What the pages said:', ...log].join('\n  ')))
  })
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
    await signaling.close()
    expect(faults).toEqual([])
  })

  function listen(page: Page, name: string): void {
    const note = (text: string): void => void log.push(`[${name}] ${text}`)
    page.on('console', (message) => {
      note(`${message.type()}: ${message.text()}`)
      if (isViolation(message.text())) faults.push(`[${name}] ${message.text()}`)
    })
    page.on('crash', () => note('crashed'))
    page.on('pageerror', (error) => {
      note(`unhandled: ${error.stack ?? error.message}`)
      faults.push(`[${name}] ${error.message}`)
    })
  }

  async function load(context: BrowserContext, name: string, options: PageOptions): Promise<Page> {
    const page = await context.newPage()
    listen(page, name)
    if (options.before !== undefined) await page.addInitScript(options.before)
    const address = new URL(`http://${options.host ?? 'localhost'}:${(site.address() as AddressInfo).port}/${options.path ?? ''}`)
    for (const url of options.signaling ?? [signaling.url]) address.searchParams.append('signaling', url)
    await page.goto(address.href)
    if (options.start !== false) await start(page)
    return page
  }

  async function start(page: Page): Promise<void> {
    await page.evaluate(async () => void (await window.lab.start()))
  }

  return {
    async person(name, options = {}) {
      const context = await browser.newContext()
      cleanups.push(() => context.close())
      const page = await load(context, name ?? 'stranger', options)
      if (name !== undefined && options.start !== false) await page.evaluate((own) => window.lab.signUp(own), name)
      return page
    },
    tab: (page, options = {}) => load(page.context(), 'tab', options),
    async popup(opener) {
      const opened = opener.waitForEvent('popup')
      await opener.evaluate(() => void window.open(location.href))
      const page = await opened
      listen(page, 'popup')
      await page.waitForLoadState()
      await start(page)
      return page
    },
    async profile(args = []) {
      const folder = await mkdtemp(join(tmpdir(), 'echo-e2e-profile-'))
      let context: BrowserContext | undefined
      cleanups.push(async () => {
        await context?.close()
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      })
      return {
        async open(options = {}) {
          context ??= await chromium.launchPersistentContext(folder, { ...launchOptions, args: [...launchOptions.args, ...args] })
          return load(context, 'profile', options)
        },
        async close() {
          await context?.close()
          context = undefined
        },
        async backUp() {
          const copy = await mkdtemp(join(tmpdir(), 'echo-e2e-backup-'))
          cleanups.push(() => rm(copy, { recursive: true, force: true }))
          await cp(folder, copy, { recursive: true })
          return async () => {
            await rm(folder, { recursive: true, force: true, maxRetries: 5 })
            await cp(copy, folder, { recursive: true })
          }
        },
        async prepareKillPage(page) {
          const session = await context!.browser()!.newBrowserCDPSession()
          const { processInfo } = await session.send('SystemInfo.getProcessInfo')
          return async () => {
            const crashed = page.waitForEvent('crash')
            for (const { id, type } of processInfo) if (type === 'renderer') process.kill(id, 'SIGKILL')
            await crashed
            await page.close()
          }
        },
        async prepareKill() {
          const owner = context!
          const session = await owner.browser()!.newBrowserCDPSession()
          const { processInfo } = await session.send('SystemInfo.getProcessInfo')
          return async () => {
            const closed = new Promise((resolve) => owner.once('close', resolve))
            // All of them: one that is left would go on writing for a moment.
            for (const { id } of processInfo) process.kill(id, 'SIGKILL')
            await closed
            context = undefined
          }
        },
      }
    },
    async crash(page) {
      const session = await page.context().newCDPSession(page)
      const crashed = page.waitForEvent('crash')
      // The answer never comes.
      void session.send('Page.crash').catch(() => undefined)
      await crashed
    },
    async reload(page) {
      await page.reload()
      await start(page)
    },
    signalingUrl: () => signaling.url,
    stopSignaling: () => signaling.close(),
    async startSignaling() {
      signaling = await createSignalingServer({ port: signaling.port })
    },
    untilMarked: (holds = false) =>
      new Promise((resolve) => {
        marked = () => {
          resolve()
          return !holds
        }
      }),
  }
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** Serves a folder on any free port; `/mark` tells `onMark`. */
async function serve(folder: string, onMark: () => boolean): Promise<Server> {
  const headers = { 'cache-control': 'no-store', 'content-security-policy': contentSecurityPolicy() }
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname
    if (path === '/mark') {
      if (onMark()) response.end()
      return
    }
    readFile(join(folder, normalize(path === '/' ? '/index.html' : path))).then(
      (content) => response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/html', ...headers }).end(content),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

/** Two people in one space that `host` makes. @returns the space's id and how long the join took */
export async function share(host: Page, ...guests: readonly Page[]): Promise<{ id: string; joinMs: number[] }> {
  const id = await host.evaluate(() => window.lab.createSpace('Garden'))
  const joinMs: number[] = []
  for (const guest of guests) joinMs.push(await invite(host, guest))
  return { id, joinMs }
}

/** @returns how long the join took, in ms */
export async function invite(host: Page, guest: Page, role: 'admin' | 'editor' | 'reader' = 'editor'): Promise<number> {
  const link = await host.evaluate((as) => window.lab.invite({ role: as }), role)
  const { ms } = await guest.evaluate((text) => window.lab.join(text), link)
  return ms
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

/** Prints a measured figure. */
export function report(what: string, figures: Readonly<Record<string, number>>): void {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value)}`)
  console.log(`${what}: ${words.join(', ')}`)
}
