import type { Written } from './page/probe.ts'

/**
 * Places and clocks that were used twice: two blocks of a feed under one sequence number, or two that cover the same Yjs clock of a document.
 * @param written of any number of disks; the same block may come many times
 */
export function findTwins(written: readonly Written[]): string[] {
  const twins = new Set<string>()
  const blockByPlace = new Map<string, string>()
  for (const { feed, seq, block } of written) {
    if (block === undefined) continue
    const place = `${feed} ${seq}`
    if ((blockByPlace.get(place) ?? block) !== block) twins.add(`two blocks at ${place}`)
    blockByPlace.set(place, block)
  }
  const endByDocument = new Map<string, number>()
  const inOrder = [...new Map(written.map((entry) => [`${entry.feed} ${entry.seq}`, entry])).values()].toSorted((a, b) => a.seq - b.seq)
  for (const { feed, document, from, to } of inOrder) {
    const name = `${feed} in ${document}`
    const end = endByDocument.get(name) ?? 0
    if (from < end && from < to) twins.add(`clock ${from} twice, ${name}`)
    endByDocument.set(name, Math.max(end, to))
  }
  return [...twins]
}
