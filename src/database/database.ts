import type { RootDocument } from '../documents/rootDocument.ts'
import { EchoError } from '../shared/echoError.ts'
import type { Clock, Random } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'
import { reservingRandom } from '../shared/reservingRandom.ts'
import type { AnyItemType, ModelName } from './defineType.ts'
import type { Item } from './item.ts'
import { createItemCommands, type ItemCommands } from './itemCommands.ts'
import { absent } from './itemIndex.ts'
import { stampsOfItem } from './itemStamps.ts'
import { createItemStore } from './itemStore.ts'
import { isAuthorTag } from './positions.ts'
import type { Query } from './query.ts'
import { createQueryEngine } from './queryEngine.ts'
import { createSpaceProperties, writeSpaceProperty, type SpaceProperties } from './spaceProperties.ts'
import { createTypeRegistry } from './typeRegistry.ts'
import type { Value } from './values.ts'
import { createWriteBatch } from './writeBatch.ts'

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
  /** Answers once. @throws EchoError unknown-type */
  run<Row>(query: Query<Row>): readonly Row[]
  /** How many rows {@link run} would give. @throws EchoError unknown-type */
  count(query: Query): number
  /**
   * The rows, live: the same array until a row changes, comes, goes or moves, and then with unchanged rows kept. Equal queries give the
   * same answer.
   * @throws EchoError unknown-type
   */
  live<Row>(query: Query<Row>): Readable<readonly Row[]>
  liveCount(query: Query): Readable<number>
  /** What {@link get} gives, live. */
  liveItem<T extends AnyItemType>(type: T, id: string): Readable<Item<T> | undefined>
  /**
   * Runs several writes as one: all or, where `change` throws, none; told once. Reads inside see what was written so far.
   * @returns what `change` returns
   * @throws EchoError bad-value where `change` is asynchronous
   */
  batch<T>(change: () => T): T
  /** What the space says about itself; `name` above all. */
  readonly properties: Readable<SpaceProperties>
  /** Sets a property of the space; undefined unsets it. @throws EchoError bad-key, bad-value, value-too-large, read-only */
  setProperty(name: string, value: Value | undefined): void
  /** What was met that is none of ours, counted since the start. */
  readonly faults: { readonly ignoredKeys: number; readonly unreadableValues: number }
  dispose(): void
}

export interface DatabaseOptions {
  readonly root: RootDocument
  readonly types: readonly AnyItemType[]
  readonly clock: Clock
  readonly random: Random
  /** Names this device in positions: 4 letters or digits, see `authorTagOf`. */
  readonly authorTag: string
  /** Told what a listener or a query's filter threw. */
  readonly onError: (error: unknown) => void
}

/** Loads the items of a root document. @throws EchoError bad-config for an author tag that is none */
export function createDatabase({ root, types, clock, random, authorTag, onError }: DatabaseOptions): Database {
  if (!isAuthorTag(authorTag)) throw new EchoError('bad-config', 'The author tag must be 4 letters or digits.')
  const registry = createTypeRegistry(types)
  const store = createItemStore(registry, (record) => stampsOfItem(root, record))
  store.reload(root.map)
  const engine = createQueryEngine(store, registry, clock, onError)
  const properties = createSpaceProperties(store, clock, onError)
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
  }

  const batch = createWriteBatch(root, store, notify)
  const stopRemote = root.onRemoteChange((keys) => {
    const { map } = root
    store.apply([...keys].map((key) => [key, map.has(key) ? { present: true, value: map.get(key) } : absent]))
    notify()
  })
  const stopReplaced = root.onReplaced(() => {
    store.reload(root.map)
    engine.reload()
    notify()
  })

  /** Reads fail loudly once closed, instead of answering from a state that no longer moves. */
  const whileOpen =
    <Arguments extends readonly unknown[], Answer>(read: (...given: Arguments) => Answer) =>
    (...given: Arguments): Answer => {
      assertOpen()
      return read(...given)
    }

  return {
    ...createItemCommands({ assertWritable, store, types: registry, batch, random: reservingRandom(random), authorTag }),
    get: whileOpen(engine.item) as Database['get'],
    modelOf: whileOpen((id: string) => {
      const record = store.index.recordsById.get(id)
      return record?.hidden === false && !record.deletedFlag ? record.creation?.model : undefined
    }),
    run: whileOpen(engine.run) as Database['run'],
    count: whileOpen(engine.count),
    live: whileOpen(engine.live) as Database['live'],
    liveCount: whileOpen(engine.liveCount),
    liveItem: whileOpen(engine.liveItem) as Database['liveItem'],
    batch(change) {
      assertWritable()
      return batch.run(change)
    },
    properties,
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
      properties.dispose()
    },
  }
}
