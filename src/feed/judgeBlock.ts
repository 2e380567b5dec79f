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
import { ok } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { KeyRing } from '../access/keys/keyRing.ts'
import type { MembershipLog } from '../access/membershipLog.ts'
import type { BlockGraph } from './graph/blockGraph.ts'
import type { ReceiveLayer } from './blockReceiver.ts'
import { clientIdOf } from './clientId.ts'
import type { DeviceQuotas } from './deviceQuotas.ts'
import { guardUpdate } from './guard/guardUpdate.ts'
import type { GuardRule } from './guard/refusal.ts'
import type { BlockHeader } from './header.ts'
import type { Awaited as Wait, HeldBlock } from './graph/heldBlocks.ts'
import { openBlock } from './openBlock.ts'

/** The payload of a block, or why it does not open. */
export type OpenedPayload = Awaited<ReturnType<typeof openBlock>>

/** What the layers behind the signature say of a block. */
export type BlockVerdict =
  /** It belongs into the graph. */
  | { readonly status: 'good'; readonly payload: Uint8Array }
  | { readonly status: 'known' }
  | { readonly status: 'waits'; readonly awaited: Wait }
  | { readonly status: 'refused'; readonly layer: ReceiveLayer; readonly reason: string }

/** The layers behind the signature, in the order in which they have to be asked. Nothing is changed by them but what they cost their author's quota. */
export interface BlockJudge {
  /** Whether the membership log has its author as a writer. @returns undefined where it has */
  author(header: BlockHeader): BlockVerdict | undefined
  /** Opens the envelope. @param known what came out before; the key may have come since */
  open(block: HeldBlock, known?: OpenedPayload): Promise<OpenedPayload>
  /** The place in the graph and the guard. Synchronous: a good block has to be added before anything else is. */
  content(block: HeldBlock, opened: OpenedPayload): BlockVerdict
}

export function createBlockJudge({
  crypto,
  quotas,
  space,
  log,
  keyRing,
  graph,
}: {
  readonly crypto: CryptoPort
  readonly quotas: DeviceQuotas
  readonly space: SpaceId
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
}): BlockJudge {
  const spaceBytes = idBytes(space)

  function guardFault(header: BlockHeader, payload: Uint8Array): GuardRule | undefined {
    const document = toId<DocumentId>(header.document)
    const before = (header.seq === 0 ? header.dependencies : [header.previous, ...header.dependencies]).map(toId<BlockId>)
    const guarded = guardUpdate(payload, {
      client: graph.node(toId<BlockId>(header.previous))?.client ?? clientIdOf(crypto, spaceBytes, header.device, header.slot),
      from: header.from,
      to: header.to,
      limits: graph.limits(before, document),
      mayBeEmpty: header.retracts.length > 0,
      kind: document === rootDocumentId ? 'root' : 'content',
    })
    if (!guarded.ok) return guarded.error.rule
    quotas.spend(toId<DeviceId>(header.device), { structs: guarded.value.structs + guarded.value.ranges })
    return undefined
  }

  return {
    author(header) {
      const role = log.roleAt(header.membership, toId<IdentityId>(header.identity), toId<DeviceId>(header.device))
      if (role === 'unknown') return { status: 'waits', awaited: { kind: 'operations' } }
      return role === undefined || role === 'reader' ? refused('membership', 'never-writer') : undefined
    },
    async open({ id, header, block, payload }, known) {
      if ('received' in block) return ok(block.payload)
      if (payload !== undefined) return ok(payload)
      if (known !== undefined && (known.ok || known.error !== 'unknown-key')) return known
      return openBlock(crypto, { space: spaceBytes, keyRing }, { id, header, envelope: block.envelope })
    },
    content({ id, header }, opened) {
      if (!opened.ok && opened.error === 'unknown-key') return { status: 'waits', awaited: { kind: 'key' } }
      if (!opened.ok) return refused(opened.error === 'plaintext-hash' ? 'header' : 'envelope', opened.error)
      const author = toId<DeviceId>(header.device)
      const placement = quotas.timed(author, () => graph.place(id, header))
      if (placement.status === 'known') return placement
      if (placement.status === 'missing') return { status: 'waits', awaited: { kind: 'block', block: placement.blocks[0]! } }
      if (placement.status === 'malformed') return refused('graph', placement.fault)
      const fault = quotas.timed(author, () => guardFault(header, opened.value))
      return fault === undefined ? { status: 'good', payload: opened.value } : refused('guard', fault)
    },
  }
}

function refused(layer: ReceiveLayer, reason: string): BlockVerdict {
  return { status: 'refused', layer, reason }
}
