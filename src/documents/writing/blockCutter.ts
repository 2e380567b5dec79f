import type * as Y from 'yjs'
import { compareBytes } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { idBytes, rootDocumentId, type BlockId, type DocumentId, type SpaceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import type { BlockGraph, FeedKey } from '../../feed/graph/blockGraph.ts'
import { clientIdOf } from '../../feed/clientId.ts'
import { plaintextHash } from '../../feed/envelope.ts'
import { feedKeyOf } from '../../feed/feedKey.ts'
import { guardUpdate } from '../../feed/guard/guardUpdate.ts'
import { blockIdOf, encodeHeader, type BlockHeader, type Retraction } from '../../feed/header.ts'
import { splitUpdate, type UpdatePart } from '../../feed/updates/splitUpdate.ts'
import type { CutBlock } from './blockFinisher.ts'
import { documentRules, guardInDocument } from './guardInDocument.ts'

/**
 * Turns own updates into blocks: splits, guards, makes the header, takes the place in the feed. All of it synchronous, so that nothing remote
 * can get between an edit and the past its block declares.
 */
export interface BlockCutter {
  readonly client: number
  /** The feed that it writes. */
  readonly feed: FeedKey
  /** The feed's newest block of this device: what the next block follows, whatever others may hold. */
  readonly head: BlockId | undefined
  /** The newest applied blocks, ascending: what the next block names as its past. */
  frontier(): readonly BlockId[]
  /** Says that blocks were applied. */
  advance(blocks: readonly BlockId[]): void
  /** Says that these blocks and their past are applied, and nothing else. */
  reset(blocks: readonly BlockId[]): void
  /** The clock at which the next block begins in a document. */
  nextClock(document: DocumentId): number
  /** Why a cut is not possible now, or undefined. */
  obstacle(): EchoError | undefined
  /**
   * Cuts one update of the own slot. Either the whole update is in the blocks or none of it: it is judged whole, by every rule that peers apply, before
   * anything takes its place in the feed.
   * @param doc holds the update's past, and may hold the update
   * @param rows write-ahead rows that the blocks replace
   */
  cut(
    document: DocumentId,
    doc: Y.Doc,
    update: Uint8Array,
    from: number,
    rows: readonly string[],
    options?: CutOptions,
  ): Result<readonly CutBlock[], EchoError>
}

export interface CutOptions {
  /** The dependency heads at the time of the edit; the frontier by default. */
  readonly past?: readonly BlockId[]
  /** What the first block takes back. */
  readonly retracts?: readonly Retraction[]
}

export interface BlockCutterOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly space: SpaceId
  readonly identity: LocalIdentity
  readonly slot: number
  /** The slot's newest block of this device. */
  readonly head: BlockId | undefined
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
}

const noBlock = new Uint8Array(32)

