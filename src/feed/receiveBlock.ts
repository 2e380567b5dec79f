import { equalBytes } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import {
  idBytes,
  rootDocumentId,
  toId,
  type BlockId,
  type DeviceId,
  type DocumentId,
  type IdentityId,
  type SpaceId,
} from '../shared/ids.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { KeyRing } from '../access/keyRing.ts'
import type { MembershipLog } from '../access/membershipLog.ts'
import { decodeBlock, verifyBlock, type Block } from './block.ts'
import type { BlockGraph, BlockNode, FeedKey } from './blockGraph.ts'
import { clientIdOf } from './clientId.ts'
import { openEnvelope, plaintextHash } from './envelope.ts'
import { feedKeyOf } from './feedKey.ts'
import { createForkEvidence, type ForkEvidence } from './forkEvidence.ts'
import { guardUpdate } from './guard/guardUpdate.ts'
import type { GuardRule } from './guard/refusal.ts'
import { blockIdOf, decodeHeader, type BlockHeader } from './header.ts'
import { createHeldBlocks, type Awaited, type HeldBlock } from './heldBlocks.ts'

/*
 * How a block from a peer becomes part of the space. Everything in it may be made up, so the checks run from cheap and outer to dear and inner, and each
 * layer may rely on those before it: bytes -> author's signature -> author's entry in the membership log -> place in the graph -> envelope -> payload hash -> guard.
 *
 * Invariants: the graph holds only blocks that passed every layer; a block is handed on after all blocks in its past; what cannot be judged yet is held
 * within bounds; nothing that a peer sends makes this throw.
 *
 * What an attacker can do: without an entry as a writer, fill one bounded account of blocks that wait for operations. With one, write whatever the guard lets
 * pass under his own name, and fork his own feed, of which one branch is kept here and the other as evidence.
 */

/** A block that passed every check. */
export interface AcceptedBlock {
  readonly node: BlockNode
  /** A Yjs V1 update that the guard let pass. */
  readonly payload: Uint8Array
  readonly block: Block
}

/** Which check refused a block; `hold` = it might be good, but too many wait already. */
export type ReceiveLayer = 'decode' | 'signature' | 'membership' | 'graph' | 'envelope' | 'header' | 'guard' | 'hold'

export type ReceiveOutcome =
  | { readonly status: 'accepted' | 'known' }
  | { readonly status: 'held'; readonly awaits: Awaited['kind'] }
  | { readonly status: 'forked'; readonly error: EchoError }
  | { readonly status: 'refused'; readonly layer: ReceiveLayer; readonly reason: string }

export interface BlockReceiver {
  /** Judges an encoded block. Blocks are judged in the order of the calls. Never rejects for what the bytes hold. */
  receive(bytes: Uint8Array): Promise<ReceiveOutcome>
  /** Judges again what waits for operations or keys, or for blocks that were added to the graph elsewhere: call it when some arrived. */
  retry(): Promise<void>
  /** Blocks that wait. */
  readonly held: number
  /** How often each check refused, by `<layer>/<reason>`. */
  refusals(): ReadonlyMap<string, number>
  /** Blocks that stand at a place that another block of the same slot has taken. */
  forks(): readonly ForkEvidence[]
  dispose(): void
}

export interface BlockReceiverOptions {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
  /** Runs synchronously after a block was added to the graph, in causal order. */
  readonly onAccepted: (accepted: AcceptedBlock) => void
}

