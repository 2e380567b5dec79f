import type { RootDocument } from '../documents/rootDocument.ts'
import type { TextSteps } from '../documents/texts/textHistory.ts'
import type { TextReader } from '../documents/texts/textReader.ts'
import { EchoError } from '../shared/echoError.ts'
import type { ItemId } from '../shared/ids.ts'
import type { Clock, Random } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'
import { reservingRandom } from '../shared/reservingRandom.ts'
import { findConflicts, type Conflict } from './items/conflicts.ts'
import type { ModelName } from './types/defineModel.ts'
import type { AnyItemType } from './types/defineType.ts'
import type { Item, ItemRef } from './types/item.ts'
import { createItemCommands, type ItemCommands } from './items/itemCommands.ts'
import { countItems, type ItemCounts } from './query/itemCounts.ts'
import { createItemFinder } from './query/itemFinder.ts'
import { absent, type ItemRecord } from './items/itemIndex.ts'
import { stampsOfItem } from './items/itemStamps.ts'
import { createItemHistory } from './items/itemHistory.ts'
import { createItemStore } from './items/itemStore.ts'
import { readFields } from './items/itemRows.ts'
import { createLiveConflicts } from './items/liveConflicts.ts'
import { isAuthorTag } from './graph/positions.ts'
import type { Query } from './query/query.ts'
import { createQueryEngine, type QueryEngine, type QueryExplanation } from './query/queryEngine.ts'
import { createSpaceProperties, writeSpaceProperty, type SpaceProperties } from './spaceProperties.ts'
import { createTextContents, type TextContents } from './items/textContents.ts'
import type { TextRows } from './items/textRows.ts'
import { createTextUndo } from './undo/textUndo.ts'
import { createTrash, type Trash } from './graph/trash.ts'
import { valueAt } from './types/fieldPath.ts'
import { createTypeRegistry } from './types/typeRegistry.ts'
import type { Value } from './types/values.ts'
import { createUndoStack, type UndoCommands } from './undo/undoStack.ts'
import { createWriteBatch, type WriteBatch } from './writeBatch.ts'

/**
 * The items of one space over its root document.
 *
 * A write is checked, taken over by the index, entered into Yjs in one transaction, and then told to whoever watches, all before the call
 * returns. What peers write is taken over once a splice. Reads are from the index and always see the last write.
 *
 * An attacker with the right to write can put anything at any key: it is counted and left out ({@link Database.faults}), shown as a row that
 * does not fit (`query(Type).invalid('only')`), or simply valid data, which its author answers for.
 */
