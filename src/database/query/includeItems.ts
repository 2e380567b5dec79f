import type { Item } from '../types/item.ts'
import type { QueryPlan } from './queryPlan.ts'
import { idsIn } from '../graph/referenceIndex.ts'
import type { Row } from './sortedView.ts'

/** Puts items in the place of the references to them. */
export interface Includer {
  /** The rows with what they refer to; a row made of the same parts as last time is the same object. */
  read(rows: readonly Row[]): Row[]
  /** The items that the last reading looked for, whether they are there or not. */
  readonly ids: ReadonlySet<string>
}

/** @param readItem an item of a type by its id, if there is a visible one that fits */
export function createIncluder(include: QueryPlan['include'], readItem: (type: string, id: string) => Item | undefined): Includer {
  let known = new Map<Row, { readonly parts: readonly unknown[]; readonly made: Row }>()
  let ids = new Set<string>()

  const find = (type: string, id: string): Item | undefined => {
    ids.add(id)
    return readItem(type, id)
  }

  return {
    get ids() {
      return ids
    },
    read(rows) {
      ids = new Set()
      const before = known
      known = new Map()
      for (const row of rows) {
        const fields = row as unknown as Readonly<Record<string, unknown>>
        const values = include.map(([field, type]) => {
          const value = Object.hasOwn(fields, field) ? fields[field] : undefined
          const found = idsIn(value).map((id) => find(type, id))
          return Array.isArray(value) ? found.filter((item) => item !== undefined) : found[0]
        })
        const parts = values.flatMap((value) => (Array.isArray(value) ? [value.length, ...(value as unknown[])] : [value]))
        const old = before.get(row)
        const isSame = old !== undefined && old.parts.length === parts.length && old.parts.every((part, i) => part === parts[i])
        known.set(row, isSame ? old : { parts, made: withItems(row, include, values) })
      }
      return rows.map((row) => known.get(row)!.made)
    },
  }
}

/** A row with other values; `$` stays out of spread and JSON, as in every row. */
function withItems(row: Row, include: QueryPlan['include'], values: readonly unknown[]): Row {
  const prototype = Object.defineProperty({}, '$', { get: () => (row as Item).$ })
  const made = Object.assign(Object.create(prototype) as Record<string, unknown>, row)
  include.forEach(([field], i) => {
    const value = values[i]
    if (value === undefined) delete made[field]
    else made[field] = Array.isArray(value) ? Object.freeze(value) : value
  })
  return Object.freeze(made) as unknown as Row
}
