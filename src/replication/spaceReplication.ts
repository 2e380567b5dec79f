import { idBytes, toId, type DeviceId, type SpaceId } from '../shared/ids.ts'
import type { Clock, Random, Timer } from '../shared/ports.ts'
import { createWritable, type Readable } from '../shared/readable.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Connection, Network, Room } from '../network/network.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import { epochRendezvous } from '../access/epochKeys.ts'
import type { KeyRing } from '../access/keyRing.ts'
import type { MembershipLog } from '../access/membershipLog.ts'
import type { BlockGraph, BlockNode } from '../feed/blockGraph.ts'
import type { BlockStore } from '../feed/blockStore.ts'
import type { BlockReceiver, ReceiveOutcome } from '../feed/receiveBlock.ts'
import { createBlockExchange, type BlockExchange } from './blockExchange.ts'
import { createChannel, type Channel } from './channel.ts'
import { createLink, type Link } from './link.ts'
import type { LinkFault } from './linkFault.ts'
import { linkHandshake } from './linkHandshake.ts'
import { decodeLinkMessage, portionsOf, type LinkMessage } from './linkMessages.ts'
import { createPresenceExchange, type PresenceExchange } from './presenceExchange.ts'

/*
 * One space's traffic with its members and with sister tabs. A connection becomes a link by the handshake (tabs of one origin need none), then
 * membership operations flow, and only when the log makes the peer a member: heads, blocks, presence.
 *
 * Invariants: nobody but a proven member gets a head, a block or a name; every block is judged by the receiver, whoever sent it; a link that sends what
 * does not belong is closed, and the room backs off.
 *
 * What an attacker can do: with room name and password, cost handshakes (backed off); as a member, send blocks that are refused and counted.
 */
export interface SpaceReplication {
  readonly state: Readable<ReplicationState>
  readonly presence: PresenceExchange
  /** Meets members through a network: the tab that networks for the profile does. Follows the newest key's room. */
  enterNetwork(network: Network): void
  leaveNetwork(): Promise<void>
  /** Meets sister tabs. */
  enterTabs(tabs: Network): void
  /** A block is new here: its author is this device, or it came from a peer (`from`). */
  announce(node: BlockNode): void
  dispose(): Promise<void>
}

export interface ReplicationState {
  /** Linked members' devices; in a tab that does not network, those of the one that does. */
  readonly peers: number
  readonly tabs: number
  /** Blocks that linked peers have and we lack. */
  readonly lacking: number
  /** Whether every linked peer has worked through all we have. */
  readonly delivered: boolean
}

export interface SpaceReplicationOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly identity: LocalIdentity
  readonly space: SpaceId
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
  readonly store: BlockStore
  readonly receiver: BlockReceiver
  /** The own name that others see. */
  readonly ownName: () => string
  /** A link came up: own edits should be cut now. */
  readonly onLink: () => void
  /** A peer sent a block that a check refused. */
  readonly onRefused: (outcome: ReceiveOutcome, from: Link['peer']) => void
  /** Something failed that nobody else hears of. */
  readonly onFault: (error: unknown) => void
}

/** Own blocks are pushed to so many peers; the others hear of them by heads. */
const maxPushLinks = 8
const proofMs = 10_000
const pingAfterMs = 10_000
const silentMs = 30_000

