import { equalBytes } from '../shared/bytes.ts'
import { idBytes, toId, type BlockId, type DeviceId, type SpaceId } from '../shared/ids.ts'
import type { Clock } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { KeyRing } from '../access/keys/keyRing.ts'
import type { MembershipLog } from '../access/membershipLog.ts'
import { decodeBlock, verifyBlock, type Block } from './block.ts'
import type { BlockGraph } from './graph/blockGraph.ts'
import type { AcceptedBlock, BlockReceiver, ReceiveLayer, ReceiveOutcome } from './blockReceiver.ts'
import { openBundle, openBundleHead, type Bundle, type BundleFault } from './bundles/bundle.ts'
import type { DeviceQuotas } from './deviceQuotas.ts'
import { createFairQueue, maxLaneJobs } from './fairQueue.ts'
import { blockIdOf, decodeHeader, type BlockHeader } from './header.ts'
import { createHeldBlocks, heldBytes, maxHeldBytes, type Awaited as Wait, type HeldBlock, type HeldLimits } from './graph/heldBlocks.ts'
import { createBlockJudge, type BlockVerdict, type OpenedPayload } from './judgeBlock.ts'
import { createReceivedBundle, type BundledBlock } from './bundles/receivedBundle.ts'
import { createTurnedAway } from './turnedAway.ts'

/*
 * How a block from a peer becomes part of the space. Everything in it may be made up, so the checks run from cheap and outer to dear and inner, and each
 * layer may rely on those before it: bytes -> author's signature -> author's entry in the membership log -> place in the graph -> envelope -> payload hash -> guard.
 *
 * Invariants: the graph holds only blocks that passed every layer; a block is handed on after all blocks in its past; what cannot be judged yet is held
 * within bounds; nothing that a peer sends makes this throw.
 *
 * What an attacker can do: without an entry as a writer, fill one bounded account of blocks that wait for operations. With one, write whatever the guard lets
 * pass under his own name, and fork his own feed: all branches are taken in, and the graph says which one stands. Once removed he can go on making blocks that
 * he dates back; they are taken in at the pace of any device, and do not stand.
 */

export interface BlockReceiverOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly quotas: DeviceQuotas
  readonly space: SpaceId
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
  /** Runs synchronously after a block was added to the graph, in causal order. */
  readonly onAccepted: (accepted: AcceptedBlock) => void
  /** A peer sent a block, or one in a bundle, that is in the graph. */
  readonly onKnown?: (id: BlockId, copy: Block | BundledBlock) => void
  /** How much may wait of one device; the app's own bounds by default. */
  readonly heldLimits?: HeldLimits
}

