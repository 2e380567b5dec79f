import { createServer, type AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createSignalingServer } from '../../src/signaling/index.ts'
import { aliveCount, count, enter, linked, room, setupPages, until } from './webrtcPages.ts'

const pages = setupPages()
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
const figures: Record<string, string> = {}
afterAll(() =>
  process.stdout.write(
    `WebRTC: ${Object.entries(figures)
      .map((entry) => entry.join(' '))
      .join(', ')}\n`,
  ),
)

describe('the network over WebRTC between two browser contexts', { timeout: 60_000 }, () => {
  it('connects with fingerprints that are crosswise equal, and knows its state', async () => {
    const [alice, bob] = [await pages.open(), await pages.open()]
    const startMs = Date.now()
    await Promise.all([enter(alice), enter(bob)])
    await linked(alice, bob)
    const [[opened]] = (await alice.evaluate(() => window.peer.history())) as [[string, number]]
    expect(opened).toBe('open')
    figures['connect'] = `${Date.now() - startMs} ms`
    const [[a], [b]] = [await alice.evaluate(() => window.peer.bindings()), await bob.evaluate(() => window.peer.bindings())]
    expect(a![0]).toMatch(/^[0-9a-f]{64}$/)
    expect(a).toEqual([...b!].reverse())
    expect(a![0]).not.toBe(a![1])
    expect(await alice.evaluate(() => window.peer.status())).toBe('online')
  })

  it('carries 64 MB under back-pressure, whole and in order, with a short round trip', { timeout: 120_000 }, async () => {
    const [alice, bob] = await pages.pair()
    const totalBytes = 64 * 1024 * 1024
    figures['round trip'] = `${(await alice.evaluate(() => window.peer.measureRoundTrip(50))).toFixed(1)} ms`
    const { elapsedMs, refusals } = await alice.evaluate((bytes) => window.peer.pour(bytes), totalBytes)
    expect(await bob.evaluate(() => window.peer.pouredBytes())).toBe(totalBytes)
    expect(refusals).toBeGreaterThan(10)
    figures['throughput'] = `${(totalBytes / elapsedMs / 1_000).toFixed(1)} MB/s`
  })

  it('links again within two seconds after each of ten closes, from either end', { timeout: 120_000 }, async () => {
    const [alice, bob] = await pages.pair()
    const times: number[] = []
    for (let round = 0; round < 10; round++) {
      const startMs = Date.now()
      await (round % 2 === 0 ? alice : bob).evaluate(() => window.peer.closeAll())
      await until(async () => {
        const histories = await Promise.all([alice, bob].map((page) => page.evaluate(() => window.peer.history())))
        // Both ends look for each other at once, so now and then a connection comes and goes before the one that stays.
        for (const history of histories) expect(history.length).toBeGreaterThanOrEqual(3 + 2 * round)
        const [hers, his] = [await alice.evaluate(() => window.peer.bindings()), await bob.evaluate(() => window.peer.bindings())]
        expect([hers.length, his.length]).toEqual([1, 1])
        expect(hers[0]).toEqual(his[0]!.toReversed())
      })
      times.push(Date.now() - startMs)
    }
    figures['reconnect'] = `${median(times)} ms (most ${Math.max(...times)})`
    expect(median(times)).toBeLessThan(2_000)
    expect(Math.max(...times)).toBeLessThan(10_000)
  })

  it('keeps its links when the signaling server dies, says so, and finds it again', { timeout: 60_000 }, async () => {
    const [alice, bob] = await pages.pair()
    const { port } = pages.server()
    await pages.server().close()
    await until(async () => expect(await alice.evaluate(() => window.peer.status())).toBe('unreachable'))
    expect(await alice.evaluate(() => window.peer.findings())).toContain('signaling-unreachable')
    expect(await alice.evaluate(() => window.peer.measureRoundTrip(3))).toBeLessThan(1_000)
    pages.useServer(await createSignalingServer({ port }))
    await until(async () =>
      expect(await Promise.all([alice, bob].map((page) => page.evaluate(() => window.peer.status())))).toEqual(['online', 'online']),
    )
    await alice.evaluate(() => window.peer.closeAll())
    await until(async () => expect(await bob.evaluate(() => window.peer.history().length)).toBe(3))
  })

  it(
    'is not held up by a signaling server that hangs, and moves to the one that is left when another dies',
    { timeout: 60_000 },
    async () => {
      // Takes connections and never says a word.
      const hanging = createServer((socket) => socket.on('error', () => undefined))
      await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
      const second = await createSignalingServer({ port: 0 })
      const urls = [`ws://127.0.0.1:${(hanging.address() as AddressInfo).port}`, pages.server().url, second.url]
      const [alice, bob] = [await pages.open(), await pages.open()]
      for (const page of [alice, bob]) await page.evaluate((signaling) => window.peer.start(signaling), urls)
      const startMs = Date.now()
      await Promise.all([enter(alice), enter(bob)])
      await linked(alice, bob)
      figures['beside a hanging server'] = `${Date.now() - startMs} ms`
      await until(async () => expect(await alice.evaluate(() => window.peer.servers())).toEqual([false, true, true]))
      await pages.server().close()
      await until(async () => expect(await alice.evaluate(() => window.peer.servers())).toEqual([false, false, true]))
      expect(await alice.evaluate(() => window.peer.status())).toBe('online')
      const againMs = Date.now()
      await alice.evaluate(() => window.peer.closeAll())
      // Linked, cut, linked again; a busy machine may cut and link once more.
      await until(async () => expect(await bob.evaluate(() => window.peer.history().length)).toBeGreaterThanOrEqual(3))
      await linked(alice, bob)
      figures['after a fail-over'] = `${Date.now() - againMs} ms`
      await second.close()
      hanging.close()
    },
  )

  it('links again after a reload of one end, and leaves nothing dead behind', { timeout: 120_000 }, async () => {
    const [alice, bob] = await pages.pair()
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      await pages.load(bob)
      const startMs = Date.now()
      await enter(bob)
      await linked(alice, bob)
      times.push(Date.now() - startMs)
    }
    figures['after a reload'] = `${median(times)} ms (most ${Math.max(...times)})`
    await until(async () => expect(await aliveCount(alice)).toBe(1), 12_000)
  })

  it('joins six that come in the same moment, every pair of them', { timeout: 60_000 }, async () => {
    const peers = await Promise.all(Array.from({ length: 6 }, () => pages.open()))
    const startMs = Date.now()
    await Promise.all(peers.map((page) => enter(page)))
    await until(async () => expect(await Promise.all(peers.map(count))).toEqual(peers.map(() => 5)), 30_000)
    figures['mesh of six'] = `${Date.now() - startMs} ms`
    await until(async () => expect(await Promise.all(peers.map(aliveCount))).toEqual(peers.map(() => 5)), 12_000)
  })

  it('meets nobody with another password', async () => {
    const [alice, bob] = [await pages.open(), await pages.open()]
    await enter(alice, 'one')
    await enter(bob, 'two')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(await Promise.all([count(alice), count(bob)])).toEqual([0, 0])
  })

  it('links two pages of one profile like any others, and says nothing over their common channel', async () => {
    const alice = await pages.open()
    const bob = await pages.open(alice.context())
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
    const [alice, bob] = await pages.pair()
    // A second room keeps the socket open, over which late words about the first could go.
    await alice.evaluate(() => window.peer.enter('another', 'p'))
    await until(async () => expect(pages.server().stats().topics).toBe(2))
    await alice.evaluate((name) => window.peer.leave(name), room)
    await until(async () => expect(await count(bob)).toBe(0))
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(await Promise.all([aliveCount(alice), aliveCount(bob)])).toEqual([0, 0])
    await bob.evaluate(() => window.peer.dispose())
    await until(async () => expect(pages.server().stats()).toMatchObject({ connections: 1, topics: 1 }))
  })
})
