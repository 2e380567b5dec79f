import * as Y from 'yjs'
import { equalBytes } from '../../shared/bytes.ts'
import { createRunIndex, type Run } from './runIndex.ts'

/**
 * Runs of a former document without what stands in the current one under the same clocks: the same content at the same place. An old disk that comes
 * back holds edits in its write-ahead log that are long in blocks elsewhere. Cut again, they are in both branches of the fork; written again, they would
 * stand twice.
 * @param runs in causal order, those of one client ascending
 */
export function differingRuns<R extends Run>(current: Y.Doc, former: Y.Doc, runs: readonly R[]): readonly R[] {
  const differing = createRunIndex<R>()

  function isSameReference(a: Y.ID | null, b: Y.ID | null): boolean {
    return Y.compareIDs(a, b) && (a === null || differing.at(a.client, a.clock) === undefined)
  }

  function isSamePlace(a: Y.Item, b: Y.Item, clock: number): boolean {
    return (
      a.parentSub === b.parentSub &&
      isSameReference(originAt(a, clock), originAt(b, clock)) &&
      isSameReference(a.rightOrigin, b.rightOrigin) &&
      isSameParent(a.parent as Y.AbstractType<unknown>, b.parent as Y.AbstractType<unknown>)
    )
  }

  function isSameParent(a: Y.AbstractType<unknown>, b: Y.AbstractType<unknown>): boolean {
    if (a._item !== null && b._item !== null) return isSameReference(a._item.id, b._item.id)
    return a._item === b._item && Y.findRootTypeKey(a) === Y.findRootTypeKey(b)
  }

  return runs.flatMap((run) => {
    const parts: R[] = []
    for (let clock = run.from; clock < run.to;) {
      const [a, b] = [structAt(former, run.client, clock)!, structAt(current, run.client, clock)]
      const end = Math.min(run.to, endOf(a))
      if (a instanceof Y.Item && b instanceof Y.Item && isSamePlace(a, b, clock)) {
        const bothEnd = Math.min(end, endOf(b))
        const count = countSame(a, b, clock, bothEnd - clock)
        clock += count
        if (clock === bothEnd) continue
      }
      // What is behind it in one item stands behind something else, so it is something else, too.
      const part = { ...run, from: clock, to: end }
      differing.add(part)
      parts.push(part)
      clock = end
    }
    return parts
  })
}

type Struct = Y.Item | Y.GC | Y.Skip

function structAt(doc: Y.Doc, client: number, clock: number): Struct | undefined {
  const structs = doc.store.clients.get(client)
  return structs === undefined || clock >= Y.getState(doc.store, client) ? undefined : structs[Y.findIndexSS(structs, clock)]
}

function endOf(struct: Struct): number {
  return struct.id.clock + struct.length
}

/** What an item's content from this clock on was put behind. */
function originAt(item: Y.Item, clock: number): Y.ID | null {
  return clock === item.id.clock ? item.origin : Y.createID(item.id.client, clock - 1)
}

/** How many of `most` units from this clock on are the same in both. */
function countSame(a: Y.Item, b: Y.Item, clock: number, most: number): number {
  const [units, others] = [unitsOf(a.content), unitsOf(b.content)]
  const [skip, skipOther] = [clock - a.id.clock, clock - b.id.clock]
  let count = 0
  while (count < most && isSameUnit(units[skip + count], others[skipOther + count])) count++
  // Half of a character is none.
  const isCut = count > 0 && count < most && typeof units === 'string' && isHighSurrogate(units.charCodeAt(skip + count - 1))
  return isCut ? count - 1 : count
}

function unitsOf(content: Y.Item['content']): string | readonly unknown[] {
  if (content instanceof Y.ContentString) return content.str
  if (content instanceof Y.ContentAny) return content.arr.map((value) => new Y.ContentAny([value]))
  return [content]
}

function isSameUnit(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  return a?.constructor === b?.constructor && equalBytes(encoded(a as Y.Item['content']), encoded(b as Y.Item['content']))
}

function encoded(content: Y.Item['content']): Uint8Array {
  const encoder = new Y.UpdateEncoderV1()
  content.write(encoder, 0)
  return encoder.toUint8Array()
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}
