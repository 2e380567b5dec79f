import { toId, type DeviceId } from '../../shared/ids.ts'
import { equalBytes } from '../../shared/bytes.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import { createTokenBucket, type TokenBucket } from '../../shared/tokenBucket.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { decodeProfileRecord, isNewerProfile, type ProfileRecord } from '../../identity/profileRecord.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import type { ProfileBook } from '../../access/profileBook.ts'
import type { Link } from '../link/link.ts'
import { maxProfileBytesPerMessage, maxProfileHeads, maxProfilesPerMessage, type ProfileHead } from '../link/linkMessages.ts'

/*
 * The profiles of members, over all links of a space. Each end says which record it holds of each device; who lacks one asks for it, of one peer at a
 * time, and then names it to the others. So a picture travels once to each, however many links there are.
 *
 * What an attacker can do, as a member: name records that do not exist (each is asked for once, at a bounded rate), and sign ever new ones of his own
 * (taken at that rate). He cannot make this end hold more than one record a device, or send one record twice over a link.
 */
export interface ProfileExchange {
  /** A link is up: say what is here. */
  onLink(link: Link): void
  onUnlink(link: Link): void
  onHeads(link: Link, heads: readonly ProfileHead[]): void
  onWant(link: Link, ids: readonly Uint8Array[]): void
  /** @returns how many of the records do not belong: not asked for, or with a fault that an honest peer does not pass on */
  onProfiles(link: Link, records: readonly Uint8Array[]): Promise<number>
  dispose(): void
}

/** Records that a link's peer is asked for. */
export const maxProfileRate = { burst: 1_000, perSecond: 2 }
/** New records are named together, at most so often. */
const announceEveryMs = 1_000
/** A peer that has not sent a record by then may not have it any more: another is asked. */
const answerMs = 10_000
const retryMs = 5_000

interface Peer {
  /** What the peer holds, as it said last of each device. */
  readonly holds: Map<DeviceId, ProfileHead>
  /** The newest that it was asked for of each device: nothing is asked for twice. */
  readonly asked: Map<DeviceId, ProfileHead>
  /** What it was sent of each device. */
  readonly sent: Map<DeviceId, Uint8Array>
  readonly rate: TokenBucket
}

export function createProfileExchange(options: {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly log: MembershipLog
  readonly book: ProfileBook
}): ProfileExchange {
  const { crypto, clock, book } = options
  const peers = new Map<Link, Peer>()
  /** Records on their way, by id, and who was asked. */
  const underWay = new Map<string, { readonly link: Link; readonly timer: Timer }>()
  const news = new Map<DeviceId, ProfileRecord>()
  let announcement: Timer | undefined
  let retry: Timer | undefined
  // A device that the log did not know may be known now.
  const stopLog = options.log.state.subscribe(() => lookAtAll())
  const stopBook = book.onAdded((record) => {
    news.set(record.device, record)
    announcement ??= clock.after(announceEveryMs, announce)
  })

  function announce(): void {
    announcement = undefined
    const records = [...news.values()]
    news.clear()
    for (const [link, { holds }] of peers)
      sayHeads(
        link,
        records.filter(({ device, id }) => !isSame(holds.get(device), id)),
      )
  }

  function sayHeads(link: Link, records: readonly ProfileRecord[]): void {
    for (let from = 0; from < records.length; from += maxProfileHeads) {
      link.send({ type: 'profile-heads', heads: records.slice(from, from + maxProfileHeads) })
    }
  }

  /** Asks a peer for what it holds, is newer than what is here, and nobody else was asked for. */
  function look(link: Link, { holds, asked, rate }: Peer): void {
    const wanted: ProfileHead[] = []
    for (const head of holds.values()) {
      const { device, id } = head
      if (!book.isWanted(device, head) || !isNewerProfile(head, asked.get(device)) || underWay.has(toId(id))) continue
      if (wanted.length >= maxProfileHeads || !rate.take(1)) {
        retry ??= clock.after(retryMs, () => {
          retry = undefined
          lookAtAll()
        })
        break
      }
      asked.set(device, head)
      underWay.set(toId(id), { link, timer: clock.after(answerMs, () => release(id)) })
      wanted.push(head)
    }
    if (wanted.length > 0) link.send({ type: 'profile-want', ids: wanted.map(({ id }) => id) })
  }

  function lookAtAll(): void {
    for (const [link, peer] of peers) look(link, peer)
  }

  function settle(id: Uint8Array): void {
    clock.clear(underWay.get(toId(id))?.timer)
    underWay.delete(toId(id))
  }

  function release(id: Uint8Array): void {
    settle(id)
    lookAtAll()
  }

  async function take(link: Link, { asked }: Peer, bytes: Uint8Array): Promise<boolean> {
    const decoded = decodeProfileRecord(crypto, bytes)
    if (!decoded.ok) return decoded.error === 'newer-version'
    if (!isSame(asked.get(decoded.value.device), decoded.value.id)) return false
    const { id } = decoded.value
    const added = await book.add(bytes)
    if (underWay.get(toId(id))?.link === link) settle(id)
    // Somebody may have been shut out in the meantime.
    return added.ok || added.error === 'unknown-device'
  }

  return {
    onLink(link) {
      const rate = createTokenBucket(maxProfileRate.perSecond, maxProfileRate.burst, () => clock.now())
      peers.set(link, { holds: new Map(), asked: new Map(), sent: new Map(), rate })
      sayHeads(link, book.records())
    },
    onUnlink(link) {
      peers.delete(link)
      const left = [...underWay].filter(([, asked]) => asked.link === link)
      for (const [id, { timer }] of left) {
        clock.clear(timer)
        underWay.delete(id)
      }
      if (left.length > 0) lookAtAll()
    },
    onHeads(link, heads) {
      const peer = peers.get(link)
      if (peer === undefined) return
      for (const head of heads) {
        // Made-up devices must not fill the memory; one that is not known yet is named again when its person links.
        if (peer.holds.has(head.device) || peer.holds.size < maxProfileHeads) peer.holds.set(head.device, head)
      }
      look(link, peer)
    },
    onWant(link, ids) {
      const peer = peers.get(link)
      if (peer === undefined) return
      const asked = new Set(ids.map((id) => toId<string>(id)))
      const wanted = book.records().filter(({ device, id }) => asked.has(toId(id)) && !isSameId(peer.sent.get(device), id))
      for (const { device, id } of wanted) peer.sent.set(device, id)
      for (const records of portions(wanted)) link.send({ type: 'profiles', records }, 'bulk')
    },
    async onProfiles(link, records) {
      const peer = peers.get(link)
      if (peer === undefined) return 0
      let foreign = 0
      for (const bytes of records) if (!(await take(link, peer, bytes))) foreign++
      return foreign
    },
    dispose() {
      stopLog()
      stopBook()
      clock.clear(announcement)
      clock.clear(retry)
      for (const { timer } of underWay.values()) clock.clear(timer)
    },
  }
}

function portions(records: readonly ProfileRecord[]): readonly (readonly Uint8Array[])[] {
  const all: Uint8Array[][] = []
  let size = 0
  for (const { bytes } of records) {
    const last = all.at(-1)
    size += bytes.length
    if (last !== undefined && last.length < maxProfilesPerMessage && size <= maxProfileBytesPerMessage) last.push(bytes)
    else {
      all.push([bytes])
      size = bytes.length
    }
  }
  return all
}

function isSame(head: ProfileHead | undefined, id: Uint8Array): boolean {
  return isSameId(head?.id, id)
}

function isSameId(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && equalBytes(a, b)
}
