import type { ItemId } from '../../shared/ids.ts'
import { compareTexts } from '../types/compareValues.ts'
import { ownParent, ownPosition, type ItemRecord } from '../items/itemIndex.ts'
import { positionBetween } from './positions.ts'
import { SortedList } from '../query/sortedList.ts'

/**
 * Who lies under whom, in which order, and what is removed, kept up to date change by change.
 *
 * Everyone's moves are kept as they were made; concurrent ones can form cycles. The parents that hold are a pure function of the moves:
 * in each cycle the least id is the victim; all victims go to the top, then in the order of their ids each goes back to the parent it had
 * before, if that makes no cycle. Nothing is written for that. A local move near a victim writes the victim's present place as well
 * ({@link Tree.healedBy}), so that no later move makes it jump.
 *
 * Invariants: the parents that hold form no cycle; an incremental update gives what a fresh tree gives; every record is in exactly one
 * list of children. An attacker can make cycles and long chains of any ids: walks are bounded by the number of records, and a parent that
 * is not here leaves its children where they say they are, visible.
 */
export interface Tree {
  /**
   * Takes over changes of own parents, positions, deleted flags and purge marks.
   * @param repurged takes the records that are purged now and were not, or the other way round
   * @returns the records whose parent, position, `removed` or `purged` flag changed
   */
  update(changed: Iterable<ItemRecord>, repurged?: Set<ItemRecord>): Set<ItemRecord>
  /** What is removed and not purged, and lies under nothing of which that holds; in no order. */
  readonly topmostRemoved: ReadonlySet<ItemRecord>
  /** The children of an item (undefined: the top), hidden ones too, in order. */
  children(parentId: string | undefined): Iterable<ItemRecord>
  /** How many items lie above one. Asked about each item of a path it walks that once. */
  depthOf(record: ItemRecord): number
  /** Whether an item is `ancestorId` or lies under it. */
  isWithin(id: string | undefined, ancestorId: string): boolean
  /** Whether an item already stands right before a sibling; undefined: last. */
  isBefore(record: ItemRecord, sibling: ItemRecord | undefined): boolean
  /** Victims of cycles whose present place a move of `record` to `parentId` must write. */
  healedBy(record: ItemRecord, parentId: string | undefined): ItemRecord[]
  /**
   * The position for an item before a sibling (undefined: last). Siblings that share one position cannot be told apart: those at and
   * behind the place get fresh ones too. Where there is no room at all the item shares the position of its neighbour.
   */
  place(parentId: string | undefined, before: ItemRecord | undefined, moving: ItemRecord | undefined, tag: string): Placing
}

export interface Placing {
  readonly order: string
  readonly respaced: readonly (readonly [ItemRecord, string])[]
}

const maxRespaced = 100

function compareSiblings(a: ItemRecord, b: ItemRecord): number {
  return compareTexts(a.position, b.position) || compareTexts(a.id, b.id)
}

function compareIds(a: ItemRecord, b: ItemRecord): number {
  return compareTexts(a.id, b.id)
}

