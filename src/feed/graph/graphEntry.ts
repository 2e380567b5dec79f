import type { DocumentId } from '../../shared/ids.ts'
import type { BlockNode, FeedKey } from './blockGraph.ts'

/**
 * How many blocks of each branch, by branch number, lie in a block's past, counted from the feed's first; a branch beyond the end has none. Never
 * written to after it was made: blocks that learn of nothing new share the array of the block before them. The block's own branch is not kept up
 * to date in it, because its seq says the same.
 */
export type Past = readonly number[]

/** A block in the graph. */
export interface Entry {
  readonly node: BlockNode
  /** The node's id, 32 bytes, held once for all headers that name it. */
  readonly bytes: Uint8Array
  /** Place in the order of adding, which is a causal order. */
  readonly order: number
  readonly branch: Branch
  readonly past: Past
}

/** Blocks of a feed that follow each other: the whole feed where it does not fork. */
export interface Branch {
  readonly feed: FeedKey
  readonly index: number
  readonly client: number
  /** The block after which it leaves another branch; undefined where it begins the feed. */
  readonly base: Entry | undefined
  /** The seq of its first block. */
  readonly start: number
  readonly entries: Entry[]
  /** Per document, the blocks that hold structs: ascending both by seq and by clock. */
  readonly writesByDocument: Map<DocumentId, Entry[]>
}

/** How many blocks of `branch`, counted from the feed's first, are `entry` or lie in its past. */
export function countCovered(entry: Entry, branch: Branch): number {
  return entry.branch === branch ? entry.node.header.seq + 1 : (entry.past[branch.index] ?? 0)
}

/** Whether `other` is `entry` or lies in its past. */
export function covers(entry: Entry, other: Entry): boolean {
  return countCovered(entry, other.branch) > other.node.header.seq
}

/** Of some branches, those that hold `entry` or blocks of its past, each with the newest of these. */
export function newestOn(branches: readonly Branch[], entry: Entry): readonly Entry[] {
  return branches.flatMap((branch) => {
    const count = countCovered(entry, branch)
    return count > branch.start ? branch.entries[count - 1 - branch.start]! : []
  })
}

/** Whether each of some blocks of one feed is in the past of the next longer one. */
export function isOneLine(blocks: readonly Entry[]): boolean {
  const sorted = [...blocks].sort((a, b) => a.node.header.seq - b.node.header.seq)
  return sorted.every((block, i) => i === 0 || covers(block, sorted[i - 1]!))
}

/** What lies in `past`, or is `entry`, or lies in its past: `past` itself where that adds nothing. */
export function joinPast(past: Past, entry: Entry): Past {
  const { index } = entry.branch
  const count = entry.node.header.seq + 1
  const adds = (past[index] ?? 0) < count || entry.past.some((covered, branch) => (past[branch] ?? 0) < covered)
  if (!adds) return past
  const length = Math.max(past.length, entry.past.length, index + 1)
  const joined = Array.from({ length }, (_, branch) => Math.max(past[branch] ?? 0, entry.past[branch] ?? 0))
  joined[index] = Math.max(joined[index]!, count)
  return joined
}
