import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Connection, Network } from '../../../../src/network/network.ts'
import { createTabsNetwork } from '../../../../src/network/tabs/tabsNetwork.ts'
import { describeNetwork } from '../../../../src/testing/networkAcceptance.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'

describeNetwork('tabs', () => {
  const app = crypto.randomUUID()
  return { createPeer: () => createTabsNetwork({ app }), connectMs: 3_000, hasBinding: false, sameOrigin: true }
})

describe('a network of tabs', () => {
  const networks: Network[] = []
  const channels: BroadcastChannel[] = []
  afterEach(async () => {
    await Promise.all(networks.splice(0).map((network) => network.dispose()))
    for (const channel of channels.splice(0)) channel.close()
    vi.unstubAllGlobals()
  })

  function enter(network: Network, name = 'room'): { connections: Connection[]; received: Uint8Array[] } {
    networks.push(network)
    const connections: Connection[] = []
    const received: Uint8Array[] = []
    network.enter({ name, password: '' }, (connection) => {
      connections.push(connection)
      connection.onFrame = (frame) => received.push(frame)
      connection.onClose = () => connections.splice(connections.indexOf(connection), 1)
    })
    return { connections, received }
  }

  function listen(app: string, name = 'room'): { channel: BroadcastChannel; heard: Record<string, unknown>[] } {
    const channel = new BroadcastChannel(`echo/${app}/${name}`)
    channels.push(channel)
    const heard: Record<string, unknown>[] = []
    channel.onmessage = (event: MessageEvent) => heard.push(event.data as Record<string, unknown>)
    return { channel, heard }
  }

  it('keeps apps apart', async () => {
    const [a, b] = [enter(createTabsNetwork({ app: crypto.randomUUID() })), enter(createTabsNetwork({ app: crypto.randomUUID() }))]
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([a.connections.length, b.connections.length]).toEqual([0, 0])
  })

  it('closes the link with a tab that does not answer for two questions, and links again with its next hello', async () => {
    const app = crypto.randomUUID()
    const clock = createSimulatedClock()
    const { channel, heard } = listen(app)
    const tab = createTabsNetwork({ app, clock })
    const alice = enter(tab)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    // An id above every hexadecimal one, so that the real tab opens the link.
    channel.postMessage({ kind: 'hello', from: 'z' })
    await vi.waitFor(() => expect(alice.connections).toHaveLength(1))
    const link = heard.find(({ kind }) => kind === 'open')!['link']
    await clock.run(5_000)
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ kind: 'ping', link }))
    channel.postMessage({ kind: 'pong', from: 'z', to: heard[0]!['from'], link })
    await vi.waitFor(async () => {
      await clock.run(0)
      expect(alice.connections).toHaveLength(1)
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await clock.run(5_000)
    expect(alice.connections).toHaveLength(1)
    await clock.run(5_000)
    expect(alice.connections).toHaveLength(0)
    expect(tab.diagnostics.get().map(({ code }) => code)).toEqual(['peer-silent'])
    channel.postMessage({ kind: 'hello', from: 'z' })
    await vi.waitFor(() => expect(alice.connections).toHaveLength(1))
  })

  it('does not blame others for its own sleep', async () => {
    const app = crypto.randomUUID()
    let jumpMs = 0
    const clock = createSimulatedClock()
    const sleepy = { ...clock, now: () => clock.now() + jumpMs }
    const { channel } = listen(app)
    const alice = enter(createTabsNetwork({ app, clock: sleepy }))
    channel.postMessage({ kind: 'hello', from: 'z' })
    await vi.waitFor(() => expect(alice.connections).toHaveLength(1))
    await clock.run(5_000)
    jumpMs = 60_000
    await clock.run(5_000)
    expect(alice.connections).toHaveLength(1)
    await clock.run(5_000)
    expect(alice.connections).toHaveLength(0)
  })

  it('tells a tab that speaks on a forgotten link to close it', async () => {
    const app = crypto.randomUUID()
    const { channel, heard } = listen(app)
    const alice = enter(createTabsNetwork({ app }))
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    const to = heard[0]!['from']
    channel.postMessage({ kind: 'frame', from: 'z', to, link: 'gone', frame: Uint8Array.of(1) })
    await vi.waitFor(() => expect(heard.at(-1)).toEqual({ kind: 'close', from: to, to: 'z', link: 'gone' }))
    channel.postMessage({ kind: 'close', from: 'z', to, link: 'gone' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard).toHaveLength(2)
    expect([alice.connections.length, alice.received.length]).toEqual([0, 0])
  })

  it('survives messages of any shape', async () => {
    const app = crypto.randomUUID()
    const { channel, heard } = listen(app)
    const [alice, bob] = [enter(createTabsNetwork({ app })), enter(createTabsNetwork({ app }))]
    await vi.waitFor(() => expect([alice.connections.length, bob.connections.length]).toEqual([1, 1]))
    const open = heard.find(({ kind }) => kind === 'open')!
    const address = { from: open['from'], to: open['to'], link: open['link'] }
    const hostile = [
      null,
      1,
      'hello',
      [],
      {},
      { kind: 'hello' },
      { kind: 'hello', from: 'x'.repeat(65) },
      { kind: 'hello', from: 5 },
      { kind: 'hello', from: 'x', to: {} },
      { kind: 'frame', ...address, frame: 'text' },
      { kind: 'frame', ...address, frame: new Uint8Array(262_145) },
      { kind: 'frame', ...address, frame: [1] },
      { kind: 'ack', ...address, bytes: -1 },
      { kind: 'ack', ...address, bytes: Number.NaN },
      { kind: 'ack', ...address, bytes: Infinity },
      { kind: '__proto__', ...address },
      { ...address },
    ]
    for (const message of hostile) channel.postMessage(message)
    await new Promise((resolve) => setTimeout(resolve, 50))
    alice.connections[0]!.send(Uint8Array.of(1))
    bob.connections[0]!.send(new Uint8Array(262_144).subarray(1_000, 1_003))
    await vi.waitFor(() => expect([alice.received.length, bob.received.length]).toEqual([1, 1]))
    expect(alice.received[0]!.buffer.byteLength).toBe(3)
  })

  it('says that it is unsupported where there is no BroadcastChannel', async () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    const tab = createTabsNetwork({ app: 'x' })
    const alice = enter(tab)
    expect(tab.state.get()).toMatchObject({ status: 'unsupported', error: { code: 'bad-config' } })
    expect(alice.connections).toHaveLength(0)
  })
})
