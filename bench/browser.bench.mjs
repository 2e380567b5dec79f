/** In Chromium: opening a stored space in a browser that was just started, and the first sync over WebRTC against a plain data channel. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { createSignalingServer } from '../dist/signaling/index.js'
import { chromiumLaunchOptions } from '../scripts/lib/chromium.mjs'
import { quickly } from './lib/quick.mjs'
import { median, ms, printTable } from './lib/report.mjs'

const folder = await mkdtemp(join(tmpdir(), 'echo-bench-'))
const outDir = join(folder, 'page')
const root = join(import.meta.dirname, 'page')
const settings = { root, configFile: false, logLevel: 'error', build: { outDir, emptyOutDir: true, target: 'es2022' } }
await build(settings)
const site = await preview({ ...settings, preview: { port: 0, host: '127.0.0.1' } })
const address = `http://localhost:${site.httpServer.address().port}/`
const { args, ...launchOptions } = await chromiumLaunchOptions()
// Names over mDNS need multicast, which a container may lack.
const options = { ...launchOptions, args: [...args, '--disable-features=WebRtcHideLocalIpsWithMdns'] }

await measureOpening()
await measureFirstSync()
await site.close()
await rm(folder, { recursive: true, force: true, maxRetries: 5 })
process.exit(0)

async function measureOpening() {
  const items = quickly(25_000)
  const perBlock = 5
  const runs = quickly(5)
  const profile = join(folder, 'profile')

  /** Does something in a page of a browser that starts for it. @param params for the page */
  async function inNewBrowser(work, params = '') {
    const browser = await chromium.launchPersistentContext(profile, options)
    const page = await browser.newPage()
    await page.goto(address + params)
    const result = await work(page)
    await browser.close()
    return result
  }

  const id = await inNewBrowser((page) => page.evaluate(([count, size]) => window.bench.seed(count, size), [items, perBlock]))
  const dropCaches = () => inNewBrowser((page) => page.evaluate(() => window.bench.dropCaches()))
  const openOnce = () =>
    inNewBrowser(async (page) => {
      const time = await page.evaluate(() => window.bench.opened)
      const count = await page.evaluate(() => window.bench.count())
      if (count !== items) throw new Error(`${count} items instead of ${items}`)
      return time
    }, `?open=${id}`)
  const openOften = async (before) => {
    const times = []
    for (let run = 0; run < runs; run++) {
      await before?.()
      times.push(await openOnce())
    }
    return times
  }
  /** Lets the library do what it does beside the app: make bundles and caches. */
  const settle = () =>
    inNewBrowser(async (page) => {
      await page.evaluate(() => window.bench.opened)
      while ((await page.evaluate(() => window.bench.singleBlocks())) >= 128) await page.waitForTimeout(500)
      await page.waitForTimeout(5_000)
    }, `?open=${id}&bundling`)

  const singly = await openOften(dropCaches)
  await settle()
  const bundled = await openOften(dropCaches)
  await settle()
  const isCached = await inNewBrowser((page) =>
    page.evaluate(async () => (await indexedDB.databases()).some(({ name }) => name.includes('/cache/'))),
  )
  const cached = isCached ? await openOften() : undefined
  const blocks = (items / perBlock).toLocaleString('en')
  printTable(
    `Opening ${items.toLocaleString('en')} items from IndexedDB in a browser that was just started: from the page's start to the first query's answer (median of ${runs})`,
    ['', 'median', 'slowest'],
    [
      [`${blocks} blocks, each by itself`, singly],
      [`${blocks} blocks, bundled`, bundled],
      ['the same with a cache of the document', cached],
    ].map(([name, times]) => [name, ...(times === undefined ? ['none was made', ''] : [ms(median(times)), ms(Math.max(...times))])]),
  )
  console.log('Goal: under 1.5 s.')
}

async function measureFirstSync() {
  const bodyLength = 1_000
  const items = quickly(10_000)
  const bytes = items * bodyLength
  const perBlock = 10
  const runs = quickly(3)
  const signaling = await createSignalingServer({ port: 0 })
  const browser = await chromium.launch(options)

  async function openPage() {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${address}?signaling=${encodeURIComponent(signaling.url)}`)
    return page
  }
  const close = (...pages) => Promise.all(pages.map((page) => page.context().close()))

  async function measureRaw() {
    const [sender, receiver] = [await openPage(), await openPage()]
    const offer = await sender.evaluate(() => window.bench.raw.offer())
    const answer = await receiver.evaluate((given) => window.bench.raw.answer(given), offer)
    await receiver.evaluate((count) => window.bench.raw.receive(count), bytes)
    await sender.evaluate((given) => window.bench.raw.take(given), answer)
    const time = await sender.evaluate((count) => window.bench.raw.send(count), bytes)
    await close(sender, receiver)
    return time
  }

  async function measureSync() {
    const [host, guest] = [await openPage(), await openPage()]
    const link = await host.evaluate(([count, size, length]) => window.bench.host(count, size, length), [items, perBlock, bodyLength])
    const times = await guest.evaluate(([url, count]) => window.bench.join(url, count), [link, items])
    await close(host, guest)
    return times
  }

  const raw = []
  const joins = []
  for (let run = 0; run < runs; run++) {
    raw.push(await measureRaw())
    joins.push(await measureSync())
  }
  const rawMs = median(raw)
  const answerMs = median(joins.map((join) => join.answerMs))
  const syncMs = median(joins.map((join) => join.syncMs))
  const rate = (time) => `${(bytes / 1_000 / time).toFixed(1)} MB/s`
  printTable(
    `${(bytes / 1e6).toFixed(0)} MB between two browser contexts over WebRTC (median of ${runs})`,
    ['', 'time', 'rate', 'of the plain channel'],
    [
      ['plain data channel, messages of 16 KiB', ms(rawMs), rate(rawMs), '100 %'],
      [
        `first sync: ${items.toLocaleString('en')} items, from the host's answer to the last one queried`,
        ms(syncMs),
        rate(syncMs),
        `${((100 * rawMs) / syncMs).toFixed(0)} %`,
      ],
      ["before it: from accepting the invitation to the host's answer", ms(answerMs), '', ''],
    ],
  )
  console.log('Goal: at least 50 %.')
  await browser.close()
  await signaling.close()
}
