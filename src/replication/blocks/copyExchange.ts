import type { BlockId, DeviceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import type { BlockGraph, BlockNode, FeedKey } from '../../feed/graph/blockGraph.ts'
import type { BlockStore } from '../../feed/store/blockStore.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { deviceOf } from '../link/fairOutbox.ts'
import type { Link } from '../link/link.ts'
import { maxStoredHeads } from '../link/linkMessages.ts'

/** Who has stored all that this device wrote, by their own word. */
export interface Copies {
  /** This person's other devices. */
  readonly own: number
  /** Other members; each counts once, whatever number of devices has it. */
  readonly others: number
}

export const noCopies: Copies = { own: 0, others: 0 }

/**
 * Who has stored what whom wrote. Heads say what somebody has received, which may be lost with his page; here each tells a member what of its blocks is on
 * his disk. What a device said last counts until the page ends, also while it is away. Tabs tell each other what members said to one of them.
 *
 * What an attacker can do: a member can claim to have stored what he has not, as he can delete what he has; it counts as one, and for nobody else.
 */
export interface CopyExchange {
  /** Who has all of the own blocks that are in the graph; the same object while that stays so. Costs the own feeds for each device that said something. */
  count(): Copies
  onLink(link: Link): void
  /** A block is new in the graph. */
  note(node: BlockNode): void
  /** Devices say which of a device's newest blocks they have stored. */
  onMessage(link: Link, message: StoredMessage): void
  onUnlink(link: Link): void
}

/** `by` has stored these blocks, the newest of each branch of the receiver's feeds, and what comes before them in those. */
export interface StoredMessage {
  readonly by: DeviceId
  readonly blocks: readonly BlockId[]
}

/** Longer than a block takes to the disk. */
const sayAfterMs = 100
/** A device that writes on is told no more often. */
const sayEveryMs = 1_000

export function createCopyExchange(options: {
  readonly clock: Clock
  readonly identity: LocalIdentity
  readonly log: Pick<MembershipLog, 'device'>
  readonly graph: BlockGraph
  readonly store: Pick<BlockStore, 'flush'>
  readonly links: () => Iterable<Link>
}): CopyExchange {
  const { clock, identity, log, graph, store, links } = options
  const ownFeeds = feedsOf(identity.deviceId)
  /** What each device said last. */
  const claims = new Map<DeviceId, ReadonlySet<BlockId>>()
  const tellers = new Map<Link, { readonly feeds: Set<FeedKey>; timer: Timer | undefined; saidMs: number }>()
  let counted = noCopies

  function feedsOf(device: DeviceId): Set<FeedKey> {
    return new Set(graph.tips().flatMap(({ feed }) => (deviceOf(feed) === device ? [feed] : [])))
  }

  function tipsOf(feeds: ReadonlySet<FeedKey>): readonly BlockId[] {
    return [...feeds].flatMap((feed) => graph.tipsOf(feed).map(({ id }) => id))
  }

  function saySoon(link: Link): void {
    const teller = tellers.get(link)
    if (teller === undefined || teller.feeds.size === 0) return
    const waitMs = Math.max(sayAfterMs, Math.min(sayEveryMs, teller.saidMs + sayEveryMs - clock.now()))
    teller.timer ??= clock.after(waitMs, () => void say(link))
  }

  async function say(link: Link): Promise<void> {
    const teller = tellers.get(link)!
    teller.timer = undefined
    teller.saidMs = clock.now()
    const blocks = tipsOf(teller.feeds)
    try {
      await store.flush()
    } catch {
      // The store says itself that the disk did not take them, and tries again.
      return saySoon(link)
    }
    // More come of no device that keeps to its slots; a part of them would say nothing.
    if (tellers.get(link) === teller && blocks.length <= maxStoredHeads) link.send({ type: 'stored', by: identity.deviceId, blocks })
  }

  return {
    count() {
      const tips = tipsOf(ownFeeds)
      const people = new Set<string>()
      let own = 0
      for (const [device, blocks] of tips.length === 0 ? [] : claims) {
        const member = log.device(device)?.member
        if (member === undefined || !tips.every((id) => blocks.has(id))) continue
        if (member.identity === identity.id) own++
        else people.add(member.identity)
      }
      if (counted.own !== own || counted.others !== people.size) counted = { own, others: people.size }
      return counted
    },
    onLink(link) {
      if (link.peer === undefined) {
        for (const [by, blocks] of claims) link.send({ type: 'stored', by, blocks: [...blocks] })
        return
      }
      tellers.set(link, { feeds: feedsOf(link.peer.device), timer: undefined, saidMs: -Infinity })
      saySoon(link)
    },
    note(node) {
      const device = deviceOf(node.feed)
      if (device === identity.deviceId) ownFeeds.add(node.feed)
      for (const [link, { feeds }] of tellers) {
        if (link.peer!.device !== device) continue
        feeds.add(node.feed)
        saySoon(link)
      }
    },
    onMessage(link, { by, blocks }) {
      // A member speaks for its own device only; a sister tab passes on what it heard.
      if (by === identity.deviceId || log.device(by) === undefined || (link.peer !== undefined && link.peer.device !== by)) return
      claims.set(by, new Set(blocks))
      if (link.peer === undefined) return
      for (const tab of links()) if (tab.peer === undefined) tab.send({ type: 'stored', by, blocks })
    },
    onUnlink(link) {
      clock.clear(tellers.get(link)?.timer)
      tellers.delete(link)
    },
  }
}
