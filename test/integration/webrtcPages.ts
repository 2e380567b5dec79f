import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright'
import { build, preview, type PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/lib/chromium.mjs'
import { createSignalingServer, type SignalingServer } from '../../src/signaling/index.ts'
import type {} from './webrtcPage/main.ts'

export const room = 'room-of-the-test'

/** Pages with a peer each, on a fresh signaling server for every test. */
export interface Pages {
  /** A page that has entered nothing, in a browser context of its own unless one is given. */
  open(context?: BrowserContext): Promise<Page>
  /** Loads a page anew. */
  load(page: Page): Promise<void>
  /** Two pages that are linked. */
  pair(): Promise<[Page, Page]>
  server(): SignalingServer
  useServer(server: SignalingServer): void
}

/** Builds and serves the peer page for the tests of a file, and fails those in which a page had an unhandled error. */
export function setupPages(): Pages {
  let outDir: string
  let site: PreviewServer
  let browser: Browser
  let server: SignalingServer
  const contexts: BrowserContext[] = []
  const pageErrors: string[] = []

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'echo-webrtc-'))
    const root = join(import.meta.dirname, 'webrtcPage')
    await build({ root, configFile: false, logLevel: 'error', build: { outDir, emptyOutDir: true, target: 'es2022' } })
    site = await preview({ root, configFile: false, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
    browser = await chromium.launch(await chromiumLaunchOptions())
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await rm(outDir, { recursive: true, force: true })
  })
  beforeEach(async () => {
    server = await createSignalingServer({ port: 0 })
  })
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    await server.close()
    expect(pageErrors.splice(0)).toEqual([])
  })

  async function load(page: Page): Promise<void> {
    await page.goto(site.resolvedUrls!.local[0]!)
    await page.evaluate((url) => window.peer.start([url]), server.url)
  }

  async function open(context?: BrowserContext): Promise<Page> {
    const own = context ?? (await browser.newContext())
    if (context === undefined) contexts.push(own)
    const page = await own.newPage()
    page.on('pageerror', (error) => pageErrors.push(error.message))
    await load(page)
    return page
  }

  return {
    open,
    load,
    pair: async () => {
      const peers: [Page, Page] = [await open(), await open()]
      await Promise.all(peers.map((page) => enter(page)))
      await linked(...peers)
      return peers
    },
    server: () => server,
    useServer: (next) => {
      server = next
    },
  }
}

export function enter(page: Page, password = 'secret'): Promise<void> {
  return page.evaluate(([name, secret]) => window.peer.enter(name!, secret!), [room, password])
}

/** Connections that the page's owner holds. */
export function count(page: Page): Promise<number> {
  return page.evaluate(() => window.peer.connectionCount())
}

/** Peer connections of the browser that are not closed, whatever the adapter knows of them. */
export function aliveCount(page: Page): Promise<number> {
  return page.evaluate(() => window.peerConnections.filter(({ connectionState }) => connectionState !== 'closed').length)
}

export function until(check: () => Promise<void>, timeout = 15_000): Promise<void> {
  return vi.waitFor(check, { timeout, interval: 20 })
}

/** Waits until each page is linked with all others. */
export function linked(...peers: Page[]): Promise<void> {
  return until(async () => expect(await Promise.all(peers.map(count))).toEqual(peers.map(() => peers.length - 1)))
}
