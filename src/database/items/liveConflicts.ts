import type { Clock } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'
import { equalValues } from '../types/compareValues.ts'
import type { Conflict } from './conflicts.ts'
import { idOfKey } from '../types/itemKeys.ts'
import { createLiveValue, type LiveValue } from '../query/liveValue.ts'

/** The conflicts of items that someone watches. */
export interface LiveConflicts {
  of(id: string): Readable<readonly Conflict[]>
  /** Says which keys of the root map were written; undefined: any. */
  note(keys: Iterable<string> | undefined): void
  /** Tells whoever watches an item whose conflicts are different now. */
  tell(): void
  dispose(): void
}

interface WatchedConflicts {
  isDirty: boolean
  readonly live: LiveValue<readonly Conflict[]>
}

const closeAfterMs = 1000

/** @param find the present conflicts of an item */
export function createLiveConflicts(options: {
  readonly clock: Clock
  readonly onError: (error: unknown) => void
  readonly find: (id: string) => readonly Conflict[]
}): LiveConflicts {
  const watched = new Map<string, WatchedConflicts>()

  function open(id: string): LiveValue<readonly Conflict[]> {
    const live: LiveValue<readonly Conflict[]> = createLiveValue<readonly Conflict[]>({
      clock: options.clock,
      closeAfterMs,
      onError: options.onError,
      open: () => {
        // Closed for want of listeners, and looked at again.
        watched.set(id, entry)
        entry.isDirty = true
      },
      close: () => watched.delete(id),
      isDirty: () => entry.isDirty,
      read(before) {
        if (!entry.isDirty && before !== undefined) return before
        entry.isDirty = false
        return options.find(id)
      },
      isSame: isSameList,
    })
    const entry: WatchedConflicts = { isDirty: true, live }
    watched.set(id, entry)
    return live
  }

  return {
    of: (id) => watched.get(id)?.live ?? open(id),
    note(keys) {
      if (watched.size === 0) return
      if (keys === undefined) for (const entry of watched.values()) entry.isDirty = true
      else {
        for (const key of keys) {
          const entry = watched.get(idOfKey(key))
          if (entry !== undefined) entry.isDirty = true
        }
      }
    },
    tell() {
      for (const { live } of [...watched.values()]) if (live.refresh()) live.tell()
    },
    dispose() {
      for (const { live } of [...watched.values()]) live.dispose()
    },
  }
}

function isSameList(a: readonly Conflict[], b: readonly Conflict[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i]!
      return (
        one.key === other.key &&
        one.author === other.author &&
        one.time === other.time &&
        equalValues(one.value, other.value) &&
        equalValues(one.kept, other.kept)
      )
    })
  )
}
