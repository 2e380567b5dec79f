import { EchoError } from '../shared/echoError.ts'
import type { BlockId, SpaceId } from '../shared/ids.ts'
import type { Clock } from '../shared/ports.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { DocumentCaches } from '../storage/documentCache.ts'
import type { BlockNode } from '../feed/graph/blockGraph.ts'
import type { BlockStore } from '../feed/store/blockStore.ts'
import type { Payload } from './applyPayloads.ts'

export interface PayloadSource {
  readonly clock: Clock
  readonly space: SpaceId
  readonly store: BlockStore
  /** A payload that is still in memory because its block is not stored yet. */
  readonly unstored: (id: BlockId) => Uint8Array | undefined
  /** Where documents are cached, if they are. */
  readonly caches: DocumentCaches | undefined
}

const blocksPerRead = 512
/** What is applied in one task: the page must go on answering while a large document opens. */
const bytesPerSlice = 256 * 1024

/**
 * Reads and opens the payloads of blocks, in the order given, and hands them on slice by slice. Blocks of the own disk are not judged again.
 * @param take called with each slice, in a task of its own
 * @returns data-corrupt naming the first block that is missing or does not open
 */
export async function readPayloads(
  { clock, store, unstored }: PayloadSource,
  nodes: readonly BlockNode[],
  take: (blocks: readonly Payload[]) => void,
): Promise<Result<void, EchoError>> {
  for (let start = 0; start < nodes.length; start += blocksPerRead) {
    const chunk = nodes.slice(start, start + blocksPerRead)
    // Asked once: while the others are read, a block may be stored and leave the memory.
    const inMemory = chunk.map((node) => unstored(node.id))
    const stored = await store.payloads(chunk.filter((_, i) => inMemory[i] === undefined))
    let read = 0
    let slice: Payload[] = []
    let bytes = 0
    for (const [i, node] of chunk.entries()) {
      const payload = inMemory[i] ?? stored[read++]
      if (payload === undefined) return fail(corrupt(node))
      if (bytes >= bytesPerSlice) {
        take(slice)
        await new Promise<void>((resolve) => clock.after(0, resolve))
        slice = []
        bytes = 0
      }
      slice.push({ node, payload })
      bytes += payload.length
    }
    take(slice)
  }
  return ok(undefined)
}

function corrupt(node: BlockNode): EchoError {
  return new EchoError(
    'data-corrupt',
    'A stored block is missing or cannot be read, so this document cannot be built whole on this device. Other members still hold it: open the space on another device, or join again from an invitation.',
    { details: { block: node.id, document: node.document } },
  )
}
