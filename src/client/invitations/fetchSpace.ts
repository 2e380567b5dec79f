import { idBytes, toId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { Timer } from '../../shared/ports.ts'
import type { Connection, Network, Room } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { createMembershipLog } from '../../access/createMembershipLog.ts'
import { epochRendezvous } from '../../access/keys/epochKeys.ts'
import type { EpochKey } from '../../access/keys/keyRing.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import type { Channel } from '../../replication/link/channel.ts'
import type { FeedKey } from '../../feed/graph/blockGraph.ts'
import { maxContentHeads, type ContentHead } from '../../replication/joining/joinMessages.ts'
import type { Link } from '../../replication/link/link.ts'
import { linkHandshake } from '../../replication/link/linkHandshake.ts'
import { decodeLinkMessage } from '../../replication/link/linkMessages.ts'
import { proveMembership } from '../../replication/link/proveMembership.ts'
import type { EchoPorts } from '../echo.ts'

/** A space of which this device knew only the key: its log, in which the device is listed, and what there is to wait for. */
export interface FetchedSpace {
  readonly space: SpaceId
  readonly key: EpochKey
  readonly log: OperationLog
  readonly content: readonly ContentHead[]
}

export interface FetchSpaceOptions {
  readonly ports: EchoPorts
  readonly network: Network
  readonly identity: LocalIdentity
  readonly space: SpaceId
  readonly key: EpochKey
  /** Operations that list this device, where it can write them itself (it has the phrase). */
  readonly listSelf: (log: OperationLog) => Promise<readonly Uint8Array[]>
  readonly onFetched: (fetched: FetchedSpace) => void
  readonly onFault: (error: unknown) => void
}

/** A member may lie, or know little: others are heard for so long after the first, and what any of them names is waited for. */
const othersWithinMs = 2_000
/** Where no member named anything by then, there is nothing to wait for: what there is comes later like anything new. */
const headsWithinMs = 5_000

/**
 * Gets the membership log of a space whose key another of the person's devices gave. It meets members in the key's room as they meet each other; with
 * the key proven, operations flow both ways although the log is empty. When the log lists this device and a member has said what it holds, there is
 * enough to open the space as any other: what it waits for then is the most that any of the members heard has named of each feed.
 */
export function fetchSpace(options: FetchSpaceOptions): { dispose(): void } {
  const { ports, identity, space, key } = options
  const { crypto, clock } = ports
  const log = createMembershipLog({ crypto, space })
  const links = new Set<Link>()
  const channels = new Set<Channel>()
  const heads = new Map<FeedKey, number>()
  /** Enough was heard. */
  let isHeard = false
  let isListing = false
  let isOver = false
  let timers: readonly Timer[] = []
  const stops = [
    log.onAdded((operation) => {
      for (const link of links) link.send({ type: 'ops', operations: [operation] })
    }),
    log.state.subscribe(() => {
      void list().catch(options.onFault)
      look()
    }),
  ]
  const { room: name, password } = epochRendezvous(crypto, idBytes(space), key.key)
  const room: Room = options.network.enter({ name, password }, (connection) => void meet(connection).catch(options.onFault))

  async function list(): Promise<void> {
    if (isListing || isListed() || log.admissionsOf(identity.id).length === 0) return
    isListing = true
    try {
      for (const operation of await options.listSelf(log)) await log.add(operation)
    } finally {
      isListing = false
    }
  }

  function isListed(): boolean {
    return log.device(identity.deviceId) !== undefined
  }

  async function meet(connection: Connection): Promise<void> {
    const secure = await linkHandshake(connection, { ...ports, identity, space, key, log })
    if (!secure.ok) return
    if (isOver) return secure.value.channel.close()
    const { channel } = secure.value
    channels.add(channel)
    const proof = proveMembership(
      { ...secure.value, device: toId<DeviceId>(secure.value.device) },
      { log, clock, isOlder: false, onMember: () => hear(channel) },
    )
    links.add(proof.link)
    await proof.failed
    links.delete(proof.link)
    channels.delete(channel)
    channel.close()
  }

  /** A member: what it holds is what this device has to wait for. */
  function hear(channel: Channel): void {
    const enough = (): void => {
      isHeard = true
      look()
    }
    if (timers.length === 0) timers = [clock.after(othersWithinMs, () => heads.size > 0 && enough()), clock.after(headsWithinMs, enough)]
    channel.onClose = () => channels.delete(channel)
    channel.onMessage = async (bytes) => {
      const message = decodeLinkMessage(bytes)
      if (!message.ok) return channel.close()
      if (message.value.type === 'ops') for (const operation of message.value.operations) await log.add(operation)
      if (message.value.type === 'heads') for (const { feed, seq } of message.value.heads) note(feed, seq)
      look()
    }
  }

  function note(feed: FeedKey, seq: number): void {
    if (heads.size < maxContentHeads || heads.has(feed)) heads.set(feed, Math.max(seq, heads.get(feed) ?? 0))
  }

  function look(): void {
    const isNamed = log.epochs().some((epoch) => epoch.usable && toId(epoch.keyId) === toId(key.id))
    if (isOver || !isHeard || !isNamed || !isListed()) return
    const content = [...heads].map(([feed, seq]) => ({ feed, seq }))
    void end().then(() => options.onFetched({ space, key, log, content }), options.onFault)
  }

  async function end(): Promise<void> {
    isOver = true
    for (const timer of timers) clock.clear(timer)
    for (const stop of stops) stop()
    for (const channel of channels) channel.close()
    await room.leave()
  }

  return {
    dispose() {
      if (!isOver) void end().catch(options.onFault)
    },
  }
}
