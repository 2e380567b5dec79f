import { systemClock, systemRandom, type Clock } from '../shared/ports.ts'
import { createMemorySwarm, type MemorySwarm } from '../network/memory/memorySwarm.ts'
import type { Space } from '../client/echo.ts'
import { createSimulatedCrypto } from './simulatedCrypto.ts'
import { createWebCrypto } from '../crypto/webCrypto.ts'
import { createSeededRandom } from './seededRandom.ts'
import { createMaliciousPeer, type MaliciousPeer } from './maliciousPeer.ts'
import { patchedTabOf } from './patchedClient.ts'
import { createTestInvitations, type TestInvitations } from './testInvitations.ts'
import { createTestNetwork, type TestNetwork } from './testNetwork.ts'
import { createTestPeer, type HostedTestPeer, type PeerOptions, type TestPeer } from './testPeer.ts'

export type { TestPeer } from './testPeer.ts'
export { until } from './until.ts'

/** What {@link setup} can be told; everything has a default. */
export interface SetupOptions extends PeerOptions {
  /** A seed makes latencies, faults and ids reproducible. */
  readonly seed?: number
  /** The time of all peers; the machine's by default. With a simulated one, what takes ten minutes is over at once. */
  readonly clock?: Clock
  /** Least and most milliseconds that a frame travels between peers; {@link TestNetwork.setLatency} changes it. Default: [0, 2]. */
  readonly latencyMs?: readonly [number, number]
}

/** The world of a test: peers by name, and the network between them. */
export type TestWorld<Name extends string> = { readonly [P in Name]: TestPeer } & TestInvitations & {
    /** Partition, loss and latency between the peers. */
    readonly network: TestNetwork
    /** The wires below, by the names of tabs (`alice 1`, after a restart `alice 2`): to watch, alter and cut single ones. */
    readonly swarm: MemorySwarm
    /** `from` makes a space and every other peer named joins it through an invitation. @returns each one's handle, `from` first */
    shareSpace<Others extends readonly TestPeer[]>(
      name: string,
      from: TestPeer,
      ...others: Others
    ): Promise<[Space, ...{ -readonly [Index in keyof Others]: Space }]>
    /**
     * Replaces the app of a member by one that keeps no rule: closes its tabs, takes its keys, and meets the others of the space.
     * @throws (rejects) Error where the peer is no member, or nobody else of the space is online
     * @example
     * import { setup, until } from 'echo-react/testing'
     *
     * const errors: string[] = []
     * const { alice, mallory, shareSpace, turnMalicious } = await setup('alice', 'mallory', { onError: ({ code }) => errors.push(code) })
     * const [hers] = await shareSpace('Garden', alice, mallory)
     * const attacker = await turnMalicious(mallory, hers)
     * await attacker.misbehave('break-rule')
     * await until(hers.diagnostics, (findings) => findings.some(({ code }) => code === 'block-refused'))
     */
    turnMalicious(peer: TestPeer, space: Space): Promise<MaliciousPeer>
    /** Ends all tabs of all peers. Take components off the page before, as Testing Library's `cleanup` does. */
    dispose(): Promise<void>
  }

/**
 * Live peers in one process, on a network and disks in memory.
 * @example
 * const { alice, bob, shareSpace, dispose } = await setup('alice', 'bob', { types: [Task] })
 * const [hers, his] = await shareSpace('Garden', alice, bob)
 */
export async function setup<const Args extends readonly (string | SetupOptions)[]>(
  ...args: Args
): Promise<TestWorld<Extract<Args[number], string>>> {
  type Name = Extract<Args[number], string>
  const names = args.filter((arg): arg is Name => typeof arg === 'string')
  const options = (args.find((arg) => typeof arg !== 'string') as SetupOptions | undefined) ?? {}
  const clock = options.clock ?? systemClock
  const random = options.seed === undefined ? systemRandom : createSeededRandom(options.seed)
  const swarm = createMemorySwarm({ clock, random, ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }) })
  const { network, addTab } = createTestNetwork(swarm)
  const invitations = createTestInvitations(clock)
  const createCrypto = options.crypto ?? ('run' in clock ? createSimulatedCrypto : () => createWebCrypto())
  const hosted = new Map<Name, HostedTestPeer>()

  const world = {
    network,
    swarm,
    ...invitations,
    async shareSpace(name: string, from: TestPeer, ...others: readonly TestPeer[]) {
      const space = await from.echo.spaces.create({ name })
      const handles = [space]
      for (const other of others) handles.push(await invitations.join(space, other))
      return handles
    },
    async turnMalicious(peer: TestPeer, space: Space) {
      await hosted.get(peer.name as Name)?.dispose()
      addTab(peer.name, patchedTabOf(peer))
      return createMaliciousPeer(swarm, peer, space.id, await createCrypto(random))
    },
    async dispose() {
      for (const { dispose } of hosted.values()) await dispose()
      await swarm.dispose()
    },
  }
  try {
    for (const name of names) {
      if (name in world || hosted.has(name)) throw new Error(`setup: the name ${name} is taken; give this peer another one.`)
      hosted.set(
        name,
        await createTestPeer(name, { swarm, clock, random, createCrypto: async () => createCrypto(random), onTab: addTab }, options),
      )
    }
  } catch (error) {
    await world.dispose()
    throw error
  }
  const peers = [...hosted].map(([name, { peer }]) => [name, peer])
  return { ...Object.fromEntries(peers), ...world } as TestWorld<Name>
}
