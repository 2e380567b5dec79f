import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { build, preview, type PreviewServer } from 'vite'
import { chromiumLaunchOptions } from '../../scripts/lib/chromium.mjs'
import { createSignalingServer, type SignalingServer } from '../../src/signaling/index.ts'
import type {} from './webrtcPage/main.ts'

let outDir: string
let pages: PreviewServer
let browser: Browser
let server: SignalingServer
let contexts: BrowserContext[] = []
let pageErrors: string[] = []

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'echo-webrtc-'))
  const root = join(import.meta.dirname, 'webrtcPage')
  await build({ root, configFile: false, logLevel: 'error', build: { outDir, emptyOutDir: true, target: 'es2022' } })
  pages = await preview({ root, configFile: false, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
  browser = await chromium.launch(await chromiumLaunchOptions())
})

afterAll(async () => {
  await browser?.close()
  await pages?.close()
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

const room = 'room-of-the-test'

async function open(context?: BrowserContext): Promise<Page> {
  const own = context ?? (await browser.newContext())
  if (context === undefined) contexts.push(own)
  const page = await own.newPage()
  page.on('pageerror', (error) => pageErrors.push(error.message))
  await load(page)
  return page
}

async function load(page: Page): Promise<void> {
  await page.goto(pages.resolvedUrls!.local[0]!)
  await page.evaluate((url) => window.peer.start([url]), server.url)
}

const enter = (page: Page, password = 'secret'): Promise<void> => page.evaluate(([name, secret]) => window.peer.enter(name!, secret!), [room, password])
const count = (page: Page): Promise<number> => page.evaluate(() => window.peer.connectionCount())
const until = (check: () => Promise<void>, timeout = 15_000): Promise<void> => vi.waitFor(check, { timeout, interval: 20 })

async function linked(...peers: Page[]): Promise<void> {
  await until(async () => expect(await Promise.all(peers.map(count))).toEqual(peers.map(() => peers.length - 1)))
}

async function pair(): Promise<[Page, Page]> {
  const peers: [Page, Page] = [await open(), await open()]
  await Promise.all(peers.map((page) => enter(page)))
  await linked(...peers)
  return peers
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
const figures: Record<string, string> = {}
afterAll(() => process.stdout.write(`WebRTC: ${Object.entries(figures).map((entry) => entry.join(' ')).join(', ')}\n`))

describe('the network over WebRTC between two browser contexts', () => {
  it('connects with fingerprints that are crosswise equal, and knows its state', async () => {
    const startMs = Date.now()
    const [alice, bob] = await pair()
    const [[opened]] = (await alice.evaluate(() => window.peer.history())) as [[string, number]]
    expect(opened).toBe('open')
    figures['connect'] = `${Date.now() - startMs} ms with page loads`
    const [[a], [b]] = [await alice.evaluate(() => window.peer.bindings()), await bob.evaluate(() => window.peer.bindings())]
    expect(a![0]).toMatch(/^[0-9a-f]{64}$/)
    expect(a).toEqual([...b!].reverse())
    expect(a![0]).not.toBe(a![1])
    expect(await alice.evaluate(() => window.peer.status())).toBe('online')
  })

  it('carries 64 MB under back-pressure, whole and in order, with a short round trip', { timeout: 120_000 }, async () => {
    const [alice, bob] = await pair()
    const totalBytes = 64 * 1024 * 1024
    figures['round trip'] = `${(await alice.evaluate(() => window.peer.measureRoundTrip(50))).toFixed(1)} ms`
    const { elapsedMs, refusals } = await alice.evaluate((bytes) => window.peer.pour(bytes), totalBytes)
    expect(await bob.evaluate(() => window.peer.pouredBytes())).toBe(totalBytes)
    expect(refusals).toBeGreaterThan(10)
    figures['throughput'] = `${(totalBytes / elapsedMs / 1_000).toFixed(1)} MB/s`
  })

  it('links again within two seconds after each of ten closes, from either end', { timeout: 120_000 }, async () => {
    const [alice, bob] = await pair()
    const times: number[] = []
    for (let round = 0; round < 10; round++) {
      const startMs = Date.now()
      await (round % 2 === 0 ? alice : bob).evaluate(() => window.peer.closeAll())
      await until(async () => {
        const histories = await Promise.all([alice, bob].map((page) => page.evaluate(() => window.peer.history())))
        expect(histories.map((history) => history.length)).toEqual([3 + 2 * round, 3 + 2 * round])
      })
      times.push(Date.now() - startMs)
    }
    figures['reconnect'] = `${median(times)} ms (most ${Math.max(...times)})`
    expect(median(times)).toBeLessThan(2_000)
    expect(Math.max(...times)).toBeLessThan(10_000)
  })

  it('keeps its links when the signaling server dies, says so, and finds it again', { timeout: 60_000 }, async () => {
    const [alice, bob] = await pair()
    const { port } = server
    await server.close()
    await until(async () => expect(await alice.evaluate(() => window.peer.status())).toBe('unreachable'))
    expect(await alice.evaluate(() => window.peer.findings())).toContain('signaling-unreachable')
    expect(await alice.evaluate(() => window.peer.measureRoundTrip(3))).toBeLessThan(1_000)
    server = await createSignalingServer({ port })
    await until(async () => expect(await Promise.all([alice, bob].map((page) => page.evaluate(() => window.peer.status())))).toEqual(['online', 'online']))
    await alice.evaluate(() => window.peer.closeAll())
    await until(async () => expect(await bob.evaluate(() => window.peer.history().length)).toBe(3))
  })

  it('links again after a reload of one end, and leaves nothing dead behind', { timeout: 120_000 }, async () => {
    const [alice, bob] = await pair()
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      await load(bob)
      const startMs = Date.now()
      await enter(bob)
      await linked(alice, bob)
      times.push(Date.now() - startMs)
    }
    figures['after a reload'] = `${median(times)} ms (most ${Math.max(...times)})`
    const alive = (): Promise<number> => alice.evaluate(() => window.peerConnections.filter(({ connectionState }) => connectionState !== 'closed').length)
    await until(async () => expect(await alive()).toBe(1), 12_000)
  })

  it('meets nobody with another password', async () => {
    const [alice, bob] = [await open(), await open()]
    await enter(alice, 'one')
    await enter(bob, 'two')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(await Promise.all([count(alice), count(bob)])).toEqual([0, 0])
  })

  it('links two pages of one profile like any others, and says nothing over their common channel', async () => {
    const alice = await open()
    const bob = await open(contexts[0])
    await bob.evaluate((name) => {
      const heard: unknown[] = []
      Object.assign(window, { heard })
      new BroadcastChannel(name).onmessage = ({ data }) => heard.push(data)
    }, room)
    await enter(alice)
    await enter(bob)
    await linked(alice, bob)
    await alice.evaluate((name) => window.peer.leave(name), room)
    await until(async () => expect(await count(bob)).toBe(0))
    expect(await bob.evaluate(() => (window as unknown as { heard: unknown[] }).heard.length)).toBe(0)
  })

  it('is gone from the room after it left, also for the signaling server', async () => {
    const [alice, bob] = await pair()
    await alice.evaluate((name) => window.peer.leave(name), room)
    await until(async () => expect(await count(bob)).toBe(0))
    await alice.evaluate(() => window.peer.enter('another', 'p'))
    await bob.evaluate(() => window.peer.dispose())
    await until(async () => expect(server.stats()).toMatchObject({ connections: 1, topics: 1 }))
    expect(await alice.evaluate(() => window.peerConnections.filter(({ connectionState }) => connectionState !== 'closed').length)).toBe(0)
  })
})
