import { toId, type DeviceId, type IdentityId } from '../shared/ids.ts'
import { createWritable } from '../shared/readable.ts'
import type { BlockNode } from '../feed/graph/blockGraph.ts'
import type { Connection, Room } from '../network/network.ts'
import { createBlockExchange, type BlockExchange } from './blocks/blockExchange.ts'
import { createChannel, type Channel } from './link/channel.ts'
import { createKeyHanding } from './blocks/keyHanding.ts'
import { createLink, type Link } from './link/link.ts'
import { linkHandshake } from './link/linkHandshake.ts'
import { decodeLinkMessage } from './link/linkMessages.ts'
import { createLinkTraffic } from './link/linkTraffic.ts'
import { createNewerVersions } from './link/newerVersions.ts'
import { createParting } from './link/parting.ts'
import { createPeerPatience } from './blocks/peerPatience.ts'
import { createPeerProgress, type PeerProgress } from './blocks/peerProgress.ts'
import { createBroadcastExchange } from './presence/broadcastExchange.ts'
import { createCopyExchange, noCopies } from './blocks/copyExchange.ts'
import { createPeerClock, type PeerClock } from './link/peerClock.ts'
import { createPresenceExchange } from './presence/presenceExchange.ts'
import { createProfileExchange } from './presence/profileExchange.ts'
import { proveMembership } from './link/proveMembership.ts'
import { createRefusedPeers } from './link/refusedPeers.ts'
import { createSilenceWatch, type SilenceWatch } from './link/silenceWatch.ts'
import type { ReplicationState, SpaceReplication, SpaceReplicationOptions } from './spaceReplication.ts'
import { createSpaceRooms, type MeetingPlace } from './spaceRooms.ts'
import { createSparedDevices } from './blocks/sparedDevices.ts'

/** What a notice takes to arrive. */
const noticeMs = 1_000
/** What a member sends at once of what was missed arrives in this time. */
const hearOutMs = 10_000
/** How long a connection in an older room is left alone that two members have besides their link. */
const besideMs = 600_000
/** Own blocks are pushed to so many peers; the others hear of them by heads. */
const maxPushLinks = 8

/**
 * One space's traffic with its members and with sister tabs. A connection becomes a link by the handshake (tabs of one origin need none), then
 * membership operations flow, and only when the log makes the peer a member: heads, blocks, presence.
 *
 * Invariants: nobody but a proven member gets a head, a block or a name; every block is judged by the receiver, whoever sent it; a link that sends what
 * does not belong is closed, and the room backs off.
 *
 * What an attacker can do: with room name and password, cost handshakes (backed off); as a member, send blocks that are refused and counted.
 */
