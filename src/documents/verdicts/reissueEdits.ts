import * as Y from 'yjs'
import { differingRuns } from './differingRuns.ts'
import type { DeleteSet } from '../writing/extractUpdate.ts'
import { createRunIndex, type Run } from './runIndex.ts'

/** Structs of one block that no longer stands, in one document. */
export interface WithdrawnRun extends Run {
  /** The block's Yjs V1 update where this device wrote it; undefined for blocks of others. */
  readonly ownUpdate?: Uint8Array
}

/** An own edit that found no place any more, because what it stood in is gone too. */
export interface LostEdit {
  /** The map key or attribute that was written; null for a place in a text or list. */
  readonly key: string | null
  /** What was written: characters, values, or new Y types. */
  readonly content: readonly unknown[]
}

/** Origin of the transaction that writes withdrawn edits again; no undo manager tracks it. */
export const reissueOrigin = Symbol('reissue')

/**
 * Writes this device's withdrawn edits again, under the clientID that `current` has now, in one local transaction: it is logged, cut and guarded
 * like typing. Text and list items go behind their nearest left neighbour that still stands; a value goes over the key's present one, which stays
 * readable as a losing value. What the author or anyone had deleted or overwritten in the withdrawn history stays so; own deletions of what still
 * stands are done again. Nothing is written that stands under the same clocks just the same.
 * @param current the document without the withdrawn blocks, its clientID set to the slot that writes now
 * @param former the document with them
 * @param withdrawn all withdrawn blocks of the document, in causal order, those of one clientID ascending
 * @returns the edits that could not be placed
 */
export function reissueEdits(current: Y.Doc, former: Y.Doc, withdrawn: readonly WithdrawnRun[]): readonly LostEdit[] {
  const lost: LostEdit[] = []
  const differing = differingRuns(current, former, withdrawn)
  current.transact((transaction) => {
    const placed = createPlacement(transaction, former, differing)
    for (const run of differing) {
      if (run.ownUpdate === undefined) continue
      for (const piece of livePieces(former, run)) if (!placed.write(piece)) lost.push(describe(piece))
    }
    for (const run of withdrawn) if (run.ownUpdate !== undefined) placed.deleteAgain(Y.decodeUpdate(run.ownUpdate).ds)
    forgetPlaces(transaction)
  }, reissueOrigin)
  return lost
}

/**
 * Yjs remembers at which index some items stand, corrects that itself where it writes, and forgets it after changes of others. To it these are neither:
 * the next edit by index would meet other characters than its author saw.
 */
function forgetPlaces({ changed }: Y.Transaction): void {
  for (const type of changed.keys()) if (type._searchMarker !== null) type._searchMarker.length = 0
}

/** The part of an item that a withdrawn block wrote; Yjs merges items over the borders of blocks. */
interface Piece {
  readonly item: Y.Item
  readonly from: number
  readonly to: number
}

function livePieces(former: Y.Doc, run: WithdrawnRun): Piece[] {
  const structs = former.store.clients.get(run.client) ?? []
  const pieces: Piece[] = []
  if (run.to <= run.from || structs.length === 0) return pieces
  for (let i = Y.findIndexSS(structs, run.from); i < structs.length && structs[i]!.id.clock < run.to; i++) {
    const item = structs[i]!
    if (item instanceof Y.Item && !item.deleted) pieces.push(pieceOf(item, run))
  }
  return pieces
}

function pieceOf(item: Y.Item, run: WithdrawnRun): Piece {
  return { item, from: Math.max(item.id.clock, run.from), to: Math.min(item.id.clock + item.length, run.to) }
}

