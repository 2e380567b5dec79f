import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectNats } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  createLocalBroker,
  createNatsBroker,
  createSignalingServer,
  type SignalingBroker,
  type SignalingServer,
  type SignalingServerOptions,
} from '../../src/signaling/index.ts'
import { freePort } from '../../scripts/lib/ports.mjs'
import { startNatsServer, type NatsServer } from './natsServer.ts'

/** The goal is a moment; a test fails at what a busy machine does not reach. */
const within = { timeout: 5_000, interval: 5 }

let nats: NatsServer
beforeAll(async () => {
  nats = await startNatsServer()
}, 120_000)
afterAll(() => nats?.kill())

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

async function enter(url = nats.url): Promise<SignalingBroker> {
  const broker = await createNatsBroker(url)
  cleanups.push(broker.close)
  return broker
}

function collect(broker: SignalingBroker, topic: string): { readonly heard: string[]; readonly end: () => void } {
  const heard: string[] = []
  return { heard, end: broker.subscribe(topic, (text) => heard.push(text)) }
}

/** Resolves when everything that `from` published before has come to `to`. */
async function arrived(from: SignalingBroker, to: SignalingBroker): Promise<void> {
  const { heard, end } = collect(to, 'last of all')
  // The subscription has to be there first; what is said after it on the same connection is no earlier.
  await vi.waitFor(() => {
    from.publish('last of all', '1')
    expect(heard.length).toBeGreaterThan(0)
  }, within)
  end()
}

const local = (): SignalingBroker[] => {
  const broker = createLocalBroker()
  return [broker, broker]
}

describe.each([
  ['in one process', async () => local()],
  ['through NATS', async () => Promise.all([enter(), enter()])],
] as const)('brokers %s', (_, makePair) => {
  let one: SignalingBroker
  let other: SignalingBroker
  beforeEach(async () => {
    ;[one, other] = (await makePair()) as [SignalingBroker, SignalingBroker]
  })

  it('hand a text to every subscriber of its topic once, here and there', async () => {
    const subscribers = [collect(one, 'a'), collect(one, 'a'), collect(other, 'a')]
    const stranger = collect(other, 'b')
    await arrived(one, other)
    await arrived(other, one)
    expect(one.publish('a', '"from one"')).toBe(true)
    expect(other.publish('a', '"from the other"')).toBe(true)
    expect(subscribers[0]!.heard[0]).toBe('"from one"')
    await arrived(one, other)
    await arrived(other, one)
    for (const { heard } of subscribers) expect(heard.toSorted()).toEqual(['"from one"', '"from the other"'])
    expect(stranger.heard).toEqual([])
  })

  it('take any name as it is, and any text', async () => {
    const names = ['*', '>', 'a.*', 'a.b', 'a b\r\nPUB x 1\r\n', 'ä\u{1f331}', 'x'.repeat(256), 'a']
    const texts = ['', '\0', 'ü'.repeat(30_000)]
    const subscribers = names.map((name) => collect(other, name))
    await arrived(one, other)
    for (const name of names) for (const text of [name, ...texts]) one.publish(name, text)
    await arrived(one, other)
    expect(subscribers.map(({ heard }) => heard)).toEqual(names.map((name) => [name, ...texts]))
  })

  it('hand on nothing after a subscription has ended, and go on for the others', async () => {
    const [first, second] = [collect(other, 'a'), collect(other, 'a')]
    await arrived(one, other)
    first.end()
    one.publish('a', '1')
    await arrived(one, other)
    second.end()
    await arrived(other, one)
    one.publish('a', '2')
    await arrived(one, other)
    expect([first.heard, second.heard]).toEqual([[], ['1']])
  })
})

