import { EchoError } from '../shared/echoError.ts'
import type { BlockId, SpaceId } from '../shared/ids.ts'
import type { Clock, Timer } from '../shared/ports.ts'
import type { BlockRow, Durability, Storage, StorageBatch } from '../storage/storage.ts'
import type { Block } from './block.ts'
import type { BlockNode } from './blockGraph.ts'

/** The stored blocks of one space, with those of the last moments in memory, because they are asked for before they are on disk. */
export interface BlockStore {
  /** Takes a block from a peer; it is stored within a moment, many together. Lost in a crash it is fetched again. */
  gather(node: BlockNode, block: Block): void
  /**
   * Stores blocks, and with them whatever else must stand or fall with them: first of all what was gathered, for it may be their past.
   * @throws EchoError of {@link Storage.write}
   */
  put(
    blocks: readonly { readonly node: BlockNode; readonly block: Block }[],
    durability: Durability,
    alongside?: StorageBatch,
  ): Promise<void>
  /** Stores what was gathered. @throws EchoError of {@link Storage.write} */
  flush(): Promise<void>
  /** The blocks in the order asked; undefined where one is missing or damaged. */
  get(nodes: readonly BlockNode[]): Promise<readonly (Block | undefined)[]>
}

const recentBytes = 4 * 1024 * 1024
const gatherMs = 20
/** After a write that failed. */
const retryMs = 2000

export function createBlockStore(options: {
  readonly storage: Storage
  readonly space: SpaceId
  readonly clock: Clock
  /** Gathered blocks could not be stored. */
  readonly onFault: (error: unknown) => void
}): BlockStore {
  const { storage, space, clock } = options
  const recent = new Map<BlockId, Block>()
  let bytes = 0
  let gathered: BlockRow[] = []
  let timer: Timer | undefined

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

  function rowOf(node: BlockNode, block: Block): BlockRow {
    remember(node.id, block)
    return { space, feed: node.feed, seq: node.header.seq, block: node.id, ...block }
  }

  function write(rows: readonly BlockRow[], durability: Durability, alongside: StorageBatch): Promise<void> {
    clock.clear(timer)
    timer = undefined
    const waiting = gathered
    gathered = []
    return storage.write({ ...alongside, putBlocks: [...waiting, ...rows] }, durability).catch((error: unknown) => {
      // Own edits may rest on them: they go with the next write, and are tried again.
      gathered = [...waiting, ...gathered]
      const isOver = error instanceof EchoError && error.code === 'disposed'
      if (waiting.length > 0 && !isOver) writeAfter(retryMs)
      throw error
    })
  }

  function writeAfter(delayMs: number): void {
    timer ??= clock.after(delayMs, () => void write([], 'relaxed', {}).catch(options.onFault))
  }

  return {
    gather(node, block) {
      gathered.push(rowOf(node, block))
      writeAfter(gatherMs)
    },

    put: (blocks, durability, alongside = {}) =>
      write(
        blocks.map(({ node, block }) => rowOf(node, block)),
        durability,
        alongside,
      ),

    flush: () => write([], 'relaxed', {}),

    async get(nodes) {
      const inMemory = new Map<BlockId, Block>()
      const waiting = gathered.length === 0 ? undefined : new Map(gathered.map((row) => [row.block, row]))
      for (const { id } of nodes) {
        const block = recent.get(id) ?? waiting?.get(id)
        if (block !== undefined) inMemory.set(id, block)
      }
      const absent = nodes.filter((node) => !inMemory.has(node.id))
      const rows =
        absent.length === 0
          ? []
          : await storage.readBlocks(
              space,
              absent.map((node) => ({ feed: node.feed, seq: node.header.seq, block: node.id })),
            )
      const read = new Map<BlockId, Block>()
      rows.forEach((row, i) => {
        if (row !== undefined) read.set(absent[i]!.id, { header: row.header, signature: row.signature, envelope: row.envelope })
      })
      return nodes.map((node) => inMemory.get(node.id) ?? read.get(node.id))
    },
  }
}

function sizeOf(block: Block): number {
  return block.header.length + block.signature.length + block.envelope.length
}
