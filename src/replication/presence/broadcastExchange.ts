import { toHex, utf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Clock, Random } from '../../shared/ports.ts'
import { createTokenBucket, type TokenBucket } from '../../shared/tokenBucket.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import { maxBroadcastBytes, type BroadcastMessage } from './broadcastMessage.ts'
import type { Link } from '../link/link.ts'

/** Something that was said on a channel. `value` is anything at all: a schema has the last word. */
export interface Broadcast {
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly value: unknown
}

/** What members say to whoever is here at the moment, over all links of a space. */
export interface BroadcastExchange {
  /**
   * Says something on a channel, to members' devices and to sister tabs.
   * @throws EchoError value-too-large; rate-limited
   */
  send(channel: string, value: unknown): void
  /** Calls `listener` with what others, and this person's other tabs and devices, say. @returns the function that ends it */
  subscribe(channel: string, listener: (broadcast: Broadcast) => void): () => void
  onMessage(link: Link, message: BroadcastMessage): void
  onUnlink(link: Link): void
}

/** What goes out; more is refused, so that nobody's messages are dropped on their way in. A message costs 1, and 1 a KiB. */
const ownRate = { burst: 100, perSecond: 25 }
/** What is taken from a member's link, which may have several tabs behind it; more is dropped. */
export const maxBroadcastRate = { burst: 400, perSecond: 100 }
/** Ids of what was heard last. */
const maxHeard = 1_024

export function createBroadcastExchange(options: {
  readonly clock: Clock
  readonly random: Random
  readonly device: Uint8Array
  readonly log: Pick<MembershipLog, 'device'>
  readonly links: () => Iterable<Link>
  /** Whether what a device says is not to be heard. */
  readonly isMuted: (device: DeviceId) => boolean
  readonly onFault: (error: unknown) => void
}): BroadcastExchange {
  const { clock, random, log, links } = options
  const listeners = new Map<string, Set<(broadcast: Broadcast) => void>>()
  const heard = new Set<string>()
  const own = bucket(ownRate)
  const arrivals = new Map<Link, TokenBucket>()

  function bucket({ perSecond, burst }: typeof ownRate): TokenBucket {
    return createTokenBucket(perSecond, burst, () => clock.now())
  }

  function costOf(data: Uint8Array): number {
    return 1 + data.length / 1024
  }

  /** @returns whether it is heard for the first time */
  function note({ id }: BroadcastMessage): boolean {
    const key = toHex(id)
    if (heard.has(key)) return false
    heard.add(key)
    if (heard.size > maxHeard) heard.delete(heard.values().next().value!)
    return true
  }

  function isInTime(link: Link, data: Uint8Array): boolean {
    if (link.peer === undefined) return true
    let rate = arrivals.get(link)
    if (rate === undefined) arrivals.set(link, (rate = bucket(maxBroadcastRate)))
    return rate.take(costOf(data))
  }

  /** The networking tab speaks for its sister tabs towards members, and for members towards its tabs; members speak for nobody else. */
  function relay(from: Link, broadcast: BroadcastMessage): void {
    for (const link of links()) {
      if (link !== from && (link.peer === undefined) !== (from.peer === undefined)) link.send({ type: 'broadcast', broadcast })
    }
  }

  function tell({ device: key, channel, data }: BroadcastMessage): void {
    const device = toId<DeviceId>(key)
    const to = listeners.get(channel)
    const member = log.device(device)?.member
    if (to === undefined || member === undefined || options.isMuted(device)) return
    const value = parsed(data)
    for (const listener of [...to]) {
      try {
        listener({ identity: member.identity, device, value })
      } catch (error) {
        options.onFault(error)
      }
    }
  }

  return {
    send(channel, value) {
      const data = utf8(JSON.stringify(value) ?? 'null')
      if (data.length > maxBroadcastBytes) {
        throw new EchoError('value-too-large', 'What is said on a channel has at most 16 KiB as JSON. Put large content into an item.')
      }
      if (!own.take(costOf(data))) {
        throw new EchoError(
          'rate-limited',
          'Too much is said on the channels of this space at once. Share what changes all the time as presence (definePresence), of which only the last counts.',
        )
      }
      const broadcast: BroadcastMessage = { id: random.bytes(16), device: options.device, channel, data }
      note(broadcast)
      for (const link of links()) link.send({ type: 'broadcast', broadcast })
    },
    subscribe(channel, listener) {
      const entry = (broadcast: Broadcast): void => listener(broadcast)
      const all = listeners.get(channel) ?? new Set()
      listeners.set(channel, all.add(entry))
      return () => {
        all.delete(entry)
        if (all.size === 0 && listeners.get(channel) === all) listeners.delete(channel)
      }
    },
    onMessage(link, message) {
      // A member speaks for its own device only; a sister tab is ourselves, or passes on what it heard.
      if (link.peer !== undefined && toId<DeviceId>(message.device) !== link.peer.device) return
      if (!isInTime(link, message.data) || !note(message)) return
      relay(link, message)
      tell(message)
    },
    onUnlink: (link) => void arrivals.delete(link),
  }
}

/** What the bytes say; undefined where they are no JSON, which fits no schema. */
function parsed(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data)) as unknown
  } catch {
    return undefined
  }
}