export function createBlockReceiver({ crypto, space, log, keyRing, graph, onAccepted }: BlockReceiverOptions): BlockReceiver {
  const spaceBytes = idBytes(space)
  const held = createHeldBlocks()
  const forks = createForkEvidence()
  const refusals = new Map<string, number>()
  /** Held blocks whose wait is over, oldest first. */
  let ready: HeldBlock[] = []
  let queue: Promise<unknown> = Promise.resolve()
  let isDisposed = false

  function refused(layer: ReceiveLayer, reason: string): ReceiveOutcome {
    const key = `${layer}/${reason}`
    refusals.set(key, (refusals.get(key) ?? 0) + 1)
    return { status: 'refused', layer, reason }
  }

  function hold(block: HeldBlock, awaited: Awaited): ReceiveOutcome {
    const account = awaited.kind === 'operations' ? 'unknown entries' : toId<DeviceId>(block.header.device)
    return held.hold(block, awaited, account) ? { status: 'held', awaits: awaited.kind } : refused('hold', 'too-many-held')
  }

  function inTurn<T>(judge: () => Promise<T>): Promise<T> {
    const turn = queue.then(judge)
    // Whoever asked for this turn sees its failure; the next turn begins all the same.
    queue = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  async function judgeReady(): Promise<void> {
    for (let next = ready.shift(); next !== undefined && !isDisposed; next = ready.shift()) await judge(next)
  }

  /** What the graph says of a block, where that is not that it fits. */
  function misplaced(candidate: HeldBlock): ReceiveOutcome | undefined {
    const { id, block, header } = candidate
    const placement = graph.place(id, header)
    switch (placement.status) {
      case 'fits':
        return undefined
      case 'known':
        return { status: 'known' }
      case 'missing':
        // Until it was opened once, the block may carry another's envelope in place of the author's; such a copy shall not wait in the good one's place.
        return candidate.isOpened ? hold(candidate, { kind: 'block', block: placement.blocks[0]! }) : undefined
      case 'forked': {
        const feed = feedKeyOf(header.device, header.slot)
        forks.add({ feed, id, standing: placement.with, block }, toId<DeviceId>(header.device))
        return { status: 'forked', error: forkError(feed, id, placement.with) }
      }
      case 'malformed':
        return refused('graph', placement.fault)
    }
  }

  /** Judges a block whose signature is good. */
  async function judge(candidate: HeldBlock): Promise<ReceiveOutcome> {
    const { id, block, header } = candidate
    const role = log.roleAt(header.membership, toId<IdentityId>(header.identity), toId<DeviceId>(header.device))
    if (role === 'unknown') return hold(candidate, { kind: 'operations' })
    if (role === undefined || role === 'reader') return refused('membership', 'never-writer')
    const before = misplaced(candidate)
    if (before !== undefined) return before

    const opened = await openEnvelope(crypto, { space: spaceBytes, keyRing, blockId: idBytes(id), envelope: block.envelope })
    const hashKey = keyRing.get(header.keyId)
    if (hashKey === undefined || (!opened.ok && opened.error === 'unknown-key')) return hold(candidate, { kind: 'key' })
    if (!opened.ok) return refused('envelope', opened.error)
    const payload = opened.value
    if (!equalBytes(plaintextHash(crypto, spaceBytes, hashKey, payload), header.plaintextHash)) return refused('header', 'plaintext-hash')

    // From here on everything is synchronous. The graph is asked again, because blocks cut on this device may have joined it in the meantime.
    if (isDisposed) return refused('hold', 'disposed')
    const now = misplaced({ ...candidate, isOpened: true })
    if (now !== undefined) return now
    const fault = guardFault(header, payload)
    if (fault !== undefined) return refused('guard', fault)

    // Whether the author is a writer now (M24, M26) decides here, once members can be removed: until then everyone with an entry still is one.
    const node = graph.add(id, header)
    ready = [...held.takeWaitingFor(id), ...ready]
    onAccepted({ node, payload, block })
    return { status: 'accepted' }
  }

  function guardFault(header: BlockHeader, payload: Uint8Array): GuardRule | undefined {
    const document = toId<DocumentId>(header.document)
    const before = (header.seq === 0 ? header.dependencies : [header.previous, ...header.dependencies]).map(toId<BlockId>)
    const guarded = guardUpdate(payload, {
      client: clientIdOf(crypto, spaceBytes, header.device, header.slot),
      from: header.from,
      to: header.to,
      limits: graph.limits(before, document),
      kind: document === rootDocumentId ? 'root' : 'content',
    })
    return guarded.ok ? undefined : guarded.error.rule
  }

  async function receive(bytes: Uint8Array): Promise<ReceiveOutcome> {
    if (isDisposed) return refused('hold', 'disposed')
    const decoded = decodeBlock(bytes)
    if (!decoded.ok) return refused('decode', decoded.error)
    const block = decoded.value
    const read = decodeHeader(block.header)
    if (!read.ok) return refused('decode', read.error)
    const header = read.value
    if (!equalBytes(header.space, spaceBytes)) return refused('graph', 'space')
    const id = blockIdOf(crypto, block.header)
    if (graph.node(id) !== undefined) return { status: 'known' }
    // Begins before the block's turn, so that signatures of a burst are checked side by side.
    const verified = verifyBlock(crypto, header.device, block)
    return inTurn(async () => {
      if (!(await verified)) return refused('signature', 'bad-signature')
      if (isDisposed) return refused('hold', 'disposed')
      const awaited = held.awaitedBy(id)
      if (awaited !== undefined) return { status: 'held', awaits: awaited.kind }
      const outcome = await judge({ id, block, header, isOpened: false })
      await judgeReady()
      return outcome
    })
  }

  return {
    receive,
    retry: () =>
      inTurn(async () => {
        ready.push(...held.takeDoubtful((block) => graph.node(block) !== undefined))
        await judgeReady()
      }),
    get held() {
      return held.size
    },
    refusals: () => refusals,
    forks: () => forks.all(),
    dispose() {
      isDisposed = true
      ready = []
      held.clear()
    },
  }
}

function forkError(feed: FeedKey, block: BlockId, standing: BlockId): EchoError {
  return new EchoError(
    'block-forked',
    'Two different blocks claim the same place in the history of one device: a restored backup, a copied profile or a stolen key. The first one seen stands; the device should go on under a new slot.',
    { details: { feed, block, standing } },
  )
}
