import { EchoError } from '../../shared/echoError.ts'
import { systemClock, systemRandom, type Clock, type Random } from '../../shared/ports.ts'
import { toHex } from '../../shared/bytes.ts'
import { drawBetween, drawUniform } from '../chance.ts'
import { createMeetingPoint, type Stay } from './meetingPoint.ts'
import { createMemoryLink, type MemoryLink, type Passage } from './memoryLink.ts'
import { createMemoryPeer, type HostedPeer, type MemoryPeer } from './memoryPeer.ts'

export interface MemorySwarmOptions {
  /** Drives every delay; a simulated one makes the swarm reproducible. Default: the machine's. */
  readonly clock?: Clock
  /** Draws latencies, faults and fingerprints; a seeded one makes them reproducible. Default: the machine's. */
  readonly random?: Random
  /** Least and most milliseconds that a frame travels. Default: [0, 2]. */
  readonly latencyMs?: readonly [number, number]
  /** Least and most milliseconds from meeting to a connection, and from its end to the next. Default: [1, 5]. */
  readonly connectMs?: readonly [number, number]
  /** Whether connections have fingerprints, as WebRTC's do. Default: true. */
  readonly binding?: boolean
  /** Whether the peers are tabs of one profile; then there are no fingerprints. Default: false. */
  readonly sameOrigin?: boolean
  /** Most bytes of a frame. Default: 16,384. */
  readonly maxFrameBytes?: number
}

/** Probabilities from 0 to 1 for each frame; what is not named is 0. */
export interface MemoryFaults {
  readonly drop?: number
  readonly duplicate?: number
  /** The frame changes places with the one before it, where that is still under way. */
  readonly reorder?: number
  /** Most milliseconds that a frame travels longer than its latency; not a probability. */
  readonly delayMs?: number
}

/** Sees a frame under way between two peers. @returns what arrives instead: the same frame, another one, or undefined for none. */
export type Tap = (from: string, to: string, frame: Uint8Array) => Uint8Array | undefined

/** Peers in one process, and what a test does to the wires between them. */
export interface MemorySwarm {
  /** The network of a peer that has none now. @throws EchoError `bad-config` where the name is taken; dispose the old network first. */
  peer(name: string): MemoryPeer
  /** Cuts the links between groups and keeps them apart until {@link heal}; peers not named form one more group. */
  partition(groups: readonly (readonly string[])[]): void
  /** Ends partition, one-way losses and forged fingerprints. */
  heal(): void
  /** Cuts the links between two peers once; they connect again soon. */
  cut(a: string, b: string): void
  /** Loses every frame from one peer to the other until {@link heal}; nobody is told. */
  oneWay(from: string, to: string): void
  setFaults(faults: MemoryFaults): void
  /** Least and most milliseconds that a frame travels from now on. */
  setLatency(latencyMs: readonly [number, number]): void
  /** Takes a peer off the network, as a pulled plug does, or puts it back: its links are cut and no signaling answers it. {@link heal} leaves it off. */
  setPlugged(name: string, isPlugged: boolean): void
  /** Watches or alters every frame, in the order of registration. @returns the function that ends it. */
  tap(tap: Tap): () => void
  /** Makes new connections of two peers look as if someone sat between them: both see a stranger's fingerprint. Until {@link heal}. */
  forgeBinding(a: string, b: string): void
  /** Switches the signaling: while it is down nobody meets, and links that exist go on. */
  setSignaling(isUp: boolean): void
  /** Links that stand now, over all rooms. */
  linkCount(): number
  dispose(): Promise<void>
}

/**
 * A network within this process: contract-true, with faults at will, driven by its clock and random source alone.
 * @example
 * const swarm = createMemorySwarm()
 * const alice = swarm.peer('alice')
 * const room = alice.enter({ name: 'r', password: 'p' }, (connection) => { connection.onFrame = (frame) => console.log(frame.length) })
 */
