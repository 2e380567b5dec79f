import type { BlockId, DeviceId } from '../shared/ids.ts'
import type { Block } from './block.ts'
import type { FeedKey } from './blockGraph.ts'

/** A signed block that contradicts one in the graph: proof that its slot wrote two histories. */
export interface ForkEvidence {
  readonly feed: FeedKey
  readonly id: BlockId
  /** The block that has its place here. */
  readonly standing: BlockId
  readonly block: Block
}

const maxPerDevice = 16

/** Keeps the first forks of each device; more would prove nothing new. */
export function createForkEvidence(): { add(evidence: ForkEvidence, device: DeviceId): void; all(): readonly ForkEvidence[] } {
  const byDevice = new Map<DeviceId, Map<BlockId, ForkEvidence>>()
  return {
    add(evidence, device) {
      const kept = byDevice.get(device) ?? new Map<BlockId, ForkEvidence>()
      byDevice.set(device, kept)
      if (kept.size < maxPerDevice && !kept.has(evidence.id)) kept.set(evidence.id, evidence)
    },
    all: () => [...byDevice.values()].flatMap((kept) => [...kept.values()]),
  }
}
