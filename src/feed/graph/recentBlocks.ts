import type { BlockId } from '../../shared/ids.ts'
import type { Block } from '../block.ts'

/** The blocks that came or were made last, whole in memory up to {@link recentBytes}. */
export interface RecentBlocks {
  /** Keeps a block, and lets the oldest go for it. */
  add(id: BlockId, block: Block): void
  get(id: BlockId): Block | undefined
  ids(): readonly BlockId[]
}

const recentBytes = 4 * 1024 * 1024

export function createRecentBlocks(): RecentBlocks {
  const blocks = new Map<BlockId, Block>()
  let bytes = 0
  return {
    add(id, block) {
      if (blocks.has(id)) return
      blocks.set(id, block)
      bytes += sizeOf(block)
      for (const [oldest, former] of blocks) {
        if (bytes <= recentBytes || oldest === id) break
        blocks.delete(oldest)
        bytes -= sizeOf(former)
      }
    },
    get: (id) => blocks.get(id),
    ids: () => [...blocks.keys()],
  }
}

function sizeOf(block: Block): number {
  return block.header.length + block.signature.length + block.envelope.length
}