describe('a broker through NATS', () => {
  it('is subscribed to what its servers have subscribers of, and to nothing else', async () => {
    const monitorPort = await freePort(18_222)
    const watched = await startNatsServer('-m', String(monitorPort))
    cleanups.push(watched.kill)
    const broker = await enter(watched.url)
    const subjects = async (): Promise<string[]> => {
      const answer = await fetch(`http://127.0.0.1:${monitorPort}/connz?subs=1`)
      const { connections } = (await answer.json()) as { connections: { subscriptions_list?: string[] }[] }
      return connections.flatMap(({ subscriptions_list: list }) => list ?? [])
    }
    const subscribers = ['a', 'a', 'b'].map((topic) => collect(broker, topic))
    await vi.waitFor(async () => expect(await subjects()).toHaveLength(2), within)
    for (const subject of await subjects()) expect(subject).toMatch(/^echo\.signal\.[\w-]{43}$/)
    subscribers[0]!.end()
    subscribers[2]!.end()
    await vi.waitFor(async () => expect(await subjects()).toEqual([subjectOf('a')]), within)
    subscribers[1]!.end()
    await vi.waitFor(async () => expect(await subjects()).toEqual([]), within)
  })

  it('goes on alone while the server is gone, and comes back with its topics by itself', async () => {
    const mortal = await startNatsServer()
    cleanups.push(mortal.kill)
    const [one, other] = [await enter(mortal.url), await enter(mortal.url)]
    const [here, there] = [collect(one, 'a'), collect(other, 'a')]
    await mortal.kill()
    await vi.waitFor(() => expect([one.status().state, other.status().state]).toEqual(['lost', 'lost']), within)
    expect(one.publish('a', '"alone"')).toBe(false)
    const late = collect(other, 'late')
    await mortal.start()
    await vi.waitFor(() => expect([one.status(), other.status()]).toEqual([{ state: 'connected' }, { state: 'connected' }]), within)
    await arrived(one, other)
    expect(one.publish('a', '"together"')).toBe(true)
    one.publish('late', '1')
    await arrived(one, other)
    expect([here.heard, there.heard, late.heard]).toEqual([['"alone"', '"together"'], ['"together"'], ['1']])
  })

  it('begins without a server, and finds it when it comes', async () => {
    const mortal = await startNatsServer()
    cleanups.push(mortal.kill)
    await mortal.kill()
    const broker = await enter(mortal.url)
    expect(broker.status()).toEqual({ state: 'lost', reason: 'connection refused' })
    await mortal.start()
    await vi.waitFor(() => expect(broker.status()).toEqual({ state: 'connected' }), within)
  })

  it('hands on any number of bytes to a server that takes them', async () => {
    const [broker, other] = [await enter(), await enter()]
    const { heard, end } = collect(other, 'much')
    await arrived(broker, other)
    const text = 'x'.repeat(60_000)
    for (let round = 0; round < 20; round++) {
      for (let count = 0; count < 10; count++) expect(broker.publish('much', text)).toBe(true)
      await arrived(broker, other)
    }
    expect(heard).toHaveLength(200)
    end()
  })

  it('keeps a bounded number of bytes for a server that does not answer, and then holds it for lost until it does', async () => {
    const slow = await startNatsServer()
    cleanups.push(slow.kill)
    const broker = await enter(slow.url)
    slow.pause()
    const text = 'x'.repeat(60_000)
    let taken = 0
    while (broker.publish('a', text)) taken++
    expect(taken * text.length).toBeGreaterThan(8_000_000)
    expect(taken * text.length).toBeLessThan(8_400_000)
    await vi.waitFor(() => expect(broker.status()).toEqual({ state: 'lost', reason: 'it does not answer' }), { timeout: 15_000 })
    slow.resume()
    await vi.waitFor(() => expect(broker.publish('a', text)).toBe(true), within)
  })

  it('does not wait for ever for a server that falls silent right after the greeting', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('INFO {"server_id":"a","version":"2.10.0","max_payload":1048576,"headers":true,"proto":1}\r\n')
      socket.once('data', () => socket.write('PONG\r\n'))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(async () => server.close())
    const broker = await enter(`nats://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(broker.status()).toEqual({ state: 'lost', reason: 'it does not answer' })
  })

  it('says why it is not let in, and repeats no password', async () => {
    const locked = await startNatsServer('--user', 'echo', '--pass', 'hush/hush')
    cleanups.push(locked.kill)
    const url = (credentials: string): string => locked.url.replace('//', `//${credentials}@`)
    for (const credentials of ['echo:wr0ng', 'wr0ngtoken']) {
      const refused = await enter(url(credentials))
      expect(refused.status()).toEqual({ state: 'lost', reason: expect.stringMatching(/authorization/i) as string })
      expect(JSON.stringify(refused.status())).not.toContain('wr0ng')
    }
    expect((await enter(url('echo:hush%2Fhush'))).status()).toEqual({ state: 'connected' })
  })

  it('says that it may not use its subjects', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'echo-nats-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    const allow = { orders: '"orders.>"', signal: '["echo.signal.>"]' }
    const users = Object.entries(allow).map(([name, it]) => `{user: ${name}, password: p, permissions: {publish: ${it}, subscribe: ${it}}}`)
    await writeFile(join(folder, 'nats.conf'), `authorization { users = [${users.join()}] }`)
    const strict = await startNatsServer('-c', join(folder, 'nats.conf'))
    cleanups.push(strict.kill)
    const statusOf = async (user: string): Promise<unknown> => (await enter(strict.url.replace('//', `//${user}:p@`))).status()
    expect(await statusOf('orders')).toEqual({ state: 'lost', reason: expect.stringMatching(/permissions.*echo\.signal/i) as string })
    expect(await statusOf('signal')).toEqual({ state: 'connected' })
  })
})

