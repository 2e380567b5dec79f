import type { BlockId, SpaceId } from '../shared/ids.ts'
import type { Durability, Storage, StorageBatch } from '../storage/storage.ts'
import type { Block } from './block.ts'
import type { BlockNode } from './blockGraph.ts'

/** The stored blocks of one space, with those of the last moments in memory, because they are asked for before they are on disk. */
export interface BlockStore {
  /** Stores blocks, and with them whatever else must stand or fall with them. @throws EchoError of {@link Storage.write} */
  put(blocks: readonly { readonly node: BlockNode; readonly block: Block }[], durability: Durability, alongside?: StorageBatch): Promise<void>
  /** The blocks in the order asked; undefined where one is missing or damaged. */
  get(nodes: readonly BlockNode[]): Promise<readonly (Block | undefined)[]>
}

const recentBytes = 4 * 1024 * 1024

export function createBlockStore({ storage, space }: { readonly storage: Storage; readonly space: SpaceId }): BlockStore {
  const recent = new Map<BlockId, Block>()
  let bytes = 0

  function remember(id: BlockId, block: Block): void {
    if (recent.has(id)) return
    recent.set(id, block)
    bytes += sizeOf(block)
    for (const [oldest, former] of recent) {
      if (bytes <= recentBytes || oldest === id) break
      recent.delete(oldest)
      bytes -= sizeOf(former)
    }
  }

  return {
    put(blocks, durability, alongside = {}) {
      for (const { node, block } of blocks) remember(node.id, block)
      const putBlocks = blocks.map(({ node, block }) => ({ space, feed: node.feed, seq: node.header.seq, block: node.id, ...block }))
      return storage.write({ ...alongside, putBlocks }, durability)
    },

    async get(nodes) {
      const absent = nodes.filter((node) => !recent.has(node.id))
      const rows = absent.length === 0 ? [] : await storage.readBlocks(space, absent.map((node) => ({ feed: node.feed, seq: node.header.seq, block: node.id })))
      const read = new Map<BlockId, Block>()
      rows.forEach((row, i) => {
        if (row !== undefined) read.set(absent[i]!.id, { header: row.header, signature: row.signature, envelope: row.envelope })
      })
      return nodes.map((node) => recent.get(node.id) ?? read.get(node.id))
    },
  }
}

function sizeOf(block: Block): number {
  return block.header.length + block.signature.length + block.envelope.length
}
