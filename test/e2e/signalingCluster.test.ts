import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startNatsServer, type NatsServer } from '../integration/natsServer.ts'
import { invite, report, setupHarness, share } from './harness.ts'
import { startSignaling, type SignalingProcess } from './signalingProcess.ts'

const harness = setupHarness()
/** What is promised after an instance was killed. */
const backWithinMs = 5_000

let nats: NatsServer
let one: SignalingProcess
let other: SignalingProcess
beforeAll(async () => {
  nats = await startNatsServer()
  one = await startSignaling(14_440, nats.url)
  other = await startSignaling(14_450, nats.url)
}, 120_000)
afterEach(async () => {
  for (const process of [nats, one, other]) await process.start()
})
afterAll(async () => {
  await Promise.all([one?.kill(), other?.kill(), nats?.kill()])
})

/** A person whose page knows these instances. */
const person = (name: string, ...instances: readonly SignalingProcess[]): Promise<Page> =>
  harness.person(name, { signaling: instances.map(({ url }) => url) })

const untilStatus = (page: Page, status: 'online' | 'connecting'): Promise<unknown> =>
  page.evaluate((wanted) => window.lab.until(window.lab.echo.network.state, (state) => state.status === wanted), status)

describe('people on two signaling instances that share a broker', () => {
  it('join across them, and are back within 5 s after an instance was killed and came back', async () => {
    const [alice, bob] = [await person('Alice', one), await person('Bob', other)]
    const { joinMs } = await share(alice, bob)
    await bob.evaluate(() => window.lab.untilPeers(1))

    await other.kill()
    await untilStatus(bob, 'connecting')
    // What links them needs no signaling.
    const task = await bob.evaluate(() => window.lab.add('While it was gone'))
    await alice.evaluate((id) => window.lab.untilTask(id, {}), task)
    await other.start()
    const startMs = performance.now()
    await untilStatus(bob, 'online')
    const backMs = performance.now() - startMs
    // Who may only be reached over the instance that was killed is found again.
    await invite(alice, await person('Carol', one))
    await harness.reload(bob)
    const space = await alice.evaluate(() => window.lab.space.id)
    await bob.evaluate((id) => window.lab.openSpace(id), space)
    await bob.evaluate(() => window.lab.untilPeers(2))
    report('two instances, ms', { join: joinMs[0]!, 'back after a kill': backMs })
    expect(backMs).toBeLessThan(backWithinMs)
  })

  it('meet through the one that is left, where their pages know both', async () => {
    const [alice, bob] = [await person('Alice', one, other), await person('Bob', one, other)]
    await share(alice, bob)
    await bob.evaluate(() => window.lab.untilPeers(1))
    await one.kill()
    const startMs = performance.now()
    const carol = await person('Carol', one, other)
    await invite(alice, carol)
    for (const page of [alice, bob, carol]) await page.evaluate(() => window.lab.untilPeers(2))
    report('over the instance that is left, ms', { all: performance.now() - startMs })
    expect(performance.now() - startMs).toBeLessThan(10_000)
    for (const page of [alice, bob, carol]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })

  it('find each other again after the broker was killed and came back', async () => {
    const [alice, bob] = [await person('Alice', one), await person('Bob', other)]
    const { id } = await share(alice, bob)
    await nats.kill()
    await vi.waitFor(async () =>
      expect([await one.figure('echo_signal_broker_up'), await other.figure('echo_signal_broker_up')]).toEqual([0, 0]),
    )
    await harness.reload(bob)
    await bob.evaluate((space) => window.lab.openSpace(space), id)
    await untilStatus(bob, 'online')
    // On one instance people meet all the same.
    await invite(alice, await person('Carol', one))
    await alice.evaluate(() => window.lab.untilPeers(1))
    expect(await bob.evaluate(() => window.lab.links())).toEqual({ peers: 0, connections: 0 })
    await nats.start()
    const startMs = performance.now()
    for (const page of [alice, bob]) await page.evaluate(() => window.lab.untilPeers(2))
    report('together after the broker came back, ms', { all: performance.now() - startMs })
  })
})

describe('an instance', () => {
  const sockets: WebSocket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate()
  })

  async function connect(to: SignalingProcess): Promise<WebSocket> {
    const socket = new WebSocket(to.url)
    sockets.push(socket)
    socket.on('error', () => undefined)
    await once(socket, 'open')
    return socket
  }

  const say = (socket: WebSocket, message: unknown): void => socket.send(JSON.stringify(message))

  /** Somebody honest on each instance: what the first says, the second hears. */
  async function meet(topic: string): Promise<void> {
    const [alice, bob] = [await connect(one), await connect(other)]
    for (const socket of [alice, bob]) say(socket, { type: 'subscribe', topics: [topic] })
    const heard: string[] = []
    bob.on('message', (data: Buffer) => heard.push((JSON.parse(data.toString()) as { data: string }).data))
    await vi.waitFor(() => {
      say(alice, { type: 'publish', topic, data: 'hello' })
      expect(heard).toContain('hello')
    })
    for (const socket of [alice, bob]) socket.terminate()
  }

  async function fillWithTopics(round: number, count: number): Promise<void> {
    const before = sockets.length
    for (let first = 0; first < count; first += 1_000) {
      const topics = Array.from({ length: 1_000 }, (_, index) => `${'x'.repeat(40)}${round}-${first + index}`)
      say(await connect(one), { type: 'subscribe', topics })
    }
    await vi.waitFor(async () => expect(await one.figure('echo_signal_topics')).toBe(count), { timeout: 10_000 })
    await meet('among ten thousand')
    for (const socket of sockets.splice(before)) socket.terminate()
    await vi.waitFor(async () => expect(await one.figure('echo_signal_topics')).toBe(0), { timeout: 10_000 })
  }

  it('goes on after bad frames, a flood and 10,000 topics, and keeps nothing of them', async () => {
    const bad = await connect(one)
    const cut = once(bad, 'close')
    say(bad, { type: 'subscribe', topics: '\0' })
    bad.send(Uint8Array.of(1, 2, 3))
    bad.send('{"type":"publish","topic":"a","data":'.repeat(10))
    // No opcode: a frame that no WebSocket client sends.
    ;(bad as unknown as { _socket: NodeJS.WritableStream })._socket.write(Uint8Array.of(0x83, 0x00))
    await cut
    await meet('after bad frames')

    const flooder = await connect(one)
    const closed = once(flooder, 'close')
    say(flooder, { type: 'subscribe', topics: ['flood'] })
    const frame = JSON.stringify({ type: 'publish', topic: 'flood', data: 'x'.repeat(500) })
    while (flooder.readyState === WebSocket.OPEN) {
      for (let count = 0; count < 500; count++) flooder.send(frame)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await closed)[0]).toBe(1_008)
    expect(await one.figure('echo_signal_dropped_messages_total{reason="rate"}')).toBeGreaterThan(4_000)
    await meet('after a flood')

    // The process has a heap of 64 MB, which what is left of each round would overflow.
    for (let round = 0; round < 5; round++) await fillWithTopics(round, 10_000)
    await vi.waitFor(async () => expect(await one.figure('echo_signal_connections')).toBe(0))
  })

  it('says what to install where the client of NATS is missing, and repeats no password', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'echo-signal-'))
    const root = join(import.meta.dirname, '../..')
    for (const part of ['dist/signaling', 'dist/shared']) await cp(join(root, part), join(folder, part), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await mkdir(join(folder, 'node_modules'))
    await symlink(join(root, 'node_modules/ws'), join(folder, 'node_modules/ws'))
    const args = [join(folder, 'dist/signaling/cli.js'), '--port', '0', '--broker', 'nats://echo:hush@localhost:1']
    const { stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })
    await rm(folder, { recursive: true })
    expect([status, stderr]).toEqual([1, expect.stringMatching(/npm install @nats-io\/transport-node/) as string])
    expect(stderr).not.toContain('hush')
  })
})