export function createSpaceReplication(options: SpaceReplicationOptions): SpaceReplication {
  const { crypto, clock, random, identity, space, log, keyRing, graph, store, receiver } = options
  const links = new Map<Link, BlockExchange>()
  const channels = new Set<Channel>()
  /** Links whose peer is being proven. */
  const proving = new Set<Link>()
  const state = createWritable<ReplicationState>({ peers: 0, tabs: 0, lacking: 0, delivered: true })
  const presence = createPresenceExchange({
    clock,
    random,
    device: identity.signing.publicKey,
    log,
    ownName: options.ownName,
    links: () => links.keys(),
  })
  /** The network this tab shall be on, and the room it is in; entering and leaving take their turns. */
  let wanted: Network | undefined
  let current: { readonly network: Network; readonly room: Room; readonly key: string } | undefined
  let moving: Promise<void> = Promise.resolve()
  let tabsRoom: Room | undefined
  let reach = 0
  let disposed = false

  const stopLog = log.onAdded((operation) => {
    for (const link of [...links.keys(), ...proving]) link.send({ type: 'ops', operations: [operation] })
    void receiver.retry()
  })
  const stopKeys = keyRing.onAdded(() => {
    void receiver.retry()
    void moveRoom()
  })

  function publish(): void {
    const remote = remoteLinks().length
    const exchanges = [...links.values()]
    const next: ReplicationState = {
      peers: wanted === undefined ? reach : remote,
      tabs: links.size - remote,
      lacking: Math.max(0, ...exchanges.map((exchange) => exchange.lacking())),
      delivered: exchanges.every((exchange) => exchange.isIdle()),
    }
    const before = state.get()
    if (before.peers === next.peers && before.tabs === next.tabs && before.lacking === next.lacking && before.delivered === next.delivered)
      return
    state.set(next)
    if (before.peers !== next.peers && wanted !== undefined) sayReach()
  }

  function remoteLinks(): readonly Link[] {
    return [...links.keys()].filter((link) => link.peer !== undefined)
  }

  function sayReach(): void {
    for (const link of links.keys()) if (link.peer === undefined) link.send({ type: 'reach', peers: remoteLinks().length })
  }

  function meet(connection: Connection, room: () => Room | undefined): void {
    onConnection(connection, room).catch((error: unknown) => {
      connection.close()
      options.onFault(error)
    })
  }

  async function onConnection(connection: Connection, room: () => Room | undefined): Promise<void> {
    if (connection.sameOrigin) return meetTab(connection)
    const key = keyRing.newest()
    if (key === undefined || disposed) return connection.close()
    const secure = await linkHandshake(connection, { crypto, clock, random, identity, space, key, log })
    if (!secure.ok) {
      if (secure.error !== 'closed') room()?.reportHandshake('failed')
      return
    }
    const { channel, device, heads } = secure.value
    const outcome = await proveMembership(channel, toId<DeviceId>(device), heads)
    if (outcome === 'member') room()?.reportHandshake('succeeded')
    else {
      channel.close()
      if (outcome === 'unknown-device') room()?.reportHandshake('failed')
    }
  }

  /**
   * Once the peer is ready, operations flow both ways until the log names its device; then the link is up. Before, the peer may still be
   * verifying the proof, and takes no more than a few bytes.
   */
  function proveMembership(channel: Channel, device: DeviceId, heads: readonly Uint8Array[]): Promise<'member' | LinkFault> {
    const link = createLink(channel, undefined)
    let ready = false
    let over = false
    return new Promise((resolve) => {
      const timer = clock.after(proofMs, () => finish(ready ? 'unknown-device' : 'timeout'))
      const stop = log.state.subscribe(check)
      channels.add(channel)
      channel.onClose = () => finish('closed')
      channel.onMessage = async (bytes) => {
        const message = decodeLinkMessage(bytes)
        if (!message.ok) return finish(message.error)
        if (message.value.type === 'ready') onReady()
        else if (message.value.type === 'ops') await addOperations(message.value.operations)
        else if (message.value.type !== 'unknown' && message.value.type !== 'ping') return finish('unknown-device')
        check()
      }
      link.send({ type: 'ready' })

      function onReady(): void {
        if (ready) return
        ready = true
        proving.add(link)
        sayOperations(link, heads)
      }

      function check(): void {
        const member = log.device(device)?.member
        if (ready && member !== undefined) finish('member', member.identity)
      }

      function finish(outcome: 'member' | LinkFault, owner?: NonNullable<Link['peer']>['identity']): void {
        // What was read when the link came up, or when it ended, may be judged afterwards.
        if (over) return
        over = true
        clock.clear(timer)
        stop()
        channels.delete(channel)
        proving.delete(link)
        if (outcome === 'member' && owner !== undefined && !disposed) up(createLink(channel, { identity: owner, device }))
        resolve(outcome)
      }
    })
  }

  function meetTab(connection: Connection): void {
    const link = createLink(createChannel(connection, undefined), undefined)
    up(link)
    link.send({ type: 'op-heads', heads: log.heads() })
    if (wanted !== undefined) link.send({ type: 'reach', peers: remoteLinks().length })
  }

  function up(link: Link): void {
    const exchange = createBlockExchange({ link, clock, graph, store, receiver, onFault: options.onFault })
    const keepAlive = watchSilence(link)
    links.set(link, exchange)
    channels.add(link.channel)
    link.channel.onClose = () => {
      keepAlive.stop()
      exchange.dispose()
      links.delete(link)
      channels.delete(link.channel)
      presence.onUnlink(link)
      publish()
    }
    link.channel.onMessage = (bytes) => {
      keepAlive.heard()
      return onMessage(link, exchange, bytes)
    }
    options.onLink()
    exchange.sayHeads()
    presence.onLink(link)
    publish()
  }

  async function onMessage(link: Link, exchange: BlockExchange, bytes: Uint8Array): Promise<void> {
    const message = decodeLinkMessage(bytes)
    if (!message.ok) return link.channel.close()
    await act(link, exchange, message.value)
    publish()
  }

  async function act(link: Link, exchange: BlockExchange, message: LinkMessage): Promise<void> {
    switch (message.type) {
      case 'ops':
        return addOperations(message.operations)
      case 'op-heads':
        return sayOperations(link, message.heads)
      case 'heads':
        return exchange.onHeads(message.heads)
      case 'blocks': {
        // Not awaited: the link reads on (pings, presence) while blocks are judged; what runs ahead is bounded by the acknowledgements.
        exchange
          .onBlocks(message.blocks)
          .then((outcomes) => {
            for (const outcome of outcomes)
              if (outcome.status === 'refused' || outcome.status === 'forked') options.onRefused(outcome, link.peer)
            publish()
          })
          .catch(options.onFault)
        return
      }
      case 'received':
        return exchange.onReceived(message.count)
      case 'presence':
        return presence.onMessage(link, message.presence)
      case 'ping':
        return link.send({ type: 'pong' })
      case 'reach':
        if (link.peer === undefined) reach = message.peers
        return
      case 'ready':
      case 'pong':
      case 'unknown':
        return
    }
  }

  async function addOperations(operations: readonly Uint8Array[]): Promise<void> {
    for (const operation of operations) await log.add(operation)
  }

  function sayOperations(link: Link, heads: readonly Uint8Array[]): void {
    for (const operations of portionsOf(log.missingFor(heads))) link.send({ type: 'ops', operations })
  }

  /** Any byte is a sign of life; a silent link is asked, and closed when it stays silent. */
  function watchSilence(link: Link): { heard(): void; stop(): void } {
    let heardAt = clock.now()
    let timer: Timer = clock.after(pingAfterMs, look)
    function look(): void {
      const silent = clock.now() - heardAt
      if (silent >= silentMs) return link.channel.close()
      if (silent >= pingAfterMs) link.send({ type: 'ping' })
      timer = clock.after(pingAfterMs, look)
    }
    return {
      heard: () => {
        heardAt = clock.now()
      },
      stop: () => clock.clear(timer),
    }
  }

  function moveRoom(): Promise<void> {
    const step = async (): Promise<void> => {
      const newest = keyRing.newest()
      const key = newest === undefined ? '' : toId<string>(newest.id)
      if (current !== undefined && (current.network !== wanted || current.key !== key)) {
        await current.room.leave()
        current = undefined
      }
      if (newest === undefined || wanted === undefined || current !== undefined || disposed) return
      const { room: name, password } = epochRendezvous(crypto, idBytes(space), newest.key)
      const room: Room = wanted.enter({ name, password }, (connection) => meet(connection, () => current?.room))
      current = { network: wanted, room, key }
    }
    // A step that fails must not keep the next from being taken.
    moving = moving.then(step).catch(options.onFault)
    return moving
  }

  return {
    state,
    presence,
    enterNetwork(through) {
      wanted = through
      void moveRoom().then(publish)
    },
    async leaveNetwork() {
      wanted = undefined
      await moveRoom()
      publish()
    },
    enterTabs(tabs) {
      tabsRoom ??= tabs.enter({ name: `space/${space}`, password: '' }, (connection) => meet(connection, () => tabsRoom))
    },
    announce(node) {
      const isOwn = node.header.device.every((byte, i) => byte === identity.signing.publicKey[i])
      let pushed = 0
      for (const [link, exchange] of links) {
        if (link.peer === undefined) exchange.push(node)
        else if (isOwn && pushed++ < maxPushLinks) exchange.push(node)
        else exchange.sayHeadsSoon()
      }
      publish()
    },
    async dispose() {
      if (disposed) return
      disposed = true
      presence.dispose()
      stopLog()
      stopKeys()
      wanted = undefined
      await Promise.all([moveRoom(), tabsRoom?.leave()])
      for (const channel of channels) channel.close()
    },
  }
}