describe('signaling servers that share a broker', () => {
  interface Client {
    readonly socket: WebSocket
    readonly heard: Record<string, unknown>[]
    say(message: unknown): void
  }

  async function serve(options: SignalingServerOptions): Promise<SignalingServer> {
    const server = await createSignalingServer({ port: 0, ...options })
    cleanups.push(server.close)
    return server
  }

  async function connect(server: SignalingServer): Promise<Client> {
    const socket = new WebSocket(server.url)
    cleanups.push(async () => socket.terminate())
    const heard: Record<string, unknown>[] = []
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as Record<string, unknown>))
    await once(socket, 'open')
    return { socket, heard, say: (message) => socket.send(JSON.stringify(message)) }
  }

  const subscribe = (client: Client, topic: string): void => client.say({ type: 'subscribe', topics: [topic] })
  const publish = (client: Client, topic: string, data: unknown): void => client.say({ type: 'publish', topic, data })

  it('let whoever announces itself right after subscribing be found, twenty times of twenty', async () => {
    const [one, other] = [await serve({ broker: await enter() }), await serve({ broker: await enter() })]
    const times: number[] = []
    for (let trial = 0; trial < 20; trial++) {
      const topic = `room ${trial}`
      const [alice, bob] = [await connect(one), await connect(other)]
      const startMs = performance.now()
      // At the same moment: whichever subscription is second at the broker, the announcement after it meets both.
      for (const client of [alice, bob]) {
        subscribe(client, topic)
        publish(client, topic, client === alice ? 'alice' : 'bob')
      }
      await vi.waitFor(() => {
        const isFound = alice.heard.some(({ data }) => data === 'bob') || bob.heard.some(({ data }) => data === 'alice')
        expect(isFound).toBe(true)
      }, within)
      const [finder, found] = alice.heard.some(({ data }) => data === 'bob') ? [alice, bob] : [bob, alice]
      publish(finder, topic, 'offer')
      await vi.waitFor(() => expect(found.heard.at(-1)).toEqual({ type: 'publish', topic, data: 'offer', clients: 1 }), within)
      times.push(performance.now() - startMs)
      for (const { heard } of [alice, bob]) expect(new Set(heard.map(({ data }) => data)).size).toBe(heard.length)
    }
    times.sort((a, b) => a - b)
    console.info(`found over two instances and answered, ms: p50 ${times[9]!.toFixed(1)}, p95 ${times[18]!.toFixed(1)}`)
  })

  it('drop what comes from the broker and is no JSON, or too long', async () => {
    const server = await serve({ broker: await enter() })
    const alice = await connect(server)
    subscribe(alice, 'a')
    await vi.waitFor(() => expect(server.stats().topics).toBe(1), within)
    const stranger = await connectNats({ servers: nats.url })
    cleanups.push(() => stranger.close())
    const texts = ['', 'nonsense', '{"a":', '1,"type":"pong"', '"}', `"${'x'.repeat(70_000)}"`, '['.repeat(30_000)]
    for (const text of texts) stranger.publish(subjectOf('a'), text)
    stranger.publish(subjectOf('a'), Uint8Array.of(0xff, 0xfe))
    stranger.publish(subjectOf('a'), '{"honest":[1]}')
    await vi.waitFor(() => expect(alice.heard).toEqual([{ type: 'publish', topic: 'a', data: { honest: [1] }, clients: 1 }]), within)
    expect(server.stats().dropped).toMatchObject({ 'broker-junk': texts.length + 1, junk: 0 })
  })

  it('tell and count it while the broker is lost, and have their clients announce themselves again when it is back', async () => {
    const mortal = await startNatsServer()
    cleanups.push(mortal.kill)
    const server = await serve({ broker: await enter(mortal.url) })
    const [alice, bystander] = [await connect(server), await connect(server)]
    subscribe(alice, 'a')
    const health = async (): Promise<unknown> => (await fetch(`${server.url.replace('ws:', 'http:')}/health`)).json()
    await vi.waitFor(async () => expect(await health()).toEqual({ status: 'ok', connections: 2, topics: 1, broker: 'connected' }), within)
    await mortal.kill()
    await vi.waitFor(async () => expect(await health()).toMatchObject({ broker: 'lost' }), within)
    publish(alice, 'a', 'alone')
    await vi.waitFor(() => expect(alice.heard).toHaveLength(1), within)
    expect(server.stats()).toMatchObject({ broker: 'lost', dropped: { broker: 1 } })
    const closed = once(alice.socket, 'close')
    await mortal.start()
    expect((await closed)[0]).toBe(1_012)
    await vi.waitFor(() => expect(server.stats()).toMatchObject({ connections: 1, topics: 0, broker: 'connected' }), within)
    expect(bystander.socket.readyState).toBe(WebSocket.OPEN)
  })
})

function subjectOf(topic: string): string {
  return `echo.signal.${createHash('sha256').update(topic).digest('base64url')}`
}
