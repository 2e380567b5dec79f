import type { ItemId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { isTextModel } from '../types/defineModel.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import type { ItemStore } from '../items/itemStore.ts'
import type { TextContents } from '../items/textContents.ts'

/** Reads what texts say, so that searches find items by it: from the first search on, and again what changes, until searches are over. */
export interface SearchContents {
  /** How many texts are still to be read, so that searches may yet find more. */
  readonly left: Readable<number>
  /** All texts that there are, and from now on those that come. Does nothing where it has begun. */
  begin(): void
  /** An item came, or is another. */
  note(record: ItemRecord): void
  /** Gives up what is known. */
  clear(): void
  dispose(): void
}

/** So many are read at a time: most come from the disk. */
const readers = 8
/** A text that is typed in is read again after so long, and what is read is told together. */
const rereadMs = 300
const tellMs = 50

/** @param onRead called when items may be found by other words than before */
export function createSearchContents(options: {
  readonly store: ItemStore
  readonly contents: Pick<TextContents, 'contentOf' | 'onChange'>
  readonly clock: Clock
  readonly onRead: () => void
  readonly onError: (error: unknown) => void
}): SearchContents {
  const { store, contents, clock } = options
  const ticks = createWritable(0)
  /** Told in a turn of its own, because asking may begin the reading, and is done where things are drawn. */
  const left: Readable<number> = { get: () => unknown.size + untold.size, subscribe: (listener) => ticks.subscribe(listener) }
  /** Texts to read, those of them that are not known at all, and those whose items have to be looked at again. */
  let waiting = new Set<ItemId>()
  let unknown = new Set<ItemId>()
  let changed = new Set<ItemId>()
  let untold = new Set<ItemId>()
  let hasBegun = false
  let reading = 0
  let rereadTimer: Timer | undefined
  let tellTimer: Timer | undefined
  /** Counted up when what is being read is not wanted any more. */
  let round = 0

  const stop = contents.onChange((item) => {
    if (!hasBegun) return
    for (const each of item === undefined ? store.texts.contents.keys() : [item]) changed.add(each)
    rereadTimer ??= clock.after(rereadMs, () => {
      rereadTimer = undefined
      for (const each of changed) if (store.texts.contents.has(each) || unknown.has(each)) waiting.add(each)
      changed.clear()
      readOn()
    })
  })

  const note = ({ id, creation, purged }: ItemRecord): void => {
    if (!hasBegun || purged || !isTextModel(creation?.model) || store.texts.contents.has(id) || unknown.has(id)) return
    unknown.add(id)
    waiting.add(id)
    readOn()
  }

  function readOn(): void {
    tellTimer ??= clock.after(tellMs, tell)
    while (reading < readers && waiting.size > reading) {
      reading += 1
      void read(round)
    }
  }

  async function read(mine: number): Promise<void> {
    while (mine === round) {
      const [id] = waiting
      if (id === undefined) break
      waiting.delete(id)
      let content: string | undefined
      try {
        content = await contents.contentOf(id)
      } catch (error) {
        options.onError(error)
      }
      if (mine === round) take(id, content ?? '')
    }
    if (mine === round) reading -= 1
  }

  function take(id: ItemId, content: string): void {
    unknown.delete(id)
    if (store.texts.setContent(id, content)) untold.add(id)
    tellTimer ??= clock.after(tellMs, tell)
  }

  function tell(): void {
    tellTimer = undefined
    store.touch(untold)
    untold = new Set()
    options.onRead()
    ticks.set(ticks.get() + 1)
  }

  function clear(): void {
    round += 1
    hasBegun = false
    reading = 0
    waiting = new Set()
    unknown = new Set()
    changed = new Set()
    untold = new Set()
    clock.clear(rereadTimer)
    clock.clear(tellTimer)
    rereadTimer = undefined
    tellTimer = undefined
    ticks.set(ticks.get() + 1)
  }

  return {
    left,
    begin() {
      if (hasBegun) return
      hasBegun = true
      for (const record of store.index.recordsById.values()) note(record)
    },
    note,
    clear,
    dispose() {
      stop()
      clear()
    },
  }
}