function createPlacement(transaction: Y.Transaction, former: Y.Doc, withdrawn: readonly WithdrawnRun[]) {
  const { doc } = transaction
  const { store } = doc
  const runs = createRunIndex(withdrawn)
  /** The new place of a piece, by the item in the former document and the piece's first clock. */
  const writtenByItem = new Map<Y.Item, Map<number, { readonly item: Y.Item; readonly last: Y.ID }>>()

  function write(piece: Piece): boolean {
    const parent = currentParent(piece.item.parent as Y.AbstractType<unknown>)
    if (parent === undefined) return false
    const { parentSub } = piece.item
    const left = parentSub === null ? leftNeighbour(piece) : (parent._map.get(parentSub) ?? null)
    const right = parentSub !== null ? null : left === null ? parent._start : left.right
    const id = Y.createID(doc.clientID, Y.getState(store, doc.clientID))
    const content = contentOf(piece)
    const item = new Y.Item(id, left, left?.lastId ?? null, right, right?.id ?? null, parent, parentSub, content)
    item.integrate(transaction, 0)
    const written = writtenByItem.get(piece.item) ?? new Map<number, { item: Y.Item; last: Y.ID }>()
    writtenByItem.set(piece.item, written.set(piece.from, { item, last: Y.createID(id.client, id.clock + piece.to - piece.from - 1) }))
    return true
  }

  /** The type in the current document that stands for one of the former; undefined where it is gone. */
  function currentParent(type: Y.AbstractType<unknown>): Y.AbstractType<unknown> | undefined {
    const holder = type._item
    if (holder === null) {
      const name = Y.findRootTypeKey(type)
      return doc.get(name, type.constructor as new () => Y.AbstractType<unknown>)
    }
    const { client, clock } = holder.id
    const standing = runs.at(client, clock) === undefined ? standingItem(client, clock) : writtenByItem.get(holder)?.get(clock)?.item
    return standing === undefined || standing.deleted || !(standing.content instanceof Y.ContentType) ? undefined : standing.content.type
  }

  function standingItem(client: number, clock: number): Y.Item | undefined {
    if (clock >= Y.getState(store, client)) return undefined
    const struct = Y.getItem(store, Y.createID(client, clock)) as Y.Item | Y.GC
    return struct instanceof Y.Item ? struct : undefined
  }

  /** Walks left in the former document to the first neighbour that stands, or was written again just now. */
  function leftNeighbour({ item: start, from }: Piece): Y.Item | null {
    let item: Y.Item | null = start
    let clock = from - 1
    for (;;) {
      if (clock < item.id.clock) {
        item = item.left
        if (item === null) return null
        clock = item.id.clock + item.length - 1
      }
      const run = runs.at(item.id.client, clock)
      if (run === undefined) {
        if (standingItem(item.id.client, clock) !== undefined)
          return Y.getItemCleanEnd(transaction, store, Y.createID(item.id.client, clock)) as Y.Item
        clock = item.id.clock - 1
        continue
      }
      const piece = pieceOf(item, run)
      const last = writtenByItem.get(item)?.get(piece.from)?.last
      if (last !== undefined) return Y.getItemCleanEnd(transaction, store, last) as Y.Item
      clock = piece.from - 1
    }
  }

  function deleteAgain(deleted: DeleteSet): void {
    for (const [client, ranges] of deleted.clients) {
      const end = Y.getState(store, client)
      const standing = ranges.flatMap(({ clock, len }) => outside(runs.of(client), clock, Math.min(clock + len, end)))
      const set = Y.createDeleteSet()
      if (standing.length > 0) set.clients.set(client, standing as never)
      Y.iterateDeletedStructs(transaction, set, (struct) => {
        if (struct instanceof Y.Item && !struct.deleted && isDeletion(struct)) struct.delete(transaction)
      })
    }
  }

  /** Overwriting a key deletes the value before. That is done again with the new value, or by whoever wrote it; alone it would empty the key. */
  function isDeletion(item: Y.Item): boolean {
    if (item.parentSub === null) return true
    const inFormer = Y.getItem(former.store, item.id) as Y.Item
    const parent = inFormer.parent as Y.AbstractType<unknown>
    return parent._map.get(item.parentSub)?.deleted ?? false
  }

  return { write, deleteAgain }
}

/** What of [from, to) lies in none of the runs, as ranges of a delete set. */
function outside(runs: readonly Run[], from: number, to: number): { clock: number; len: number }[] {
  let rest = from < to ? [{ from, to }] : []
  for (const run of runs) {
    rest = rest.flatMap((range) =>
      [
        { from: range.from, to: Math.min(range.to, run.from) },
        { from: Math.max(range.from, run.to), to: range.to },
      ].filter((part) => part.from < part.to),
    )
  }
  return rest.map((range) => ({ clock: range.from, len: range.to - range.from }))
}

function contentOf({ item, from, to }: Piece): Y.Item['content'] {
  let content = item.content.copy()
  if (from > item.id.clock) content = content.splice(from - item.id.clock)
  if (content.getLength() > to - from) content.splice(to - from)
  return content
}

function describe(piece: Piece): LostEdit {
  return { key: piece.item.parentSub, content: contentOf(piece).getContent() }
}