export function createMemorySwarm(options: MemorySwarmOptions = {}): MemorySwarm {
  const { clock = systemClock, random = systemRandom, connectMs = [1, 5] } = options
  const { binding = true, sameOrigin = false, maxFrameBytes = 16_384 } = options
  const swarmId = toHex(random.bytes(4))
  const peersByName = new Map<string, HostedPeer>()
  const taps = new Set<Tap>()
  const mutedWays = new Set<string>()
  const forgedPairs = new Set<string>()
  let groups: readonly (readonly string[])[] = []
  let faults: MemoryFaults = {}
  let latencyMs = options.latencyMs ?? [0, 2]
  const unplugged = new Set<string>()
  let isSignalingUp = true
  let lastStayId = 0
  let lastLinkId = 0

  const meetingPoint = createMeetingPoint({ clock, drawConnectMs: () => drawBetween(random, connectMs), mayMeet, createLink })

  function groupOf(name: string): number {
    return groups.findIndex((group) => group.includes(name))
  }

  function isApart(a: string, b: string): boolean {
    return groupOf(a) !== groupOf(b)
  }

  function mayMeet(a: Stay, b: Stay): boolean {
    return !isApart(a.peerName, b.peerName) && !unplugged.has(a.peerName) && !unplugged.has(b.peerName)
  }

  function createLink(a: Stay, b: Stay, onEnded: () => void): MemoryLink {
    const number = ++lastLinkId
    const names = [a.peerName, b.peerName] as const
    return createMemoryLink({
      clock,
      names,
      ids: [`memory-${swarmId}-${number}-${names[0]}`, `memory-${swarmId}-${number}-${names[1]}`],
      sameOrigin,
      bindings: drawBindings(...names),
      maxFrameBytes,
      drawLatencyMs: () => drawBetween(random, latencyMs) + (faults.delayMs === undefined ? 0 : drawBetween(random, [0, faults.delayMs])),
      pass,
      onEnded,
    })
  }

  function drawBindings(a: string, b: string): Parameters<typeof createMemoryLink>[0]['bindings'] {
    if (!binding || sameOrigin) return [undefined, undefined]
    const [first, second] = [random.bytes(32), random.bytes(32)]
    const isForged = forgedPairs.has(wayOf(a, b)) || forgedPairs.has(wayOf(b, a))
    return [
      { local: first, remote: isForged ? random.bytes(32) : second },
      { local: second, remote: isForged ? random.bytes(32) : first },
    ]
  }

  function happens(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && drawUniform(random) < probability
  }

  function pass(from: string, to: string, frame: Uint8Array): Passage {
    let tapped: Uint8Array | undefined = frame
    for (const tap of taps) {
      if (tapped !== undefined) tapped = tap(from, to, tapped)
    }
    if (tapped === undefined || mutedWays.has(wayOf(from, to)) || happens(faults.drop)) return { frames: [], isLate: false }
    const frames = happens(faults.duplicate) ? [tapped, tapped.slice()] : [tapped]
    return { frames, isLate: happens(faults.reorder) }
  }

  return {
    peer: (name) => {
      if (peersByName.has(name)) throw new EchoError('bad-config', `The swarm has a peer ${name} already: dispose its network first.`)
      const host = { clock, meetingPoint, nextStayId: () => ++lastStayId, isSignalingUp: () => isSignalingUp && !unplugged.has(name) }
      const hosted = createMemoryPeer(name, host, () => peersByName.delete(name))
      peersByName.set(name, hosted)
      return hosted.network
    },
    partition: (next) => {
      groups = next
      meetingPoint.recheck()
    },
    heal: () => {
      groups = []
      mutedWays.clear()
      forgedPairs.clear()
      meetingPoint.recheck()
    },
    cut: meetingPoint.cut,
    oneWay: (from, to) => void mutedWays.add(wayOf(from, to)),
    setFaults: (next) => {
      faults = next
    },
    setLatency: (next) => {
      latencyMs = next
    },
    setPlugged: (name, isPlugged) => {
      if (isPlugged) unplugged.delete(name)
      else unplugged.add(name)
      meetingPoint.recheck()
      peersByName.get(name)?.refreshState()
    },
    tap: (tap) => {
      taps.add(tap)
      return () => void taps.delete(tap)
    },
    forgeBinding: (a, b) => void forgedPairs.add(wayOf(a, b)),
    setSignaling: (isUp) => {
      isSignalingUp = isUp
      meetingPoint.setOpen(isUp)
      for (const peer of peersByName.values()) peer.refreshState()
    },
    linkCount: meetingPoint.linkCount,
    dispose: async () => {
      for (const peer of [...peersByName.values()]) await peer.network.dispose()
    },
  }
}

function wayOf(from: string, to: string): string {
  return JSON.stringify([from, to])
}
