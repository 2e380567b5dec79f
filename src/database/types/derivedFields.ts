import { equalValues } from './compareValues.ts'
import type { Fields } from './validateFields.ts'

/**
 * Which types have a schema that makes what is read at a field of more than what is written there, such as a total of other fields: where an item of
 * them stands may change with any of its fields. A schema says nothing of that, so it is told by what it returns: a field comes back as it was given,
 * or, where none was given, as one and the same default; all else counts as derived.
 */
export interface DerivedFields {
  /** Takes in what a schema made of an item. @param before what was read of the same item before, where that is known */
  note(type: string, raw: Fields, output: Fields, before: Fields | undefined): void
  /** Whether a type has been seen to derive a field. */
  has(type: string | undefined): boolean
}

export function createDerivedFields(): DerivedFields {
  const deriving = new Set<string>()
  /** What fields without a value were read as, by type and field. */
  const defaultsByType = new Map<string, Map<string, unknown>>()

  const isDerived = (defaults: Map<string, unknown>, raw: Fields, output: Fields, before: Fields | undefined): boolean => {
    for (const field of Object.keys(output)) {
      const value = output[field]
      if (value === raw[field]) continue
      if (Object.hasOwn(raw, field)) {
        if (!equalValues(value, raw[field])) return true
      } else if (value !== undefined) {
        if (before !== undefined && !Object.hasOwn(before, field)) return true
        if (!defaults.has(field)) defaults.set(field, value)
        else if (!equalValues(value, defaults.get(field))) return true
      }
    }
    for (const field of defaults.keys()) if (output[field] === undefined && !Object.hasOwn(raw, field)) return true
    return false
  }

  return {
    note(type, raw, output, before) {
      if (deriving.has(type)) return
      let defaults = defaultsByType.get(type)
      if (defaults === undefined) defaultsByType.set(type, (defaults = new Map()))
      if (isDerived(defaults, raw, output, before)) deriving.add(type)
    },
    has: (type) => type !== undefined && deriving.has(type),
  }
}
