import type { Clock, Timer } from '../../shared/ports.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import { isInvalidRow } from '../items/itemRows.ts'
import type { ItemStore } from '../items/itemStore.ts'
import { isSearchable } from './searchTexts.ts'
import type { SearchContents } from './searchContents.ts'
import { isTextModel } from '../types/defineModel.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'

/** How long folded texts are kept after the last search. */
export const keepTextsMs = 60_000

/** One turn of preparing ends after so many items or characters: some milliseconds. */
const itemsATurn = 200
const lengthATurn = 50_000

/** Makes ready what searches look at, a little in each turn from the first search on, and gives it up when there was none for a while. */
export interface SearchUse {
  /** Something is searched, among items of these types; undefined: of all. */
  note(types: readonly string[] | undefined): void
  dispose(): void
}

/**
 * @param contents undefined where nothing is known of what texts say
 * @param isSearching whether an answer to a search is open
 */
export function createSearchUse(
  store: ItemStore,
  types: TypeRegistry,
  clock: Clock,
  contents: SearchContents | undefined,
  isSearching: () => boolean,
): SearchUse {
  let records = store.index.recordsById
  let left: Iterator<ItemRecord> | undefined
  let isPrepared = false
  let turn: Timer | undefined
  let clearing: Timer | undefined

  const prepare = (): void => {
    turn = undefined
    // The store may have been loaded anew since.
    if (left === undefined || records !== store.index.recordsById) {
      records = store.index.recordsById
      left = records.values()
    }
    let length = 0
    for (let items = 0; items < itemsATurn && length < lengthATurn; items++) {
      const next = left.next()
      if (next.done === true) {
        left = undefined
        isPrepared = true
        return
      }
      length += lengthOf(next.value)
    }
    turn = clock.after(0, prepare)
  }

  const lengthOf = (record: ItemRecord): number => {
    if (record.hidden || record.purged || !isSearchable(types.get(record.creation?.type ?? ''))) return 0
    const row = store.rows.read(record)
    if (row === undefined || isInvalidRow(row)) return 0
    return store.texts.of(record, row).text.length
  }

  const clear = (): void => {
    clock.clear(turn)
    turn = undefined
    left = undefined
    isPrepared = false
    contents?.clear()
    store.texts.clear()
  }

  const clearLater = (): void => {
    clock.clear(clearing)
    clearing = clock.after(keepTextsMs, () => (isSearching() ? clearLater() : clear()))
  }

  return {
    note(names) {
      clearLater()
      if ((names?.map((name) => types.get(name)) ?? types.all()).some((type) => isTextModel(type?.model))) contents?.begin()
      const isReady = isPrepared && records === store.index.recordsById
      if (!isReady && turn === undefined) turn = clock.after(0, prepare)
    },
    dispose() {
      clock.clear(clearing)
      clear()
    },
  }
}
