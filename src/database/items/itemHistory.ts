import type { RootDocument } from '../../documents/rootDocument.ts'
import type { Clock } from '../../shared/ports.ts'
import {
  findOvertaken,
  holdState,
  isHeld,
  isKnown,
  isUntouched,
  lastSeen,
  unwritten,
  type HeldState,
  type StructPlace,
} from './heldState.ts'
import { parseItemKey, systemKey } from '../types/itemKeys.ts'
import type { ItemStore } from './itemStore.ts'
import { undoInBatchError, type UndoStack, type UndoStep } from '../undo/undoStack.ts'
import type { WriteBatch } from '../writeBatch.ts'

/**
 * Makes the undo steps of writes to items. A step holds, for each key it wrote, what the key said before and after, and takes a key back only
 * while it still says what the step, or its redo, made it say: what anyone wrote later stays. (A Y.UndoManager over the root map would empty
 * keys whose write had won over a concurrent one.) The undo of a creation deletes the item, so what others put into it and under it comes back
 * with the redo.
 */
export interface ItemHistory {
  /** To be called with the keys that are about to be written; what it returns, when they are. */
  readonly onWrite: (keys: readonly string[]) => () => void
  /** Lets what `run` writes be one step with this label. */
  asOneStep<T>(label: string | undefined, run: () => T): T
  /** The document was replaced: drops the steps of which nothing is left in the new one. */
  review(): void
}

export interface ItemHistoryOptions {
  readonly root: RootDocument
  readonly store: ItemStore
  readonly batch: () => WriteBatch
  readonly stack: UndoStack
  readonly clock: Clock
}

/** Writes to the same fields belong together while no pause between them is longer: typing into a field is one step. */
const pauseMs = 1000

interface Entry {
  readonly key: string
  before: HeldState
  after: HeldState
  /** Up to which struct others wrote before the step, not beside it; undefined where that does not matter. */
  seen: StructPlace | undefined
}

interface ItemStep extends UndoStep {
  readonly entries: readonly Entry[]
  /** Whether a further write of the same fields may become part of it. */
  readonly isPlain: boolean
}

