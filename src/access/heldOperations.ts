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
  /** @param missing keys of the parents that are not here, at least one. @returns false where there is no room. */
  hold(operation: Operation, missing: readonly string[]): boolean
  /** Takes out all that waited for this parent, oldest first; what still lacks another one can be held again, its room is free. */
  release(parent: string): readonly Operation[]
}

export function createHeldOperations(): HeldOperations {
  const heldByKey = new Map<string, { readonly operation: Operation; readonly missing: readonly string[] }>()
  /** Under each missing parent, so that an operation with one malformed parent does not wait for ever for another one. */
  const waiting = new Map<string, Set<string>>()
  let bytes = 0

  function takeOut(key: string): Operation {
    const { operation, missing } = heldByKey.get(key)!
    heldByKey.delete(key)
    bytes -= operation.bytes.length
    for (const parent of missing) {
      const siblings = waiting.get(parent)
      siblings?.delete(key)
      if (siblings?.size === 0) waiting.delete(parent)
    }
    return operation
  }

  return {
    get size() {
      return heldByKey.size
    },
    has: (key) => heldByKey.has(key),
    hold(operation, missing) {
      if (heldByKey.size >= maxHeldOperations || bytes + operation.bytes.length > maxHeldBytes) return false
      heldByKey.set(operation.key, { operation, missing })
      bytes += operation.bytes.length
      for (const parent of missing) {
        const siblings = waiting.get(parent) ?? new Set()
        waiting.set(parent, siblings.add(operation.key))
      }
      return true
    },
    release: (parent) => [...(waiting.get(parent) ?? [])].map(takeOut),
  }
}