export function createBlockCutter(options: BlockCutterOptions): BlockCutter {
  const { crypto, clock, space, identity, slot, log, keyRing, graph } = options
  const spaceBytes = idBytes(space)
  const device = identity.signing.publicKey
  const feed = feedKeyOf(device, slot)
  const client = clientIdOf(crypto, spaceBytes, device, slot)
  let { head } = options
  let frontier: readonly BlockId[] = []

  /** What a block names as its past: the feed's head and `past`. */
  function pastOf(past: readonly BlockId[]): readonly BlockId[] {
    return graph.maximal(head === undefined ? past : [...past, head])
  }

  /** @returns why a peer would refuse the update or one of its parts */
  function fault(
    document: DocumentId,
    doc: Y.Doc,
    update: Uint8Array,
    parts: readonly UpdatePart[],
    { past = frontier, retracts = [] }: CutOptions,
  ): Refusal | undefined {
    const { from } = parts[0]!
    if (from !== graph.clockAfter(head, document)) return leftOut
    const limits = graph.limits(pastOf(past), document)
    const kind = document === rootDocumentId ? 'root' : 'content'
    for (const part of parts) {
      const guarded = guardUpdate(part.update, { client, from: part.from, to: part.to, limits, kind, mayBeEmpty: retracts.length > 0 })
      if (!guarded.ok) return guarded.error
    }
    const rule = guardInDocument(doc, update, { client, from, to: parts.at(-1)!.to, limits })
    return rule === undefined ? undefined : { rule, reason: documentRules[rule] }
  }

  function place(document: DocumentId, part: UpdatePart, { past = frontier, retracts = [] }: CutOptions): CutBlock {
    const previous = head && graph.node(head)
    const before = pastOf(past)
    const key = keyRing.newest()!
    const header: BlockHeader = {
      space: spaceBytes,
      identity: idBytes(identity.id),
      device,
      slot,
      seq: previous === undefined ? 0 : previous.header.seq + 1,
      previous: head === undefined ? noBlock : idBytes(head),
      dependencies: before
        .filter((id) => id !== head)
        .map(idBytes)
        .sort(compareBytes),
      membership: log.heads(),
      document: idBytes(document),
      keyId: key.id,
      from: part.from,
      to: part.to,
      timeMs: clock.now(),
      plaintextHash: plaintextHash(crypto, spaceBytes, key, part.update),
      retracts,
    }
    const bytes = encodeHeader(header)
    const node = graph.add(blockIdOf(crypto, bytes), header)
    head = node.id
    frontier = graph.maximal([...frontier, node.id])
    return { node, header: bytes, payload: part.update, rows: [] }
  }

  return {
    client,
    feed,
    get head() {
      return head
    },
    frontier: () => frontier,
    advance(blocks) {
      frontier = graph.maximal([...frontier, ...blocks])
    },
    reset(blocks) {
      frontier = graph.maximal(blocks)
    },
    nextClock: (document) => graph.clockAfter(head, document),
    obstacle() {
      // First, because whoever was removed gets no key any more: what he types would wait for ever.
      const refusal = notWriter(log, identity)
      if (refusal !== undefined || keyRing.newest() !== undefined) return refusal
      return new EchoError('peer-offline', 'No key of this space opens on this device yet; edits wait until a member hands one over.')
    },
    cut(document, doc, update, from, rows, cutting = {}) {
      const parts = splitUpdate(update, client, from)
      if (!parts.ok) return fail(refused(document, parts.error))
      const why = fault(document, doc, update, parts.value, cutting)
      if (why !== undefined) return fail(refused(document, why))
      const blocks = parts.value.map((part, i) => place(document, part, i === 0 ? cutting : { ...cutting, retracts: [] }))
      return ok(blocks.map((block, i) => (i < blocks.length - 1 ? block : { ...block, rows })))
    },
  }
}

interface Refusal {
  readonly rule: string
  readonly reason: string
}

const leftOut: Refusal = {
  rule: 'rests',
  reason: 'an earlier change of this device was left out of this document, and what follows it would be, too',
}

/** Why a device may not write, or undefined. */
export function notWriter(log: MembershipLog, { id, deviceId }: Pick<LocalIdentity, 'id' | 'deviceId'>): EchoError | undefined {
  if (log.isWriter(id, deviceId)) return undefined
  return log.device(deviceId) === undefined && log.wasListed(deviceId) ? noMember() : readOnly()
}

function readOnly(): EchoError {
  return new EchoError('read-only', 'You may read this space but not change it. Ask an admin of the space for the role of an editor.')
}

function noMember(): EchoError {
  return new EchoError(
    'removed',
    'This device is no member of the space any more: what is here can be read, and not changed. Ask an admin of the space for a new invitation.',
  )
}

function refused(document: DocumentId, why: Refusal): EchoError {
  return new EchoError(
    'block-refused',
    `An edit breaks a rule that every peer checks (${why.rule}: ${why.reason}), so it cannot be shared. It was taken back; change it and try again.`,
    {
      details: { document, rule: why.rule, reason: why.reason },
    },
  )
}