export function createBlockReceiver({
  crypto,
  clock,
  quotas,
  space,
  log,
  keyRing,
  graph,
  onAccepted,
  onKnown,
  heldLimits,
}: BlockReceiverOptions): BlockReceiver {
  const spaceBytes = idBytes(space)
  const layers = createBlockJudge({ crypto, quotas, space, log, keyRing, graph })
  const held = createHeldBlocks(heldLimits)
  const refusals = new Map<string, number>()
  /** Held blocks for which the block that is being judged was the last thing to wait for. */
  let ready: HeldBlock[] = []
  /** Bundles of which nothing can be read yet. */
  const keyless: Bundle[] = []
  /** Blocks that wait for their turn: the same one may come over several links. */
  const queued = new Map<BlockId, { readonly block: Block; readonly outcome: Promise<ReceiveOutcome> }>()
  const queue = createFairQueue({
    clock,
    waitMs: (lane) => (lane === strangers ? 0 : quotas.waitMs(lane as DeviceId)),
    sponsorOf: (lane) => held.waiterOtherThan(lane, (waiter) => waiter !== unknownEntries && !quotas.isExhausted(waiter as DeviceId)),
    onSponsored: (sponsor, bytes) => quotas.spend(sponsor as DeviceId, { blocks: 1, bytes }),
  })
  const turnedAway = createTurnedAway({
    isKnown: log.wasListed,
    known: () => [...log.state.get().members.values()].flatMap(({ devices }) => devices.map(({ sign }) => toId<DeviceId>(sign))),
    hasRoom: (device) => held.hasRoom(device) && queue.size(device) <= maxLaneJobs / 4,
  })
  let isDisposed = false

  function refused(layer: ReceiveLayer, reason: string): ReceiveOutcome {
    const key = `${layer}/${reason}`
    refusals.set(key, (refusals.get(key) ?? 0) + 1)
    return { status: 'refused', layer, reason }
  }

  function hold(block: HeldBlock, awaited: Wait): ReceiveOutcome {
    const account = awaited.kind === 'operations' ? unknownEntries : toId<DeviceId>(block.header.device)
    if (held.hold(block, awaited, account)) return { status: 'held', awaits: awaited.kind }
    return turnAway(block.header, 'too-many-held', account === unknownEntries ? 'retry' : 'room')
  }

  function turnAway(header: Pick<BlockHeader, 'device'>, reason: string, until: 'room' | 'retry'): ReceiveOutcome {
    turnedAway.note(toId<DeviceId>(header.device), until)
    return refused('hold', reason)
  }

  /** Whoever the log does not know shares one lane, because an attacker can make up as many devices as he likes. */
  function laneOf(header: Pick<BlockHeader, 'device'>): string {
    const device = toId<DeviceId>(header.device)
    return log.wasListed(device) ? device : strangers
  }

  /** Judges a block, in its turn. @returns what became of it, and the blocks that waited for it */
  async function judgeNow(
    candidate: HeldBlock,
    opening?: Promise<OpenedPayload>,
  ): Promise<{ readonly outcome: ReceiveOutcome; readonly next: readonly HeldBlock[] }> {
    const outcome = await judge(candidate, opening)
    const next = ready
    ready = []
    if (laneOf(candidate.header) !== strangers && outcome.status !== 'held') charge(candidate, outcome)
    turnedAway.review('room')
    return { outcome, next }
  }

  function charge(candidate: HeldBlock, outcome: ReceiveOutcome): void {
    const author = toId<DeviceId>(candidate.header.device)
    quotas.spend(author, { blocks: 1, bytes: heldBytes(candidate) })
    // The envelope may be another's doing; what the author signed is his own.
    if (outcome.status === 'refused' && (outcome.layer === 'graph' || outcome.layer === 'guard')) quotas.blame(author)
  }

  /** Judges held blocks whose wait is over, each in its device's turn, before what else waits there. @returns when each is judged, or has to wait again */
  async function follow(freed: readonly HeldBlock[]): Promise<void> {
    // The first goes in last, so that it stands in front.
    const judgements = freed.toReversed().map((candidate) => {
      return new Promise<void>((resolve, reject) => {
        const job = { bytes: heldBytes(candidate), run: () => judgeNow(candidate), onDelayed: resolve }
        queue
          .add(laneOf(candidate.header), job, 'front')!
          .then(({ next }) => follow(next))
          .then(resolve, reject)
      })
    })
    await Promise.all(judgements)
  }

  /**
   * Judges a block whose signature is good.
   * @param opening its envelope, where that began ahead
   */
  async function judge(candidate: HeldBlock, opening?: Promise<OpenedPayload>): Promise<ReceiveOutcome> {
    if (isDisposed) return refused('hold', 'disposed')
    const objection = layers.author(candidate.header)
    if (objection !== undefined) return settle(candidate, objection)
    const opened = await layers.open(candidate, await opening)
    // From here on everything is synchronous: blocks cut on this device may join the graph in between.
    if (isDisposed) return refused('hold', 'disposed')
    return settle(opened.ok ? { ...candidate, payload: opened.value } : candidate, layers.content(candidate, opened))
  }

  /** Does what a verdict asks for. */
  function settle(candidate: HeldBlock, verdict: BlockVerdict): ReceiveOutcome {
    const { id, block, header } = candidate
    if (verdict.status === 'refused') return refused(verdict.layer, verdict.reason)
    if (verdict.status === 'waits') return hold(candidate, verdict.awaited)
    if (verdict.status === 'known') {
      if ('received' in block) block.received.note(block.index)
      onKnown?.(id, block)
      return verdict
    }
    // Whoever has lost the right to write may still have had it when he wrote this, and others may have built on it: the graph says whether it stands.
    const node = quotas.timed(toId<DeviceId>(header.device), () => graph.add(id, header))
    ready = [...held.takeWaitingFor(id), ...ready]
    if ('received' in block) block.received.note(block.index)
    onAccepted({ node, payload: verdict.payload, block: 'received' in block ? block.received : block })
    return { status: 'accepted' }
  }

  async function receive(bytes: Uint8Array, onDelayed?: () => void): Promise<ReceiveOutcome> {
    if (isDisposed) return refused('hold', 'disposed')
    const decoded = decodeBlock(bytes)
    if (!decoded.ok) return refused('decode', decoded.error)
    const block = decoded.value
    const read = decodeHeader(block.header)
    if (!read.ok) return read.error === 'newer-version' ? { status: 'newer-version' } : refused('decode', read.error)
    const header = read.value
    if (!equalBytes(header.space, spaceBytes)) return refused('graph', 'space')
    const id = blockIdOf(crypto, block.header)
    if (graph.node(id) !== undefined) {
      onKnown?.(id, block)
      return { status: 'known' }
    }
    const twin = queued.get(id)
    if (twin !== undefined && isSame(twin.block, block)) {
      // It takes no place of its own.
      onDelayed?.()
      return twin.outcome
    }

    const candidate: HeldBlock = { id, block, header, payload: undefined }
    let verified: Promise<boolean> | undefined
    let opening: Promise<OpenedPayload> | undefined
    const judgement = queue.add(laneOf(header), {
      bytes: bytes.length,
      prepare() {
        verified = verifyBlock(crypto, header.device, block)
        opening = layers.open(candidate)
      },
      async run(): ReturnType<typeof judgeNow> {
        const early = await beforeJudging(id, block, verified)
        return early === undefined ? judgeNow(candidate, opening) : { outcome: early, next: [] }
      },
      ...(onDelayed === undefined ? {} : { onDelayed }),
    })
    if (judgement === undefined) return turnAway(header, 'too-many-queued', 'room')
    const outcome = judgement.then(async ({ outcome: own, next }) => {
      await follow(next)
      return own
    })
    const entry = { block, outcome }
    if (twin === undefined) queued.set(id, entry)
    const forget = (): boolean => queued.get(id) === entry && queued.delete(id)
    judgement.then(forget, forget)
    return outcome
  }

  async function beforeJudging(id: BlockId, block: Block, verified: Promise<boolean> | undefined): Promise<ReceiveOutcome | undefined> {
    if (isDisposed) return refused('hold', 'disposed')
    if (!(await verified)) return refused('signature', 'bad-signature')
    const awaited = held.awaitedBy(id)
    if (awaited === undefined) return undefined
    const copy = held.get(id)!
    // Either may carry another's envelope; which one shows only when the operations or keys are here.
    if (copy.payload === undefined && 'envelope' in copy.block && !isSame(copy.block, block))
      turnedAway.note(toId<DeviceId>(copy.header.device), 'retry')
    return { status: 'held', awaits: awaited.kind }
  }

  async function receiveBundle(bundle: Bundle, onDelayed?: () => void): Promise<readonly ReceiveOutcome[]> {
    if (isDisposed) return [refused('hold', 'disposed')]
    const head = await openBundleHead(crypto, bundle.head)
    if (!head.ok) return [refused(layerOf(head.error), head.error)]
    const first = head.value.run.headers[0]!
    if (!equalBytes(first.space, spaceBytes)) return [refused('graph', 'space')]
    let opening: ReturnType<typeof openBundle> | undefined
    const judgement = queue.add(laneOf(first), {
      bytes: bundle.head.length + bundle.parts.length,
      prepare() {
        opening = openBundle(crypto, { space: spaceBytes, keyRing }, bundle, head.value)
      },
      run: async () => judgeBundle(bundle, first, await opening!),
      ...(onDelayed === undefined ? {} : { onDelayed }),
    })
    if (judgement === undefined) return [turnAway(first, 'too-many-queued', 'room')]
    const { outcomes, next } = await judgement
    await follow(next)
    return outcomes
  }

  async function judgeBundle(
    bundle: Bundle,
    first: Pick<BlockHeader, 'device'>,
    opened: Awaited<ReturnType<typeof openBundle>>,
  ): Promise<{ readonly outcomes: readonly ReceiveOutcome[]; readonly next: readonly HeldBlock[] }> {
    const outcomes: ReceiveOutcome[] = []
    const next: HeldBlock[] = []
    if (!opened.ok) {
      outcomes.push(opened.error === 'unknown-key' ? holdBundle(bundle, first) : refused(layerOf(opened.error), opened.error))
      return { outcomes, next }
    }
    const { blocks, head } = opened.value
    const last = blocks.at(-1)!
    if (!(await verifyBlock(crypto, last.header.device, { header: last.bytes, signature: head.signature })))
      return { outcomes: [refused('signature', 'bad-signature')], next }

    const received = createReceivedBundle(bundle, opened.value)
    for (const [index, { id, header, bytes, payload }] of blocks.entries()) {
      const awaited = held.awaitedBy(id)
      if (awaited !== undefined) {
        if (held.get(id)!.payload === undefined) turnedAway.note(toId<DeviceId>(header.device), 'retry')
        outcomes.push({ status: 'held', awaits: awaited.kind })
        continue
      }
      const judged = await judgeNow({ id, header, block: { header: bytes, payload, received, index }, payload: undefined })
      outcomes.push(judged.outcome)
      next.push(...judged.next)
      // What follows rests on it.
      if (judged.outcome.status === 'refused') break
      await queue.breathe()
    }
    return { outcomes, next }
  }

  function holdBundle(bundle: Bundle, first: Pick<BlockHeader, 'device'>): ReceiveOutcome {
    const bytes = [...keyless, bundle].reduce((sum, { head, parts }) => sum + head.length + parts.length, 0)
    if (bytes > (heldLimits?.bytes ?? maxHeldBytes)) return turnAway(first, 'too-many-held', 'retry')
    keyless.push(bundle)
    return { status: 'held', awaits: 'key' }
  }

  async function retry(): Promise<void> {
    const bundles = keyless.splice(0)
    await Promise.all([
      ...bundles.map((bundle) => receiveBundle(bundle)),
      follow(held.takeDoubtful((block) => graph.node(block) !== undefined)),
    ])
    if (!isDisposed) turnedAway.review('retry')
  }

  return {
    receive,
    receiveBundle,
    retry,
    delayed: queue.delayed as Readable<ReadonlySet<string>> as Readable<ReadonlySet<DeviceId>>,
    queued: queue.size,
    noteOwnWork: queue.noteOwnWork,
    wake: queue.wake,
    onWantedAgain: turnedAway.onWantedAgain,
    get held() {
      return held.size
    },
    waiting: held.all,
    refusals: () => refusals,
    dispose() {
      isDisposed = true
      ready = []
      keyless.length = 0
      held.clear()
      queued.clear()
      queue.dispose()
    },
  }
}

/** The lane of all whose device the membership log does not know. */
const strangers = 'strangers'
/** The account of held blocks whose author's entry is not known yet. */
const unknownEntries = 'unknown entries'

/** The layer that a bundle's fault belongs to. */
function layerOf(fault: BundleFault): ReceiveLayer {
  return fault === 'malformed' || fault === 'newer-version' ? 'decode' : 'envelope'
}

function isSame(a: Block, b: Block): boolean {
  return equalBytes(a.signature, b.signature) && equalBytes(a.envelope, b.envelope)
}
