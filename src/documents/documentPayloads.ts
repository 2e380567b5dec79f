import { EchoError } from '../shared/echoError.ts'
import type { BlockId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { BlockNode } from '../feed/blockGraph.ts'
import type { BlockStore } from '../feed/blockStore.ts'

export interface PayloadSource {
  readonly store: BlockStore
  /** A payload that is still in memory because its block is not stored yet. */
  readonly unstored: (id: BlockId) => Uint8Array | undefined
}

const blocksPerRead = 512

/**
 * Reads and opens the payloads of blocks, in the order given. Blocks of the own disk are not judged again.
 * @returns data-corrupt naming the blocks that are missing or do not open
 */
export async function readPayloads(
  source: PayloadSource,
  nodes: readonly BlockNode[],
  onProgress?: (read: number) => void,
): Promise<Result<readonly Uint8Array[], EchoError>> {
  const { store, unstored } = source
  const payloads: Uint8Array[] = []
  for (let start = 0; start < nodes.length; start += blocksPerRead) {
    const chunk = nodes.slice(start, start + blocksPerRead)
    // Asked once: while the others are read, a block may be stored and leave the memory.
    const inMemory = chunk.map((node) => unstored(node.id))
    const stored = await store.payloads(chunk.filter((_, i) => inMemory[i] === undefined))
    let read = 0
    for (const [i, unstoredPayload] of inMemory.entries()) {
      const payload = unstoredPayload ?? stored[read++]
      if (payload === undefined) return fail(corrupt(chunk[i]!))
      payloads.push(payload)
    }
    onProgress?.(payloads.length)
  }
  return ok(payloads)
}

function corrupt(node: BlockNode): EchoError {
  return new EchoError(
    'data-corrupt',
    'A stored block is missing or cannot be read, so this document cannot be built whole on this device. Other members still hold it: open the space on another device, or join again from an invitation.',
    { details: { block: node.id, document: node.document } },
  )
}