export interface Database extends ItemCommands {
  /** An item, or undefined where it is not there, deleted, of another type, or does not fit. @throws EchoError unknown-type */
  get<T extends AnyItemType>(type: T, id: string): Item<T> | undefined
  /** The model an item follows, also of a type that this app does not know; undefined where the item is not there or is deleted. */
  modelOf(id: string): ModelName | undefined
  /** Where an item stands, also of a type that this app does not know; undefined where it is not there. `isHidden`: deleted, or under something that is; `isPurged`: for good. */
  placeOf(id: string): ItemPlace | undefined
  /** How many items there are, counted when it is asked. */
  countItems(): ItemCounts
  /** Answers once. @throws EchoError unknown-type */
  run<Row>(query: Query<Row>): readonly Row[]
  /** How many rows {@link run} would give. @throws EchoError unknown-type */
  count(query: Query): number
  /** The first row, or undefined where there is none. @throws EchoError unknown-type */
  first<Row>(query: Query<Row>): Row | undefined
  /** The only row. @throws EchoError not-one where there is none or more than one; unknown-type */
  one<Row>(query: Query<Row>): Row
  /**
   * The place behind a row in the order of a query, for `query.after`: it stays what it is when the row moves or goes.
   * @throws EchoError item-not-found, unknown-type
   * @example
   * const next = space.run(page.after(space.cursor(page, rows.at(-1)!)))
   */
  cursor(query: Query, row: ItemRef): string
  /**
   * How a query would be answered now: by a view that is open, a declared index, or a look at so many items. For measuring and for tests.
   * @throws EchoError unknown-type
   * @example
   * space.explain(query(Task).where({ done: false }).orderBy('due'))   // { by: 'index', index: ['done', 'due'], candidates: 0, matches: 12 }
   */
  explain(query: Query): QueryExplanation
  /**
   * The rows, live: the same array until a row changes, comes, goes or moves, and then with unchanged rows kept. Equal queries give the
   * same answer.
   * @throws EchoError unknown-type
   */
  live<Row>(query: Query<Row>): Readable<readonly Row[]>
  liveCount(query: Query): Readable<number>
  /**
   * How many texts are still to be read before searches find all that they say; 0 where none are, and while nothing is searched. A search finds items by
   * their fields at once, and by what texts say as they are read.
   */
  readonly unsearchedTexts: Readable<number>
  /** What {@link get} gives, live. */
  liveItem<T extends AnyItemType>(type: T, id: string): Readable<Item<T> | undefined>
  /**
   * Runs several writes as one: all or, where `change` throws, none; told once, and one step of {@link undo}. Reads inside see what was written so far.
   * @param options.label what the step is called in `undo.state`; the outermost batch's counts
   * @returns what `change` returns
   * @throws EchoError bad-value where `change` is asynchronous
   */
  batch<T>(change: () => T, options?: { readonly label?: string }): T
  /** What is deleted and can be restored: the topmost items, the last deleted first. */
  readonly trash: Readable<Trash>
  /** What the space says about itself; `name` above all. */
  readonly properties: Readable<SpaceProperties>
  /** Sets a property of the space; undefined unsets it. @throws EchoError bad-key, bad-value, value-too-large, read-only */
  setProperty(name: string, value: Value | undefined): void
  /**
   * Takes back what was done in this tab, step by step: a command, a batch, writes to the same fields with no pause of a second between them, what
   * was typed or deleted in one place of a text without one, or an action of an app's model. The newest 200 steps, in at most 20 texts and models,
   * until the space is closed. Steps of a text or model are given up where its document has to be rebuilt.
   * @example
   * space.batch(() => tasks.forEach((task) => space.update(task, { done: true })), { label: 'complete all' })
   * space.undo.state.get().undoLabel // 'complete all'
   * space.undo.undo()
   */
  readonly undo: UndoCommands
  /** Takes what is edited in the space's texts among the steps of {@link undo}. */
  readonly textSteps: TextSteps
  /** The live answers, to be looked at. */
  readonly liveAnswers: QueryEngine['answers']
  /** Has live answers timed, see {@link QueryEngine.measure}. */
  readonly measure: QueryEngine['measure']
  /**
   * What the text of an item says, without formatting, the first 20,000 characters of it, live; undefined until that is known, and where there is no such text
   * here. A text that is not open is read from what is kept of it, and opened for a moment only where it changed since. `openText` has all of a longer one.
   */
  textContent(id: string): Readable<string | undefined>
  /**
   * Values of an item that lost against others written at the same time, with their authors, newest first; none once somebody who has seen both wrote.
   * @param key one field or path; undefined: all that were written after the item was created
   * @throws EchoError item-not-found
   */
  conflicts(item: ItemRef, key?: string): readonly Conflict[]
  /** What {@link conflicts} gives of all keys, live; none where there is no such item. */
  liveConflicts(id: string): Readable<readonly Conflict[]>
  /** Writes a value that lost, which ends the conflict for everyone. @throws what `set` throws */
  restoreConflict(item: ItemRef, conflict: Pick<Conflict, 'key' | 'value'>): void
  /** What was met that is none of ours, counted since the start. */
  readonly faults: { readonly ignoredKeys: number; readonly unreadableValues: number }
  dispose(): void
}

export interface ItemPlace {
  readonly parent: ItemId | undefined
  readonly position: string
  readonly isHidden: boolean
  readonly isPurged: boolean
}

export interface DatabaseOptions {
  readonly root: RootDocument
  /** What reads texts, and where that is kept; without it nothing is known of what texts say. */
  readonly texts?: { readonly reader: TextReader; readonly rows: TextRows }
  readonly types: readonly AnyItemType[]
  readonly clock: Clock
  readonly random: Random
  /** Names this device in positions: 4 letters or digits, see `authorTagOf`. */
  readonly authorTag: string
  /** Told what a listener or a query's filter threw. */
  readonly onError: (error: unknown) => void
}

const neverKnown: Readable<undefined> = { get: () => undefined, subscribe: () => () => undefined }

