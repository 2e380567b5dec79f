import { equalBytes, toHex, truncateUtf8, utf8 } from '../../shared/bytes.ts'
import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Clock, Random, Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { createTokenBucket, type TokenBucket } from '../../shared/tokenBucket.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import type { Link } from '../link/link.ts'
import { maxPresenceBytes, maxPresenceNameBytes, type Activity, type PresenceMessage } from './presenceMessage.ts'

/** A tab or device that is here now. */
export interface PresentInstance {
  readonly key: string
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly name: string
  readonly activity: Activity
  /** What it shares, by presence name; anything at all: a schema has the last word. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Who is here, over all links of a space. */
export interface PresenceExchange {
  /** Everyone else, by name; who says nothing new keeps the same object. */
  readonly others: Readable<readonly PresentInstance[]>
  /** Of this tab. */
  readonly activity: Readable<Activity>
  /** Shares a value under a name; undefined takes it back. */
  share(name: string, value: unknown): void
  /** Whether `value` fits into a message beside what is shared already. */
  fits(name: string, value: unknown): boolean
  /** A link is up: say who is here. */
  onLink(link: Link): void
  onMessage(link: Link, message: PresenceMessage): void
  onUnlink(link: Link): void
  /** Says again who I am: the name has changed. */
  refresh(): void
  dispose(): void
}

/** Own changes that go out at once; of further ones the last goes when it may. */
const ownChanges = { burst: 30, perSecond: 30 }
/** What is taken from a member's link at once: a message costs 1, and 1 a KiB. Of further messages the last of each instance is taken when it may be. */
export const maxPresenceRate = { burst: 200, perSecond: 100 }
const lateMs = 250
/** Whoever is lost without a word is gone within 15 s; two renewals may be late. */
const renewMs = 5_000
const expireMs = 14_000
const maxInstances = 1000
/** Tabs of one device: whoever opens more, or makes them up, keeps nobody else from being seen. */
const maxInstancesPerDevice = 32

type Data = PresentInstance['data']

const alwaysActive: Readable<Activity> = { get: () => 'active', subscribe: () => () => {} }

export function createPresenceExchange(options: {
  readonly clock: Clock
  readonly random: Random
  readonly device: Uint8Array
  readonly log: MembershipLog
  readonly ownName: () => string
  /** Always active by default. */
  readonly activity?: Readable<Activity> | undefined
  readonly links: () => Iterable<Link>
}): PresenceExchange {
  const { clock, log, links, activity = alwaysActive } = options
  const instance = options.random.bytes(16)
  const known = new Map<
    string,
    { readonly message: PresenceMessage; readonly data: Data; readonly activity: Activity; readonly link: Link; readonly expiry: Timer }
  >()
  const others = createWritable<readonly PresentInstance[]>([])
  let shared: Readonly<Record<string, unknown>> = {}
  // Starts at the time, so that a reloaded page that kept its instance would not fall behind; grows by one a message.
  let counter = clock.now()
  let renewal: Timer | undefined
  const sayings = createTokenBucket(ownChanges.perSecond, ownChanges.burst, () => clock.now())
  let saying: Timer | undefined
  const arrivals = new Map<Link, { readonly rate: TokenBucket; readonly late: Map<string, PresenceMessage>; timer: Timer | undefined }>()
  const stopActivity = activity.subscribe(() => sayChange())
  schedule()

  function schedule(): void {
    clock.clear(renewal)
    renewal = clock.after(renewMs, () => {
      say(activity.get())
      schedule()
    })
  }

  function ownMessage(standing: PresenceMessage['activity']): PresenceMessage {
    return {
      instance,
      device: options.device,
      counter: counter++,
      activity: standing,
      name: truncateUtf8(options.ownName(), maxPresenceNameBytes),
      data: utf8(JSON.stringify(shared)),
    }
  }

  function say(standing: PresenceMessage['activity'], only?: Link): void {
    const presence = ownMessage(standing)
    for (const link of only === undefined ? links() : [only]) link.send({ type: 'presence', presence })
  }

  /** Says that something changed, or a little later what has changed until then. */
  function sayChange(): void {
    if (sayings.take(1)) say(activity.get())
    else
      saying ??= clock.after(1000 / ownChanges.perSecond, () => {
        saying = undefined
        sayChange()
      })
  }

  /** Whether a link's message is taken now; if not, it is taken later unless a newer one comes. */
  function isInTime(link: Link, key: string, message: PresenceMessage): boolean {
    if (link.peer === undefined) return true
    const arrival = arrivals.get(link) ?? {
      rate: createTokenBucket(maxPresenceRate.perSecond, maxPresenceRate.burst, () => clock.now()),
      late: new Map<string, PresenceMessage>(),
      timer: undefined,
    }
    arrivals.set(link, arrival)
    if (arrival.rate.take(1 + message.data.length / 1024)) {
      arrival.late.delete(key)
      return true
    }
    if (arrival.late.has(key) || arrival.late.size < maxInstancesPerDevice) arrival.late.set(key, message)
    arrival.timer ??= clock.after(lateMs, () => {
      arrival.timer = undefined
      for (const late of [...arrival.late.values()]) onMessage(link, late)
    })
    return false
  }

  /** The networking tab speaks for its sister tabs towards members, and for members towards its tabs; members speak for nobody else. */
  function relay(from: Link, presence: PresenceMessage): void {
    for (const link of links()) {
      if (link !== from && (link.peer === undefined) !== (from.peer === undefined)) link.send({ type: 'presence', presence })
    }
  }

  function publish(): void {
    const before = new Map(others.get().map((other) => [other.key, other]))
    const list: PresentInstance[] = []
    for (const [key, { message, data, activity }] of known) {
      const device = toId<DeviceId>(message.device)
      const member = log.device(device)?.member
      if (member === undefined) continue
      const next = { key, identity: member.identity, device, name: message.name === '' ? member.name : message.name, activity, data }
      const former = before.get(key)
      list.push(former !== undefined && isSame(former, next) ? former : next)
    }
    list.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.key < b.key ? -1 : 1))
    const shown = others.get()
    // A renewal says nothing new.
    if (list.length !== shown.length || list.some((other, i) => other !== shown[i])) others.set(list)
  }

  function hasRoomFor(device: Uint8Array): boolean {
    if (known.size >= maxInstances) return false
    let count = 0
    for (const { message } of known.values()) if (equalBytes(message.device, device)) count++
    return count < maxInstancesPerDevice
  }

  function drop(key: string): void {
    const entry = known.get(key)
    if (entry === undefined) return
    clock.clear(entry.expiry)
    known.delete(key)
    publish()
  }

  function onMessage(link: Link, message: PresenceMessage): void {
    // A member speaks for its own device only; a sister tab is ourselves.
    if (link.peer !== undefined && toId<DeviceId>(message.device) !== link.peer.device) return
    // Whoever is linked to an instance knows its number, and could say it as his own: only with the device does it name anyone.
    const key = `${toHex(message.device)}${toHex(message.instance)}`
    const before = known.get(key)
    if (before !== undefined && before.message.counter >= message.counter) return
    if (before === undefined && (message.activity === 'gone' || !hasRoomFor(message.device))) return
    if (!isInTime(link, key, message)) return
    relay(link, message)
    if (message.activity === 'gone') return drop(key)
    clock.clear(before?.expiry)
    const data = before !== undefined && equalBytes(before.message.data, message.data) ? before.data : parsed(message.data)
    known.set(key, { message, data, activity: message.activity, link, expiry: clock.after(expireMs, () => drop(key)) })
    publish()
  }

  return {
    others,
    activity,
    share(name, value) {
      const { [name]: _former, ...rest } = shared
      shared = value === undefined ? rest : { ...rest, [name]: value }
      sayChange()
    },
    fits: (name, value) => utf8(JSON.stringify({ ...shared, [name]: value })).length <= maxPresenceBytes,
    onLink: (link) => {
      say(activity.get(), link)
      for (const { message, link: source } of known.values()) {
        if ((link.peer === undefined) !== (source.peer === undefined)) link.send({ type: 'presence', presence: message })
      }
    },
    onMessage,
    onUnlink(link) {
      clock.clear(arrivals.get(link)?.timer)
      arrivals.delete(link)
      for (const [key, entry] of known) {
        if (entry.link !== link) continue
        relay(link, { ...entry.message, counter: entry.message.counter + 1, activity: 'gone' })
        drop(key)
      }
    },
    refresh: () => say(activity.get()),
    dispose() {
      stopActivity()
      say('gone')
      clock.clear(renewal)
      clock.clear(saying)
      for (const { timer } of arrivals.values()) clock.clear(timer)
      for (const { expiry } of known.values()) clock.clear(expiry)
    },
  }
}

function isSame(a: PresentInstance, b: PresentInstance): boolean {
  return a.identity === b.identity && a.name === b.name && a.activity === b.activity && a.data === b.data
}

function parsed(data: Uint8Array): Data {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  } catch {
    // Not JSON: the peer is here, but shares nothing readable.
    return {}
  }
}