export function createSpaceReplication(options: SpaceReplicationOptions): SpaceReplication {
  const { crypto, clock, random, identity, space, log, keyRing, graph, store, sealAnew, receiver, quotas } = options
  const links = new Map<
    Link,
    { readonly exchange: BlockExchange; readonly watch: SilenceWatch; readonly progress: PeerProgress; readonly peerClock: PeerClock }
  >()
  const refused = createRefusedPeers(clock)
  const channels = new Set<Channel>()
  const newerVersions = createNewerVersions()
  const patience = createPeerPatience(clock)
  /** The rooms of links to members. */
  const placeByLink = new WeakMap<Link, MeetingPlace>()
  /** Links whose peer is being proven. */
  const proving = new Set<Link>()
  const state = createWritable<ReplicationState>({ peers: 0, tabs: 0, lacking: 0, delivered: true, copies: noCopies, newer: false })
  const presence = createPresenceExchange({
    clock,
    random,
    device: identity.signing.publicKey,
    log,
    ownName: options.ownName,
    activity: options.activity,
    links: () => links.keys(),
  })
  const broadcasts = createBroadcastExchange({
    clock,
    random,
    device: identity.signing.publicKey,
    log,
    links: () => links.keys(),
    isMuted: (device) => quotas.muted.get().has(device),
    onFault: options.onFault,
  })
  const profiles = createProfileExchange({ crypto, clock, log, book: options.profiles })
  const copies = createCopyExchange({ clock, identity, log, graph, store, links: () => links.keys() })
  const keyHanding = createKeyHanding(options)
  const parting = createParting({ clock, log, identity: identity.id, isMember, onChange: () => room.refresh() })
  const room = createSpaceRooms({
    crypto,
    clock,
    space,
    keyRing,
    isMember: () => isMember() || parting.isUnderWay(),
    // Whoever is met in an older room does not know of this one's members yet.
    isUsher: () => remoteLinks().every((link) => !placeByLink.get(link)?.isMain() || identity.deviceId < link.peer!.device),
    onConnection: (connection, place) => meet(connection, place),
    onFault: options.onFault,
  })
  const reader = createLinkTraffic({
    ...options,
    keyHanding,
    newerVersions,
    presence,
    broadcasts,
    profiles,
    copies,
    links: () => [...links].map(([link, { exchange }]) => [link, exchange] as const),
    onReach: (peers) => {
      reach = peers
    },
    onStrain: strain,
    onTime: (link, timeMs) => links.get(link)?.peerClock.atLeast(timeMs),
    onProgress: publish,
  })
  let tabsRoom: Room | undefined
  let reach = 0
  let disposed = false

  const stopLog = log.onAdded((operation) => {
    for (const link of [...links.keys(), ...proving]) link.send({ type: 'ops', operations: [operation] })
    void receiver.retry()
  })
  const stopKeys = keyRing.onAdded(() => {
    void receiver.retry()
    room.refresh()
    for (const exchange of exchanges()) exchange.retry()
    for (const link of remoteLinks()) void keyHanding.hand(link, placeByLink.get(link)?.key)
  })
  const stopState = log.state.subscribe(() => {
    parting.review(remoteLinks().length > 0)
    room.refresh()
    for (const exchange of exchanges()) exchange.retry()
    dropEnded()
  })

  const spared = createSparedDevices({ clock, receiver, muted: quotas.muted, exchanges })
  const stopMuted = quotas.muted.subscribe(() => {
    receiver.wake()
    publish()
  })

  function exchanges(): readonly BlockExchange[] {
    return [...links.values()].map(({ exchange }) => exchange)
  }

  function publish(): void {
    const remote = remoteLinks().length
    const progress = [...links.values()].map(({ progress }) => progress)
    const next: ReplicationState = {
      peers: !room.isWanted() ? reach : remote,
      tabs: links.size - remote,
      lacking: Math.max(0, ...progress.map((of) => of.lacking())),
      delivered: progress.every((of) => of.isDelivered()),
      copies: copies.count(),
      newer: newerVersions.isMet,
    }
    const before = state.get()
    if ((Object.keys(next) as (keyof ReplicationState)[]).every((key) => before[key] === next[key])) return
    state.set(next)
    if (before.peers !== next.peers && room.isWanted()) sayReach()
    if (before.peers !== next.peers) room.refresh()
  }

  function remoteLinks(): readonly Link[] {
    return [...links.keys()].filter((link) => link.peer !== undefined)
  }

  function sayReach(): void {
    for (const link of links.keys()) if (link.peer === undefined) link.send({ type: 'reach', peers: remoteLinks().length })
  }

  function meet(connection: Connection, place: MeetingPlace | undefined): void {
    const met = connection.sameOrigin ? meetTab(connection) : place === undefined ? connection.close() : meetPeer(connection, place)
    met?.catch((error: unknown) => {
      connection.close()
      options.onFault(error)
    })
  }

  async function meetPeer(connection: Connection, place: MeetingPlace): Promise<void> {
    if (disposed) return connection.close()
    const secure = await linkHandshake(connection, { crypto, clock, random, identity, space, key: place.key, log })
    if (!secure.ok) {
      if (secure.error === 'closed') return
      refused.note(secure.error, undefined)
      return place.reportHandshake('failed')
    }
    const { channel } = secure.value
    const device = toId<DeviceId>(secure.value.device)
    channels.add(channel)
    const proof = proveMembership({ ...secure.value, device }, { log, clock, isOlder: !place.isMain(), onMember })
    proving.add(proof.link)
    const fault = await proof.failed
    proving.delete(proof.link)
    channels.delete(channel)
    channel.close()
    // Who was removed, and did not know it, says more than may be said before proof, or hears it and goes before he is sent away.
    const cause = log.device(device) === undefined && log.wasListed(device) ? 'removed' : fault
    if (cause !== 'closed') refused.note(cause, device)
    if (fault === 'unknown-device' || fault === 'removed') place.reportHandshake('failed')

    function onMember(owner: IdentityId): void {
      proving.delete(proof.link)
      place.reportHandshake('succeeded')
      refused.forget(device)
      const barredMs = patience.barredMs(device)
      const others = remoteLinks().filter(({ peer }) => peer!.device === device)
      if (disposed) return channel.close()
      if (!isMember()) {
        parting.told()
        return hearOut(channel)
      }
      if (barredMs > 0) return keepOut(channel, barredMs)
      // Met in the newest room already: the two need no second link, and in this one they go on sitting beside each other.
      if (!place.isMain() && others.some((other) => placeByLink.get(other)?.isMain())) return keepOut(channel, besideMs)
      const link = createLink(channel, { identity: owner, device })
      placeByLink.set(link, place)
      up(link)
      if (place.isMain()) for (const other of others) if (placeByLink.get(other)?.isMain() === false) other.channel.close()
      void keyHanding.hand(link, place.key)
    }
  }

  /** Who is linked, and lets us lack nothing, sends a block of its own as soon as it has cut it. */
  function noteTime(node: BlockNode): void {
    const device = toId<DeviceId>(node.header.device)
    for (const [{ peer }, { exchange, peerClock }] of links) {
      if (peer?.device === device) peerClock.shows(node.header.timeMs, exchange.lacking() === 0 && !receiver.delayed.get().has(device))
    }
  }

  /** Ends the links of devices that are no members any more; they have got the operations that say so. */
  function dropEnded(): void {
    for (const [link, { exchange }] of links) {
      if (link.peer === undefined || (log.device(link.peer.device) !== undefined && isMember())) continue
      links.delete(link)
      exchange.dispose()
      copies.onUnlink(link)
      link.channel.onMessage = () => {}
      clock.after(noticeMs, () => link.channel.close())
    }
    publish()
  }

  function isMember(): boolean {
    // Where no word of this device is left, as on a damaged disk, the others have it.
    return log.device(identity.deviceId) !== undefined || !log.wasListed(identity.deviceId)
  }

  /** Closing at once would make the peer come again at once: the connection stays, and nobody listens. */
  function keepOut(channel: Channel, ms: number): void {
    channel.connection.onFrame = () => {}
    closeAfter(channel, ms)
  }

  function closeAfter(channel: Channel, ms: number): void {
    const timer = clock.after(ms, () => channel.close())
    channel.onClose = () => {
      clock.clear(timer)
      channels.delete(channel)
    }
  }

  /** Takes from a member what this device, which is none by all it knows, has missed; if it is one after all, the two meet again as members. */
  function hearOut(channel: Channel): void {
    channel.onMessage = async (bytes) => {
      const message = decodeLinkMessage(bytes)
      if (message.ok && message.value.type === 'ops') for (const operation of message.value.operations) await log.add(operation)
      if (isMember()) channel.close()
    }
    closeAfter(channel, hearOutMs)
  }

  function strain({ peer, channel }: Link, weight?: number): void {
    if (peer === undefined || !patience.strain(peer.device, weight)) return
    options.onBarred(peer, patience.barredMs(peer.device))
    channel.close()
  }

  function meetTab(connection: Connection): undefined {
    const link = createLink(createChannel(connection, undefined), undefined)
    up(link)
    link.send({ type: 'op-heads', heads: log.heads() })
    if (room.isWanted()) link.send({ type: 'reach', peers: remoteLinks().length })
  }

  function up(link: Link): void {
    const exchange = createBlockExchange({
      link,
      clock,
      device: identity.deviceId,
      graph,
      store,
      receiver,
      isMuted: (device) => quotas.muted.get().has(device),
      // Tabs of one profile keep nothing from each other.
      ...(link.peer !== undefined && { sealAnew }),
      onUnknownHead: options.onUnknownHead,
      onFault: options.onFault,
    })
    const watch = createSilenceWatch(link, clock)
    links.set(link, { exchange, watch, progress: createPeerProgress(exchange, clock), peerClock: createPeerClock(clock) })
    channels.add(link.channel)
    link.channel.onClose = () => {
      watch.stop()
      exchange.dispose()
      links.delete(link)
      channels.delete(link.channel)
      presence.onUnlink(link)
      broadcasts.onUnlink(link)
      profiles.onUnlink(link)
      copies.onUnlink(link)
      publish()
    }
    const read = reader(link, exchange)
    link.channel.onMessage = (bytes) => {
      watch.heard()
      return read(bytes)
    }
    spared.tell(exchange)
    exchange.sayHeads()
    exchange.want(options.wanted())
    exchange.pass(newerVersions.all('blocks'))
    for (const operation of newerVersions.all('ops')) link.send({ type: 'ops', operations: [operation] })
    presence.onLink(link)
    profiles.onLink(link)
    copies.onLink(link)
    publish()
  }

  return {
    state,
    inspect: () => ({
      isInRoom: room.isEntered(),
      links: [...links].map(([{ id, peer }, { progress, peerClock }]) => ({
        id,
        peer,
        lacking: progress.lacking(),
        clockAheadMs: peerClock.aheadMs(),
      })),
      refused: refused.list(),
    }),
    presence,
    broadcasts,
    enterNetwork(through) {
      void room.follow(through).then(publish)
    },
    async leaveNetwork() {
      await room.follow(undefined)
      publish()
    },
    enterTabs(tabs) {
      tabsRoom ??= tabs.enter({ name: `space/${space}`, password: '' }, (connection) => meet(connection, undefined))
    },
    announce(node) {
      copies.note(node)
      noteTime(node)
      const isOwn = node.header.device.every((byte, i) => byte === identity.signing.publicKey[i])
      const remote = [...links].filter(([link]) => link.peer !== undefined)
      // A peer that has gone silent may be gone: it gets no place among the few that are served at once.
      const awake = remote.filter(([, { watch }]) => !watch.isStale())
      const served = new Set(isOwn ? awake.slice(0, maxPushLinks).map(([link]) => link) : [])
      for (const [link, { exchange }] of links) {
        if (link.peer === undefined || served.has(link)) exchange.push(node)
        else exchange.tell(node)
      }
      publish()
    },
    mended(node) {
      for (const exchange of exchanges()) exchange.tell(node)
    },
    want(blocks) {
      for (const exchange of exchanges()) exchange.want(blocks)
    },
    probe() {
      for (const { watch } of links.values()) watch.probe()
    },
    async dispose() {
      if (disposed) return
      disposed = true
      parting.dispose()
      presence.dispose()
      profiles.dispose()
      spared.dispose()
      stopLog()
      stopKeys()
      stopState()
      stopMuted()
      await Promise.all([room.follow(undefined), tabsRoom?.leave()])
      for (const channel of channels) channel.close()
    },
  }
}
