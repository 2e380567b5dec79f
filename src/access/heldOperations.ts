import type { Operation } from './operation.ts'

/*
 * Operations whose parents are not all here. Honest peers send each operation after its parents, so this stays small; it is bounded
 * because anyone with a key can sign operations whose parents do not exist. When it is full, newcomers are refused and not those held:
 * a flood cannot push out what waits already, and what was refused is offered again with the next exchange of heads.
 */

/** Most operations held. */
export const maxHeldOperations = 1_000
/** Most bytes of operations held. */
export const maxHeldBytes = 4 * 1_048_576

export interface HeldOperations {
  readonly size: number
  has(key: string): boolean
  /** @returns false where there is no room. */
  hold(operation: Operation, missingParent: string): boolean
  /** Takes out all that waited for this parent, oldest first. */
  release(parent: string): readonly Operation[]
}

export function createHeldOperations(): HeldOperations {
  const keys = new Set<string>()
  const waiting = new Map<string, Operation[]>()
  let bytes = 0

  return {
    get size() {
      return keys.size
    },
    has: (key) => keys.has(key),
    hold(operation, missingParent) {
      if (keys.size >= maxHeldOperations || bytes + operation.bytes.length > maxHeldBytes) return false
      keys.add(operation.key)
      bytes += operation.bytes.length
      const siblings = waiting.get(missingParent)
      if (siblings === undefined) waiting.set(missingParent, [operation])
      else siblings.push(operation)
      return true
    },
    release(parent) {
      const released = waiting.get(parent) ?? []
      waiting.delete(parent)
      for (const operation of released) {
        keys.delete(operation.key)
        bytes -= operation.bytes.length
      }
      return released
    },
  }
}
