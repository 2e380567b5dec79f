import { toId, type BlockId, type DeviceId, type DocumentId, type IdentityId } from '../../shared/ids.ts'
import type { BlockHeader } from '../../feed/header.ts'
import type { BlockNode } from '../../feed/graph/blockGraph.ts'
import { blockPlaceOf } from '../../feed/store/blockStore.ts'
import type { InspectableSpace } from './inspectable.ts'

/** A block as its header tells it; nothing is decrypted. */
export interface InspectedBlock {
  readonly id: BlockId
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly slot: number
  readonly seq: number
  /** The item whose text or model it is of, or the root document. */
  readonly document: DocumentId
  /** By its author's clock. */
  readonly timeMs: number
  /** Number of the key it is sealed under, from 0; undefined where the membership log names no such key. */
  readonly epoch: number | undefined
  /**
   * `accepted`: it is part of the space · `withdrawn`: it is here and does not stand · `held`: it cannot be judged yet. Refused blocks are not kept: see
   * `space.diagnostics`.
   */
  readonly verdict: 'accepted' | 'withdrawn' | 'held'
  /** Why a block does not stand, or what it waits for. */
  readonly why: 'author-ended' | 'taken-back' | 'awaits-block' | 'awaits-operations' | 'awaits-key' | undefined
}

/** All blocks that are here, and those that wait, the newest by their authors' clocks first. */
export function inspectBlocks({ graph, log, receiver }: InspectableSpace): readonly InspectedBlock[] {
  const epochs = new Map(log.epochs().map(({ keyId }, index) => [toId<string>(keyId), index]))

  function inspect(id: BlockId, header: BlockHeader, verdict: InspectedBlock['verdict'], why: InspectedBlock['why']): InspectedBlock {
    return {
      id,
      identity: toId<IdentityId>(header.identity),
      device: toId<DeviceId>(header.device),
      slot: header.slot,
      seq: header.seq,
      document: toId<DocumentId>(header.document),
      timeMs: header.timeMs,
      epoch: epochs.get(toId<string>(header.keyId)),
      verdict,
      why,
    }
  }

  const here = graph.missingFor([]).map(({ id, header }) => {
    if (graph.stands(id)) return inspect(id, header, 'accepted', undefined)
    return inspect(id, header, 'withdrawn', graph.isOutside(id) ? 'author-ended' : 'taken-back')
  })
  const held = receiver.waiting().map(({ held: { id, header }, awaited }) => inspect(id, header, 'held', `awaits-${awaited.kind}`))
  // Later ones follow earlier ones in the graph, whatever the clocks say.
  return [...here, ...held].reverse().sort((a, b) => b.timeMs - a.timeMs)
}

/** What a block's header says in full, with ids as text, to be looked into; undefined where the block is not here any more. */
export function inspectHeader({ graph, receiver }: InspectableSpace, id: BlockId): Readonly<Record<string, unknown>> | undefined {
  const header = graph.node(id)?.header ?? receiver.waiting().find(({ held }) => held.id === id)?.held.header
  if (header === undefined) return undefined
  const texts = (ids: readonly Uint8Array[]): string[] => ids.map((each) => toId<string>(each))
  return {
    block: id,
    identity: toId<string>(header.identity),
    device: toId<string>(header.device),
    slot: header.slot,
    seq: header.seq,
    previous: header.seq === 0 ? undefined : toId<string>(header.previous),
    dependencies: texts(header.dependencies),
    membership: texts(header.membership),
    document: toId<string>(header.document),
    clocks: [header.from, header.to],
    time: new Date(Math.min(header.timeMs, maxDateMs)).toISOString(),
    retracts: header.retracts.map(({ first, last }) => texts([first, last])),
  }
}

/** The last moment of which a Date can tell: a peer may write any number. */
const maxDateMs = 8.64e15

/**
 * How many bytes blocks take on the disk, by id; those that lie in a bundle, or are not stored yet, are missing. @throws (rejects) EchoError of storage
 */
export async function sizesOfBlocks(
  { id, graph, storage }: InspectableSpace,
  blocks: readonly BlockId[],
): Promise<ReadonlyMap<BlockId, number>> {
  const nodes: BlockNode[] = blocks.flatMap((block) => graph.node(block) ?? [])
  const sizes = new Map<BlockId, number>()
  for (let at = 0; at < nodes.length; at += blocksAtOnce) {
    const rows = await storage.readBlocks(id, nodes.slice(at, at + blocksAtOnce).map(blockPlaceOf))
    for (const row of rows) if (row) sizes.set(row.block, row.header.length + row.signature.length + row.envelope.length)
  }
  return sizes
}

/** So many blocks are read from the disk at once. */
const blocksAtOnce = 256
