import { toId, type BlockId, type DeviceId, type DocumentId } from '../shared/ids.ts'
import type { BlockGraph, BlockNode } from '../feed/graph/blockGraph.ts'
import type { DeviceQuotas } from '../feed/deviceQuotas.ts'
import { judgePayload, type Payload } from './applyPayloads.ts'
import type { LiveDocument } from './liveDocument.ts'
import type { LeftOut } from './writing/guardInDocument.ts'

/** Blocks that arrived and wait for the tick, which applies them as one splice. */
export interface Inbox {
  readonly isEmpty: boolean
  add(block: Payload): void
  payloadOf(id: BlockId): Uint8Array | undefined
  clear(): void
  /** Applies what waits to the open documents. @returns the blocks applied, those of closed documents among them */
  apply(): readonly BlockNode[]
}

export function createInbox(options: {
  readonly graph: BlockGraph
  /** Who pays for what is applied. */
  readonly quotas: Pick<DeviceQuotas, 'timed' | 'blame'>
  readonly live: ReadonlyMap<DocumentId, LiveDocument>
  /** A document is about to change. */
  readonly onTouch: (id: DocumentId) => void
  /** A payload breaks a rule of its open document. */
  readonly onLeftOut: (leftOut: LeftOut) => void
  readonly onFault: (error: unknown) => void
}): Inbox {
  const { graph, quotas, live } = options
  let blocks: Payload[] = []

  function apply(block: Payload): void {
    const { node, payload } = block
    const document = live.get(node.document)
    if (document === undefined) return
    const author = toId<DeviceId>(node.header.device)
    const rule = quotas.timed(author, () => judgePayload(document.doc, graph, block))
    if (rule !== undefined) {
      // What only rests on another's fault is none of its author's.
      if (rule !== 'rests') quotas.blame(author)
      options.onLeftOut({ node, rule })
      return
    }
    try {
      options.onTouch(node.document)
      quotas.timed(author, () => document.apply(payload))
    } catch (error) {
      // An observer of the app failed, after Yjs had taken the block in whole; those behind it must not be lost for that.
      options.onFault(error)
    }
  }

  return {
    get isEmpty() {
      return blocks.length === 0
    },
    add: (block) => void blocks.push(block),
    payloadOf: (id) => blocks.find(({ node }) => node.id === id)?.payload,
    clear() {
      blocks = []
    },
    apply() {
      const arrived = blocks
      blocks = []
      arrived.forEach(apply)
      return arrived.map(({ node }) => node)
    },
  }
}