/** A history that pushes its steps onto `stack`. */
export function createItemHistory({ root, store, batch, stack, clock }: ItemHistoryOptions): ItemHistory {
  /** The states that steps say keys are in, to be shared with the step that follows. */
  const latest = new Map<string, HeldState>()
  /** Set while a step is taken back or done again: what is to be done once that is written. */
  let onReplayed: (() => void) | undefined
  let named: { readonly label: string | undefined } | undefined
  let writtenAt = 0

  /** Whether what a key belongs to is in the space: what was withdrawn or purged is not written about. */
  const isThere = (key: string): boolean => {
    const parsed = parseItemKey(key)
    if (parsed === undefined || parsed.kind === 'property') return true
    const record = store.index.recordsById.get(parsed.id)
    return record?.creation !== undefined && !record.purged
  }

  /** The state of a key now, as the object that steps know it by. */
  const present = (key: string): HeldState => {
    const known = latest.get(key)
    return known !== undefined && isHeld(root.map, key, known) ? known : holdState(root.map, key)
  }

  const onWrite = (keys: readonly string[]): (() => void) => {
    if (onReplayed !== undefined) {
      const done = onReplayed
      // What a listener writes in answer is a step of its own.
      onReplayed = undefined
      return done
    }
    const { map } = root
    const created = new Set<string>()
    const purged = new Set<string>()
    const before: { readonly key: string; readonly held: HeldState; readonly seen: StructPlace }[] = []
    let isPlain = named === undefined
    for (const key of keys) {
      const parsed = parseItemKey(key)
      isPlain &&= parsed?.kind === 'field' || parsed?.kind === 'leaf' || parsed?.kind === 'property'
      if (parsed?.kind === 'creation' && isUntouched(map, key)) created.add(parsed.id)
      if (parsed?.kind === 'purged') purged.add(parsed.id)
      // Purging is for good, with what it writes beside its mark, and what is written to an item that is being made comes and goes with it.
      if (parsed !== undefined && parsed.kind !== 'property' && (created.has(parsed.id) || purged.has(parsed.id))) continue
      const held = present(key)
      before.push({ key, held, seen: lastSeen(map, key, held) })
    }
    return () => {
      const step = named
      named = undefined
      const entries: Entry[] = []
      for (const id of created) {
        const key = systemKey(id, 'deleted')
        entries.push({ key, before: unwritten({ present: true, value: true }), after: holdState(map, key), seen: undefined })
      }
      for (const { key, held, seen } of before) entries.push({ key, before: held, after: holdState(map, key), seen })
      if (entries.length === 0) return
      for (const { key, before: from, after } of entries) {
        from.users++
        after.users++
        latest.set(key, after)
      }
      const isLate = clock.now() - writtenAt > pauseMs
      writtenAt = clock.now()
      if (!isPlain || isLate || !extendOpen(entries)) stack.push(createStep(entries, step?.label, isPlain))
    }
  }

  /** @returns whether the newest step took the entries in */
  const extendOpen = (entries: readonly Entry[]): boolean => {
    const open = stack.open as ItemStep | undefined
    if (open === undefined || open.isPlain !== true || open.size !== entries.length) return false
    const known = new Map(open.entries.map((entry) => [entry.key, entry]))
    // What somebody wrote in between must not be taken back together with both.
    if (!entries.every(({ key, before }) => known.get(key)?.after === before)) return false
    for (const { key, before, after } of entries) {
      before.users -= 2
      known.get(key)!.after = after
    }
    return true
  }

  const createStep = (entries: readonly Entry[], label: string | undefined, isPlain: boolean): ItemStep => {
    const backwards = [...entries].reverse()
    return {
      entries,
      label,
      isPlain,
      size: entries.length,
      undo: () => replay(backwards, 'before'),
      redo: () => replay(entries, 'after'),
      drop() {
        for (const { key, before, after } of entries) {
          before.users--
          after.users--
          if (latest.get(key)?.users === 0) latest.delete(key)
        }
      },
    }
  }

  const replay = (entries: readonly Entry[], side: 'before' | 'after'): boolean => {
    if (batch().isRunning) throw undoInBatchError()
    const { map } = root
    const from = side === 'before' ? 'after' : 'before'
    const written: Entry[] = []
    onReplayed = () => {
      for (const entry of written) {
        const reached = entry[side]
        const { client, clock: structClock } = holdState(map, entry.key)
        reached.client = client
        reached.clock = structClock
        latest.set(entry.key, reached)
      }
    }
    try {
      batch().run(() => {
        const due = entries.filter(({ key, [from]: expected }) => isThere(key) && isHeld(map, key, expected))
        if (side === 'before') due.forEach(mindOvertaken)
        const stuck = new Set(move(due.filter(isMove), side).map(({ key }) => orderOf(key)))
        const possible = due.filter((entry) => !stuck.has(entry.key) && !stuck.has(orderOf(entry.key)))
        batch().put(possible.flatMap((entry) => (isMove(entry) ? [] : [[entry.key, entry[side].state] as const])))
        written.push(...possible)
      })
    } finally {
      onReplayed = undefined
    }
    return written.length > 0
  }

  /** What somebody else wrote meanwhile, and lost against the step, is what the key says without the step: not what stood before both. */
  const mindOvertaken = (entry: Entry): void => {
    const overtaken = entry.seen && findOvertaken(root.map, entry.key, entry.seen)
    if (overtaken === undefined) return
    entry.before.users--
    entry.before = { ...unwritten(overtaken), users: 1 }
    entry.seen = entry.before
  }

  /** Stages moves in an order in which none closes a circle. @returns those that others' moves have made impossible */
  const move = (moves: readonly Entry[], side: 'before' | 'after'): readonly Entry[] => {
    for (let left = moves; ;) {
      const stuck = left.filter((entry) => {
        if (closesCircle(entry.key, entry[side])) return true
        batch().put([[entry.key, entry[side].state]])
        return false
      })
      if (stuck.length === left.length) return stuck
      left = stuck
    }
  }

  const closesCircle = (key: string, { state }: HeldState): boolean => {
    const parsed = parseItemKey(key)
    if (parsed?.kind !== 'parent') return false
    const created = store.index.recordsById.get(parsed.id)?.creation?.parentId
    const parent: unknown = state.present ? (state.value as readonly unknown[] | undefined)?.[0] : created
    return typeof parent === 'string' && store.tree.isWithin(parent, parsed.id)
  }

  return {
    onWrite,
    asOneStep(label, run) {
      if (batch().isRunning) return run()
      const own = { label }
      named = own
      try {
        return run()
      } finally {
        if (named === own) named = undefined
      }
    },
    review() {
      latest.clear()
      stack.keep((step, isUndone) => {
        const { entries } = step as ItemStep
        if (entries === undefined) return true
        return entries.some((entry) => {
          return isThere(entry.key) && isKnown(root.map, entry.key, isUndone ? entry.before : entry.after)
        })
      })
    },
  }
}

function isMove({ key }: Entry): boolean {
  return key.endsWith('//parent')
}

/** The key of an item's position by that of its parent, for it makes sense there only; any other key as it is. */
function orderOf(key: string): string {
  return key.replace(/\/\/parent$/, '//order')
}
