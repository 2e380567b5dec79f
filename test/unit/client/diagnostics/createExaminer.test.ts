import { describe, expect, it } from 'vitest'
import { createExaminer } from '../../../../src/client/diagnostics/createExaminer.ts'
import type { SpaceHandle } from '../../../../src/client/spaces/createSpaceHandle.ts'
import type { Network, NetworkFacts, NetworkState } from '../../../../src/network/network.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'

const server = { url: 'wss://ann:geheim@signal.example/geheim?token=geheim', status: 'answers', roundTripMs: 12, sinceMs: 0 } as const
const relay = { url: 'turn:turn.example:3478?transport=tcp', status: 'works', reason: undefined } as const
const found: NetworkFacts = {
  servers: [server],
  ways: { addresses: { local: 1, public: 0, relayed: 1 }, relays: [relay], connecting: 0, isFailing: false },
  connections: [{ id: 'link', path: 'relayed', bytesSent: 5, bytesReceived: 7, roundTripMs: 3, sinceMs: 1 }],
}

function setup() {
  const clock = createSimulatedClock()
  const link = { id: 'link', peer: { identity: 'bob', device: 'laptop' }, lacking: 0, clockAheadMs: undefined }
  const values = (value: unknown) => ({ get: () => value })
  const handle = {
    space: {
      id: 'garden',
      info: values({ name: 'Geheimgarten' }),
      state: values({ status: 'ready' }),
      members: values([
        { id: 'alice', name: 'Alice' },
        { id: 'bob', name: 'Bob' },
      ]),
    },
    open: { replication: { inspect: () => ({ isInRoom: true, links: [link], refused: [] }), state: values({ newer: false }) } },
  } as unknown as SpaceHandle
  const state = values({ status: 'online', connections: 1 } satisfies NetworkState) as Network['state']
  const examine = createExaminer({
    clock,
    network: { inspect: () => Promise.resolve(found) } as Network,
    control: { state, isLeading: () => true },
    handles: () => [handle],
    only: undefined,
  })
  return { clock, link, examine }
}

describe('an examination', () => {
  it('puts together what the network and the space know of a peer, and keeps secrets of addresses to itself', async () => {
    const seen = await setup().examine()
    expect(seen.peers).toMatchObject([
      { path: 'relayed', bytesSent: 5, bytesReceived: 7, name: 'Bob', identity: 'bob', space: { name: 'Geheimgarten' } },
    ])
    expect(seen.report()).toContain('Server wss://signal.example/…: answers, round trip 12 ms')
    expect(seen.report()).toContain('Relay turn:turn.example:3478?transport=tcp: works')
    expect(`${JSON.stringify(seen.servers)}${seen.report()}`).not.toMatch(/geheim|ann/i)
  })

  it('calls it a lag where something has been lacking all the time for half a minute, and not where it comes and goes', async () => {
    const { clock, link, examine } = setup()
    const codesAfter = async (ms: number, lacking: number): Promise<readonly string[]> => {
      await clock.run(ms)
      link.lacking = lacking
      return (await examine()).findings.map(({ code }) => code)
    }
    expect(await codesAfter(0, 3)).toEqual([])
    expect(await codesAfter(29_000, 0)).toEqual([])
    expect(await codesAfter(60_000, 2)).toEqual([])
    expect(await codesAfter(29_000, 1)).toEqual([])
    expect(await codesAfter(1_000, 1)).toEqual(['lagging'])
    expect(await codesAfter(1_000, 0)).toEqual([])
  })
})
