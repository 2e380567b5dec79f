import type { BlockId } from '../../shared/ids.ts'
import type { BlockGraph } from './blockGraph.ts'
import type { StoredHeader } from '../store/blockStore.ts'
import { decodeHeader, type BlockHeader } from '../header.ts'

/**
 * Puts stored headers into an empty graph, each after its past. They were judged when they came, so only their places matter here.
 * @returns how many found no place: damaged, or after a block that is missing
 */
export function loadBlockGraph(graph: BlockGraph, rows: readonly StoredHeader[]): number {
  const waiting = new Map<BlockId, { readonly id: BlockId; readonly header: BlockHeader }[]>()
  let placed = 0

  function place(id: BlockId, header: BlockHeader): void {
    const ready = [{ id, header }]
    for (let entry = ready.pop(); entry !== undefined; entry = ready.pop()) {
      const placement = graph.place(entry.id, entry.header)
      if (placement.status === 'missing') {
        const first = placement.blocks[0]!
        waiting.set(first, [...(waiting.get(first) ?? []), entry])
      } else if (placement.status === 'known') {
        // In a row of its own and in a bundle.
        placed++
      } else if (placement.status === 'fits') {
        graph.add(entry.id, entry.header)
        placed++
        ready.push(...(waiting.get(entry.id) ?? []))
        waiting.delete(entry.id)
      }
    }
  }

  for (const row of rows) {
    const header = decodeHeader(row.header)
    if (header.ok) place(row.block, header.value)
  }
  graph.decide()
  return rows.length - placed
}
