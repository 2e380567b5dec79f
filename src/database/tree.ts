import type { ItemId } from '../shared/ids.ts'
import { compareTexts } from './compareValues.ts'
import { ownParent, ownPosition, type ItemRecord } from './itemIndex.ts'
import { positionBetween } from './positions.ts'
import { SortedList } from './sortedList.ts'

/**
 * Who lies under whom, in which order, and what is hidden, kept up to date change by change.
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
  /** Takes over changes of own parents, positions and deleted flags. @returns the records whose parent, position or hidden flag changed. */
  update(changed: Iterable<ItemRecord>): Set<ItemRecord>
  /** The children of an item (undefined: the top), hidden ones too, in order. */
  children(parentId: string | undefined): Iterable<ItemRecord>
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
    for (const victim of [...victims].sort(compareIds)) {
      const before = victim.moved?.parentBefore
      if (before === undefined || recordsById.get(before)?.creation === undefined) continue
      let at: ItemRecord | undefined = recordsById.get(before)
      while (at !== undefined && at !== victim) at = above(at)
      if (at === undefined) resolved.set(victim, before)
    }
    return resolved
  }

  const spreadHidden = (start: ItemRecord, affected: Set<ItemRecord>): void => {
    const open = [start]
    for (let record = open.pop(); record !== undefined; record = open.pop()) {
      const hidden = record.deletedFlag || parentOf(record)?.hidden === true
      if (hidden === record.hidden) continue
      record.hidden = hidden
      affected.add(record)
      for (const child of listOf(record.id)?.values() ?? []) open.push(child)
    }
  }

  return {
    update(changes) {
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
      for (const record of moved) spreadHidden(record, affected)
      for (const record of changed) spreadHidden(record, affected)
      return affected
    },

    *children(parentId) {
      yield* listOf(parentId)?.values() ?? []
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