/** Loads the items of a root document. @throws EchoError bad-config for an author tag that is none */
export function createDatabase({ root, texts, types, clock, random, authorTag, onError }: DatabaseOptions): Database {
  if (!isAuthorTag(authorTag)) throw new EchoError('bad-config', 'The author tag must be 4 letters or digits.')
  const registry = createTypeRegistry(types)
  const lostIn = (record: ItemRecord, key?: string) => findConflicts(root, record, key, registry.get(record.creation?.type ?? '')?.storages)
  function conflictsOf(record: ItemRecord, key?: string): readonly Conflict[] {
    const lost = lostIn(record, key)
    const type = registry.get(record.creation?.type ?? '')
    const fields = type === undefined || lost.length === 0 ? {} : readFields(record, type)
    return Object.freeze(lost.map((one) => Object.freeze({ ...one, kept: valueAt(fields, one.key.split('.')) as Value | undefined })))
  }
  const contents: TextContents | undefined =
    texts &&
    createTextContents({
      ...texts,
      clock,
      modelOf(item) {
        const record = store.index.recordsById.get(item)
        return record?.purged === false ? record.creation?.model : undefined
      },
      onExcerpts(items) {
        store.touch(items)
        notify()
      },
      onError,
    })
  const store = createItemStore(registry, {
    stampsOf: (record) => stampsOfItem(root, record),
    conflictsOf: (record) => Object.freeze([...new Set(lostIn(record).map(({ key }) => key))]),
    excerptOf: ({ id }) => contents?.excerptOf(id),
    knownExcerptOf: ({ id }) => contents?.knownExcerpt(id),
  })
  store.reload(root.map)
  const engine = createQueryEngine(store, registry, contents, clock, onError)
  const properties = createSpaceProperties(store, clock, onError)
  const trash = createTrash(root, store, clock, onError)
  let disposed = false

  const assertOpen = (): void => {
    if (disposed) throw new EchoError('disposed', 'This space was closed. Open it again and use the new handle.')
  }
  const assertWritable = (): void => {
    assertOpen()
    root.assertWritable()
  }
  const notify = (): void => {
    engine.notify()
    if (properties.refresh()) properties.tell()
    conflicts.tell()
    if (trash.refresh()) trash.tell()
    const purged = store.takePurged()
    if (purged.length > 0) contents?.forget(purged)
    contents?.noteItems()
    stack.tell()
  }

  const conflicts = createLiveConflicts({
    clock,
    onError,
    find(id) {
      const record = store.index.recordsById.get(id)
      return record?.creation === undefined ? [] : conflictsOf(record)
    },
  })
  const stack = createUndoStack(assertWritable, onError)
  const history = createItemHistory({ root, store, batch: () => batch, stack, clock })
  const batch: WriteBatch = createWriteBatch({
    root,
    store,
    onWrite(keys) {
      conflicts.note(keys)
      const written = history.onWrite(keys)
      return () => {
        written()
        store.noteWritten(keys)
      }
    },
    onSettled: notify,
  })
  const stopRemote = root.onRemoteChange((keys) => {
    const { map } = root
    store.apply([...keys].map((key) => [key, map.has(key) ? { present: true, value: map.get(key) } : absent]))
    store.noteWritten(keys)
    conflicts.note(keys)
    notify()
  })
  const stopReplaced = root.onReplaced(() => {
    store.reload(root.map)
    engine.reload()
    history.review()
    conflicts.note(undefined)
    notify()
  })

  /** Reads fail loudly once closed, instead of answering from a state that no longer moves. */
  const whileOpen =
    <Arguments extends readonly unknown[], Answer>(read: (...given: Arguments) => Answer) =>
    (...given: Arguments): Answer => {
      assertOpen()
      return read(...given)
    }

  const finder = createItemFinder(store)
  const commands = createItemCommands({ assertWritable, store, types: registry, batch, random: reservingRandom(random), authorTag })
  return {
    ...commands,
    conflicts: whileOpen((item: ItemRef, key?: string) => conflictsOf(finder.findItem(item), key)),
    liveConflicts: whileOpen(conflicts.of),
    restoreConflict(item, { key, value }) {
      const id = typeof item === 'string' ? item : item.id
      if (value === undefined) commands.unset(id, key)
      else commands.set(id, key, value)
    },
    get: whileOpen(engine.item) as Database['get'],
    modelOf: whileOpen((id: string) => {
      const record = store.index.recordsById.get(id)
      return record?.hidden === false && !record.deletedFlag ? record.creation?.model : undefined
    }),
    placeOf: whileOpen((id: string) => {
      const record = store.index.recordsById.get(id)
      return record?.creation && { parent: record.parentId, position: record.position, isHidden: record.hidden, isPurged: record.purged }
    }),
    countItems: whileOpen(() => countItems(store.index.recordsById.values())),
    run: whileOpen(engine.run) as Database['run'],
    count: whileOpen(engine.count),
    first: whileOpen(engine.first) as Database['first'],
    one: whileOpen(engine.one) as Database['one'],
    cursor: whileOpen(engine.cursor),
    explain: whileOpen(engine.explain),
    live: whileOpen(engine.live) as Database['live'],
    liveCount: whileOpen(engine.liveCount),
    unsearchedTexts: engine.unsearched,
    liveItem: whileOpen(engine.liveItem) as Database['liveItem'],
    batch(change, options) {
      assertWritable()
      return history.asOneStep(options?.label, () => batch.run(change))
    },
    undo: { undo: stack.undo, redo: stack.redo, state: stack.state },
    textSteps: createTextUndo(stack),
    liveAnswers: engine.answers,
    measure: engine.measure,
    textContent: whileOpen((id: string) => contents?.live(id as ItemId) ?? neverKnown),
    properties,
    trash,
    setProperty(name, value) {
      assertWritable()
      writeSpaceProperty(store, batch, name, value)
    },
    get faults() {
      return { ignoredKeys: store.index.ignoredCount, unreadableValues: store.rows.unreadableCount }
    },
    dispose() {
      if (disposed) return
      disposed = true
      stopRemote()
      stopReplaced()
      engine.dispose()
      contents?.dispose()
      properties.dispose()
      conflicts.dispose()
      trash.dispose()
    },
  }
}
