import type { ReceiveOutcome } from '../../feed/blockReceiver.ts'
import type { BlockExchange } from '../blocks/blockExchange.ts'
import { maxUnacknowledged } from '../blocks/blockIntake.ts'
import type { BroadcastExchange } from '../presence/broadcastExchange.ts'
import type { CopyExchange } from '../blocks/copyExchange.ts'
import type { KeyHanding } from '../blocks/keyHanding.ts'
import type { Link } from './link.ts'
import { createLinkLimits } from './linkLimits.ts'
import { decodeLinkMessage, portionsOf, type LinkMessage } from './linkMessages.ts'
import type { NewerVersions } from './newerVersions.ts'
import type { PresenceExchange } from '../presence/presenceExchange.ts'
import type { ProfileExchange } from '../presence/profileExchange.ts'
import type { SpaceReplicationOptions } from '../spaceReplication.ts'

/** Whoever answers the messages of links, and what they ask of the rest of the traffic. */
export interface LinkTrafficOptions extends Pick<
  SpaceReplicationOptions,
  'clock' | 'log' | 'sealAnew' | 'onHeads' | 'onRefused' | 'onNewerVersion' | 'onFault'
> {
  readonly keyHanding: KeyHanding
  readonly newerVersions: NewerVersions
  readonly presence: PresenceExchange
  readonly broadcasts: BroadcastExchange
  readonly profiles: ProfileExchange
  readonly copies: CopyExchange
  readonly links: () => Iterable<readonly [Link, BlockExchange]>
  /** A sister tab says how many peers are linked to it. */
  readonly onReach: (peers: number) => void
  /** A link sent what does not belong; `weight` is how much of it, 1 by default, Infinity for what closes it at once. */
  readonly onStrain: (link: Link, weight?: number) => void
  /** A peer's clock showed at least this, in milliseconds since the Unix epoch. */
  readonly onTime: (link: Link, timeMs: number) => void
  /** A message has been worked through: what the state says may be another. */
  readonly onProgress: () => void
}

/**
 * What each message of a link does. Returns a function that makes a link's reader of messages; a reader decodes, bounds how often each type may
 * come, and hands the message to the exchange that it is for.
 */
export function createLinkTraffic(
  options: LinkTrafficOptions,
): (link: Link, exchange: BlockExchange) => (bytes: Uint8Array) => Promise<void> {
  const { log, sealAnew, keyHanding, newerVersions, presence, broadcasts, profiles, copies, onStrain } = options

  async function act(link: Link, exchange: BlockExchange, message: LinkMessage): Promise<void> {
    switch (message.type) {
      case 'ops':
        return addOperations(link, message.operations)
      case 'op-heads':
        return sayOperations(link, message.heads)
      case 'keys':
        return keyHanding.take(message.keys)
      case 'heads':
        if (link.peer !== undefined) sealAnew.noteElsewhere(message.heads)
        exchange.onHeads(message.heads)
        return options.onHeads()
      case 'blocks':
        judged(link, exchange.onBlocks(message.blocks), message.blocks)
        return
      case 'bundle':
        judged(link, exchange.onBundle(message.bundle))
        return
      case 'received':
        return exchange.onReceived(message.count)
      case 'spare':
        return exchange.onSpare(message.devices)
      case 'want':
        return exchange.onWant(message.blocks)
      case 'presence':
        options.onTime(link, message.presence.counter)
        return presence.onMessage(link, message.presence)
      case 'broadcast':
        return broadcasts.onMessage(link, message.broadcast)
      case 'profile-heads':
        return profiles.onHeads(link, message.heads)
      case 'profile-want':
        return profiles.onWant(link, message.ids)
      case 'profiles':
        return addProfiles(link, message.records)
      case 'stored':
        return copies.onMessage(link, message)
      case 'ping':
        return link.send({ type: 'pong' })
      case 'reach':
        if (link.peer === undefined) options.onReach(message.peers)
        return
      case 'ready':
      case 'pong':
      case 'unknown':
        return
    }
  }

  /** Not awaited: the link reads on (pings, presence) while blocks are judged; what runs ahead is bounded by the acknowledgements. */
  function judged(link: Link, judgement: Promise<readonly ReceiveOutcome[]>, blocks: readonly Uint8Array[] = []): void {
    judgement
      .then((outcomes) => {
        for (const [i, outcome] of outcomes.entries()) {
          if (outcome.status === 'newer-version' && blocks[i] !== undefined) onNewer('blocks', blocks[i], link)
          onOutcome(link, outcome, blocks[i])
        }
        options.onProgress()
      })
      .catch(options.onFault)
  }

  function onOutcome(link: Link, outcome: ReceiveOutcome, block: Uint8Array | undefined): void {
    if (outcome.status !== 'refused') return
    options.onRefused(outcome, link.peer, block)
    // Too many of a device's blocks are no fault of who passes them on, unless he goes on although we asked to be spared.
    onStrain(link, outcome.layer === 'hold' ? 1 / 128 : 1)
  }

  async function addOperations(link: Link, operations: readonly Uint8Array[]): Promise<void> {
    for (const operation of operations) {
      const added = await log.add(operation)
      if (!added.ok && added.error === 'newer-version') onNewer('ops', operation, link)
      else if (!added.ok) onStrain(link)
      if (link.channel.isClosed) return
    }
  }

  async function addProfiles(link: Link, records: readonly Uint8Array[]): Promise<void> {
    const foreign = await profiles.onProfiles(link, records)
    if (foreign > 0) onStrain(link, foreign)
  }

  function onNewer(type: 'blocks' | 'ops', bytes: Uint8Array, from: Link): void {
    if (!newerVersions.isMet) options.onNewerVersion(from.peer)
    if (!newerVersions.keep(type, bytes, from.peer?.device ?? 'tabs')) return
    for (const [link, exchange] of options.links()) {
      if (link === from) continue
      if (type === 'blocks') exchange.pass([bytes])
      else link.send({ type, operations: [bytes] })
    }
  }

  function sayOperations(link: Link, heads: readonly Uint8Array[]): void {
    for (const operations of portionsOf(log.missingFor(heads))) link.send({ type: 'ops', operations })
  }

  return (link, exchange) => {
    const mayAct = createLinkLimits(options.clock)
    return async (bytes) => {
      const message = decodeLinkMessage(bytes)
      if (!message.ok || exchange.unacknowledged >= maxUnacknowledged) {
        onStrain(link, Infinity)
        return link.channel.close()
      }
      if (link.peer !== undefined && !mayAct(message.value.type)) return onStrain(link)
      await act(link, exchange, message.value)
      options.onProgress()
    }
  }
}
