import { equalBytes } from '../../shared/bytes.ts'
import { firstIndex } from '../../shared/firstIndex.ts'
import type { DocumentId } from '../../shared/ids.ts'
import type { Orphans } from './blockGraph.ts'
import type { ForkVerdict } from './forkVerdict.ts'
import { covers, type Entry } from './graphEntry.ts'

/** See {@link BlockGraph.orphansOf}. */
export function findOrphans(verdict: ForkVerdict, device: Uint8Array, isWanted: (slot: number) => boolean): readonly Orphans[] {
  const groups: { readonly document: DocumentId; readonly entries: Entry[] }[] = []
  const lost = withdrawnForGood(verdict).filter((entry) => {
    const { device: author, slot } = entry.node.header
    return equalBytes(author, device) && isWanted(slot) && !verdict.isOutside(entry) && !verdict.isWrittenAgain(entry)
  })
  for (const entry of lost) {
    const { document, feed } = entry.node
    const group = groups.find(({ entries }) => {
      const [other] = entries
      // Of two branches one document can hold only one.
      return other!.node.document === document && other!.node.feed === feed && covers(entry, entries.at(-1)!)
    })
    if (group === undefined) groups.push({ document, entries: [entry] })
    else group.entries.push(entry)
  }
  return groups.map(({ document, entries }) => {
    const begin = firstWithdrawn(verdict, entries[0]!)
    // What turned up after the others were written again is a matter of its own.
    const first = verdict.isClaimed(begin, document) ? entries[0]! : begin
    return { document, blocks: entries.map(({ node }) => node), retracts: [{ first: first.bytes, last: entries.at(-1)!.bytes }] }
  })
}

/** The blocks that do not stand, in causal order, but for those that wait for a decision. */
export function withdrawnForGood({ withdrawn, withheld }: ForkVerdict): readonly Entry[] {
  return [...withdrawn].filter((entry) => !withheld.has(entry)).sort((a, b) => a.order - b.order)
}

/** The block at which the feed of a withdrawn one stopped standing. */
function firstWithdrawn({ withdrawn }: ForkVerdict, entry: Entry): Entry {
  let { branch } = entry
  while (branch.base !== undefined && withdrawn.has(branch.base)) branch = branch.base.branch
  return branch.entries[firstIndex(branch.entries, (other) => withdrawn.has(other))]!
}
