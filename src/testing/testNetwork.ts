import type { MemorySwarm } from '../network/memory/memorySwarm.ts'
import type { TestPeer } from './testPeer.ts'

/** What a test does to the network between its peers. One peer alone goes off line by {@link TestPeer.goOffline}. */
export interface TestNetwork {
  /**
   * Cuts the links between groups and keeps them apart until {@link heal}, whatever tabs they open or restart meanwhile; peers not named form one more group.
   * Everyone still reaches the signaling: `network.state` stays `online`.
   * @example
   * import { setup } from 'echo-react/testing'
   *
   * const { alice, bob, cleo, network } = await setup('alice', 'bob', 'cleo')
   * network.partition([alice], [bob, cleo])
   * network.heal()
   */
  partition(...groups: readonly (readonly TestPeer[])[]): void
  /** Ends {@link partition}: links come back within milliseconds. */
  heal(): void
  /**
   * Loses this share of all frames, 0 to 1, from now on; nobody is told. WebRTC itself sends again what the wire lost, so a link that misses a frame is taken
   * for broken as soon as that is noticed, and made anew: everything still gets there, but seconds later. A simulated clock makes them short.
   */
  setLoss(probability: number): void
  /** Least and most milliseconds that a frame travels from now on. */
  setLatency(leastMs: number, mostMs: number): void
}

/** The network of a test, and who is on it. */
export interface PeopledNetwork {
  readonly network: TestNetwork
  /** Notes a further tab of a peer before it enters the swarm: it stands where its peer does. */
  addTab(peer: string, tab: string): void
}

export function createTestNetwork(swarm: MemorySwarm): PeopledNetwork {
  const tabsOfPeers = new Map<string, readonly string[]>()
  let groups: readonly (readonly TestPeer[])[] = []

  function keepApart(): void {
    swarm.partition(groups.map((group) => group.flatMap(({ name }) => tabsOfPeers.get(name) ?? [])))
  }

  return {
    addTab(peer, tab) {
      tabsOfPeers.set(peer, [...(tabsOfPeers.get(peer) ?? []), tab])
      if (groups.length > 0) keepApart()
    },
    network: {
      partition(...next) {
        groups = next
        keepApart()
      },
      heal() {
        groups = []
        swarm.heal()
      },
      setLoss: (probability) => swarm.setFaults({ drop: probability }),
      setLatency: (leastMs, mostMs) => swarm.setLatency([leastMs, mostMs]),
    },
  }
}
