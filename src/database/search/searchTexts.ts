import type { ItemId } from '../../shared/ids.ts'
import { isTextModel } from '../types/defineModel.ts'
import type { AnyItemType } from '../types/defineType.ts'
import type { Item } from '../types/item.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import { foldText, maxSearchedLength } from './foldText.ts'
import type { SearchedText } from './search.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'

/**
 * What searches look at: the folded texts of items, made when first looked at and kept while there are searches. A search looks through them one by one:
 * in Node 25,000 items of 60 words take it milliseconds, an index of their words takes many times the memory and seconds to build, and the
 * beginnings of words that people type lead it to a great part of all items anyway.
 */
export interface SearchTexts {
  /** What the texts say that items are, folded, as far as they have been read; see searchContents.ts. */
  readonly contents: ReadonlyMap<ItemId, string>
  /** @returns whether it is known for the first time, or is something else than before */
  setContent(id: ItemId, content: string): boolean
  /** The texts of an item in the order in which its type names the fields. @param row its present snapshot */
  of(record: ItemRecord, row: Item): SearchedText
  /** The fields whose change can change them, of items of these types; undefined: of all types. */
  fieldsOf(types: readonly string[] | undefined): readonly string[]
  /** Of how many items they are kept. */
  readonly size: number
  /** Gives up what items say that may not be there any more. */
  forgetItems(): void
  clear(): void
}

interface Kept extends SearchedText {
  readonly row: Item
}

/** Whether a search can find items of a type. */
export function isSearchable(type: AnyItemType | undefined): boolean {
  return type !== undefined && (type.search.length > 0 || isTextModel(type.model))
}

export function createSearchTexts(types: TypeRegistry): SearchTexts {
  let keptByRecord = new Map<ItemRecord, Kept>()
  let contents = new Map<ItemId, string>()

  return {
    get contents() {
      return contents
    },
    setContent(id, content) {
      const folded = foldText(content)
      if (contents.get(id) === folded) return false
      contents.set(id, folded)
      return true
    },
    of(record, row) {
      const kept = keptByRecord.get(record)
      const content = contents.get(record.id) ?? ''
      if (kept?.row === row && kept.content === content) return kept
      const values = row as unknown as Readonly<Record<string, unknown>>
      const fields = types.get(row.$.type)?.search ?? []
      const texts = fields.map((field) => `${foldText(Object.hasOwn(values, field) ? textOf(values[field]) : '')}\n`)
      let length = 0
      const ends = texts.map((one) => (length += one.length) - 1)
      const made = { row, text: texts.join(''), ends, content }
      keptByRecord.set(record, made)
      return made
    },
    // Under $ changes what is not in a field, the content too.
    fieldsOf: (names) => [
      '$',
      ...(names === undefined ? types.all() : names.flatMap((name) => types.get(name) ?? [])).flatMap(({ search }) => search),
    ],
    get size() {
      return keptByRecord.size
    },
    forgetItems() {
      keptByRecord = new Map()
    },
    clear() {
      keptByRecord = new Map()
      contents = new Map()
    },
  }
}

/** A value as text: texts, numbers, and lists of those with the elements apart. Anything else has none. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (!Array.isArray(value)) return ''
  let text = ''
  for (const element of value as readonly unknown[]) {
    if (text.length > maxSearchedLength) break
    if (!Array.isArray(element)) text += `${textOf(element)}\n`
  }
  return text
}
