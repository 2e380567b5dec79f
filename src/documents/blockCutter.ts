import { compareBytes } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { idBytes, rootDocumentId, type BlockId, type DocumentId, type SpaceId } from '../shared/ids.ts'
import type { Clock } from '../shared/ports.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { KeyRing } from '../access/keyRing.ts'
import type { MembershipLog } from '../access/membershipLog.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import { clientIdOf } from '../feed/clientId.ts'
import { plaintextHash } from '../feed/envelope.ts'
import { feedKeyOf } from '../feed/feedKey.ts'
import { guardUpdate } from '../feed/guard/guardUpdate.ts'
import { blockIdOf, encodeHeader, type BlockHeader } from '../feed/header.ts'
import { splitUpdate } from '../feed/splitUpdate.ts'
import type { CutBlock } from './blockFinisher.ts'

/**
 * Turns own updates into blocks: splits, guards, makes the header, takes the place in the feed. All of it synchronous, so that nothing remote
 * can get between an edit and the past its block declares.
 */
export interface BlockCutter {
  readonly client: number
  /** The newest applied blocks, ascending: what the next block names as its past. */
  frontier(): readonly BlockId[]
  /** Says that blocks were applied. */
  advance(blocks: readonly BlockId[]): void
  /** Why a cut is not possible now, or undefined. */
  obstacle(): EchoError | undefined
  /**
   * Cuts one update of the own slot. Either the whole update is in the blocks or none of it.
   * @param past the dependency heads at the time of the edit; the frontier by default
   * @param rows write-ahead rows that the blocks replace
   */
  cut(
    document: DocumentId,
    update: Uint8Array,
    from: number,
    rows: readonly string[],
    past?: readonly BlockId[],
  ): Result<readonly CutBlock[], EchoError>
}

export interface BlockCutterOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly space: SpaceId
  readonly identity: LocalIdentity
  readonly slot: number
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
}

const noBlock = new Uint8Array(32)

export function createBlockCutter({ crypto, clock, space, identity, slot, log, keyRing, graph }: BlockCutterOptions): BlockCutter {
  const spaceBytes = idBytes(space)
  const device = identity.signing.publicKey
  const feed = feedKeyOf(device, slot)
  const client = clientIdOf(crypto, spaceBytes, device, slot)
  let frontier: readonly BlockId[] = []

  function place(
    document: DocumentId,
    part: { readonly update: Uint8Array; readonly from: number; readonly to: number },
    past: readonly BlockId[],
  ): Result<CutBlock, EchoError> {
    const head = graph.head(feed)
    const before = graph.maximal(head === undefined ? past : [...past, head.id])
    const limits = graph.limits(before, document)
    const guarded = guardUpdate(part.update, {
      client,
      from: part.from,
      to: part.to,
      limits,
      kind: document === rootDocumentId ? 'root' : 'content',
    })
    if (!guarded.ok) return fail(refused(document, guarded.error))
    const key = keyRing.newest()!
    const header: BlockHeader = {
      space: spaceBytes,
      identity: idBytes(identity.id),
      device,
      slot,
      seq: head === undefined ? 0 : head.seq + 1,
      previous: head === undefined ? noBlock : idBytes(head.id),
      dependencies: before
        .filter((id) => id !== head?.id)
        .map(idBytes)
        .sort(compareBytes),
      membership: log.heads(),
      document: idBytes(document),
      keyId: key.id,
      from: part.from,
      to: part.to,
      timeMs: clock.now(),
      plaintextHash: plaintextHash(crypto, spaceBytes, key, part.update),
      retracts: [],
    }
    const bytes = encodeHeader(header)
    const node = graph.add(blockIdOf(crypto, bytes), header)
    frontier = graph.maximal([...frontier, node.id])
    return ok({ node, header: bytes, payload: part.update, rows: [] })
  }

  return {
    client,
    frontier: () => frontier,
    advance(blocks) {
      frontier = graph.maximal([...frontier, ...blocks])
    },
    obstacle() {
      if (keyRing.newest() === undefined)
        return new EchoError('peer-offline', 'No key of this space opens on this device yet; edits wait until a member hands one over.')
      if (!log.isWriter(identity.id, identity.deviceId)) return readOnly()
      return undefined
    },
    cut(document, update, from, rows, past = frontier) {
      const parts = splitUpdate(update, client, from)
      if (!parts.ok) return fail(refused(document, parts.error))
      const blocks: CutBlock[] = []
      for (const part of parts.value) {
        const block = place(document, part, past)
        // The parts of a clean update are clean, so only the first can be refused and nothing was placed then.
        if (!block.ok) return block
        blocks.push(block.value)
      }
      const last = blocks.pop()
      return ok(last === undefined ? [] : [...blocks, { ...last, rows }])
    },
  }
}

export function readOnly(): EchoError {
  return new EchoError('read-only', 'You may read this space but not change it. Ask an admin of the space for the role of an editor.')
}

function refused(document: DocumentId, why: { readonly rule: string; readonly reason: string }): EchoError {
  return new EchoError(
    'block-refused',
    `An edit breaks a rule that every peer checks (${why.rule}: ${why.reason}), so it cannot be shared. It was taken back; change it and try again.`,
    {
      details: { document, rule: why.rule, reason: why.reason },
    },
  )
}