/** A tree over records, empty until the first update. */
export function createTree(recordsById: ReadonlyMap<string, ItemRecord>): Tree {
  const childrenByParent = new Map<string, SortedList<ItemRecord>>()
  const listed = new Set<ItemRecord>()
  const victims = new Set<ItemRecord>()
  const topmost = new Set<ItemRecord>()
  /** Depths that were asked about since the last change. */
  const depths = new Map<ItemRecord, number>()

  const parentOf = (record: ItemRecord): ItemRecord | undefined =>
    record.parentId === undefined ? undefined : recordsById.get(record.parentId)

  const listOf = (parentId: string | undefined): SortedList<ItemRecord> | undefined => childrenByParent.get(parentId ?? '')

  const unlist = (record: ItemRecord): void => {
    const list = listOf(record.parentId)
    list?.delete(record)
    if (list?.size === 0) childrenByParent.delete(record.parentId ?? '')
  }

  const enlist = (record: ItemRecord): void => {
    let list = listOf(record.parentId)
    if (list === undefined) childrenByParent.set(record.parentId ?? '', (list = new SortedList(compareSiblings)))
    list.add(record)
    listed.add(record)
  }

  /** The parents that hold, for those that may differ from what is kept: victims and the records whose own parent changed. */
  const resolveParents = (changed: readonly ItemRecord[]): Map<ItemRecord, ItemId | undefined> => {
    const resolved = new Map<ItemRecord, ItemId | undefined>()
    for (const record of changed) {
      if (!listed.has(record) || victims.has(record) || record.parentId !== ownParent(record)) resolved.set(record, ownParent(record))
    }
    if (resolved.size === 0 && victims.size === 0) return resolved
    for (const victim of victims) resolved.set(victim, ownParent(victim))
    const above = (record: ItemRecord): ItemRecord | undefined => {
      const parentId = resolved.has(record) ? resolved.get(record) : record.parentId
      return parentId === undefined ? undefined : recordsById.get(parentId)
    }

    victims.clear()
    const walkOf = new Map<ItemRecord, ItemRecord>()
    for (const start of resolved.keys()) {
      // Most lie at the top, and nothing there is part of a cycle.
      if (above(start) === undefined) continue
      let at: ItemRecord | undefined = start
      while (at !== undefined && !walkOf.has(at)) {
        walkOf.set(at, start)
        at = above(at)
      }
      if (at === undefined || walkOf.get(at) !== start) continue
      let least = at
      for (let member = above(at)!; member !== at; member = above(member)!) if (member.id < least.id) least = member
      victims.add(least)
    }

    for (const victim of victims) resolved.set(victim, undefined)
    /** An item above each one that was passed: who makes many circles and a long chain must not make everyone walk it for each. */
    const shortcuts = new Map<ItemRecord, ItemRecord>()
    const topmostAbove = (start: ItemRecord): ItemRecord => {
      const passed: ItemRecord[] = []
      let at = start
      for (let next: ItemRecord | undefined = at; next !== undefined; next = shortcuts.get(at) ?? above(at)) {
        passed.push(next)
        at = next
      }
      for (const record of passed) if (record !== at) shortcuts.set(record, at)
      return at
    }
    for (const victim of [...victims].sort(compareIds)) {
      const before = recordsById.get(victim.moved?.parentBefore ?? '')
      if (before?.creation !== undefined && topmostAbove(before) !== victim) resolved.set(victim, before.id)
    }
    return resolved
  }

  const spreadRemoved = (start: ItemRecord, affected: Set<ItemRecord>, repurged: Set<ItemRecord>): void => {
    const open = [start]
    for (let record = open.pop(); record !== undefined; record = open.pop()) {
      const parent = parentOf(record)
      const removed = record.deletedFlag || record.purgeMark === 'item' || parent?.removed === true
      const purged = record.purgeMark === 'item' || (record.purgeMark === 'under' && parent?.purged === true)
      if (removed && !purged && (parent?.removed !== true || parent.purged)) topmost.add(record)
      else topmost.delete(record)
      if (removed === record.removed && purged === record.purged) continue
      if (purged !== record.purged) repurged.add(record)
      record.removed = removed
      record.purged = purged
      affected.add(record)
      for (const child of listOf(record.id)?.values() ?? []) open.push(child)
    }
  }

  return {
    topmostRemoved: topmost,

    update(changes, repurged = new Set()) {
      depths.clear()
      const changed = [...changes]
      const affected = new Set<ItemRecord>()
      const resolved = resolveParents(changed)
      const moved = new Set(resolved.keys())
      for (const record of changed) if (record.position !== ownPosition(record)) moved.add(record)
      for (const record of moved) {
        const parentId = resolved.has(record) ? resolved.get(record) : record.parentId
        const position = ownPosition(record)
        if (listed.has(record)) {
          if (record.parentId === parentId && record.position === position) continue
          unlist(record)
        }
        record.parentId = parentId
        record.position = position
        enlist(record)
        affected.add(record)
      }
      for (const record of moved) spreadRemoved(record, affected, repurged)
      for (const record of changed) spreadRemoved(record, affected, repurged)
      return affected
    },

    *children(parentId) {
      yield* listOf(parentId)?.values() ?? []
    },

    depthOf(record) {
      const path: ItemRecord[] = []
      let at: ItemRecord | undefined = record
      for (; at !== undefined && !depths.has(at); at = parentOf(at)) path.push(at)
      let depth = at === undefined ? -1 : depths.get(at)!
      for (const passed of path.reverse()) depths.set(passed, ++depth)
      return depth
    },

    isWithin(id, ancestorId) {
      for (let at = id; at !== undefined; at = recordsById.get(at)?.parentId) if (at === ancestorId) return true
      return false
    },

    isBefore(record, sibling) {
      const siblings = listOf(record.parentId)
      return siblings !== undefined && siblings.at(siblings.rank(record) + 1) === sibling
    },

    healedBy(record, parentId) {
      const healed = new Set<ItemRecord>()
      if (victims.size === 0) return []
      for (const start of [record.parentId, parentId]) {
        for (let at = start === undefined ? undefined : recordsById.get(start); at !== undefined; at = parentOf(at)) {
          if (victims.has(at) && at !== record) healed.add(at)
        }
      }
      return [...healed]
    },

    place(parentId, before, moving, tag) {
      const siblings = listOf(parentId)
      const at = (rank: number): ItemRecord | undefined => siblings?.at(rank)
      const beforeRank = before === undefined ? (siblings?.size ?? 0) : siblings!.rank(before)
      const leftRank = at(beforeRank - 1) === moving && moving !== undefined ? beforeRank - 2 : beforeRank - 1
      const left = at(leftRank)?.position ?? ''
      const order = positionBetween(left, before?.position, tag)
      if (order !== undefined) return { order, respaced: [] }
      if (before === undefined || left < before.position) return { order: left, respaced: [] }
      return respace(left, before, beforeRank)

      function respace(start: string, first: ItemRecord, firstRank: number): Placing {
        const group: ItemRecord[] = []
        let rank = firstRank
        for (let next = at(rank); next?.position === first.position && group.length < maxRespaced; next = at(++rank)) {
          if (next !== moving) group.push(next)
        }
        const end = at(rank)?.position
        const orders: string[] = []
        let last: string | undefined = start
        for (let count = 0; count <= group.length; count++) {
          last = positionBetween(last, end, tag)
          if (last === undefined) return { order: start, respaced: [] }
          orders.push(last)
        }
        return { order: orders[0]!, respaced: group.map((record, i) => [record, orders[i + 1]!]) }
      }
    },
  }
}
