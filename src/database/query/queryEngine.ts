import { EchoError } from '../../shared/echoError.ts'
import type { Clock } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'
import type { AnyItemType } from '../types/defineType.ts'
import { createIncluder } from './includeItems.ts'
import type { Item, ItemRef } from '../types/item.ts'
import { isInvalidRow } from '../items/itemRows.ts'
import type { ItemStore } from '../items/itemStore.ts'
import { createLiveValue, type LiveValue, type LiveValueSource } from './liveValue.ts'
import { cursorText } from './plainQuery.ts'
import { atMost, queryOf, type Query } from './query.ts'
import { typesOfPlan, wordsOfPlan, type QueryPlan } from './queryPlan.ts'
import { createQueryViews, type Served } from './queryViews.ts'
import { placeOf, type Row, type SortedView, type Window } from './sortedView.ts'
import { createSearchContents } from '../search/searchContents.ts'
import { createSearchUse } from '../search/searchUse.ts'
import { isSearchable } from '../search/searchTexts.ts'
import type { TextContents } from '../items/textContents.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'

/**
 * Live answers. Queries that differ only in offset and limit share one sorted view; each has a window over it, which is read again only
 * when something at or before its last row changed, and tells its listeners only when its rows did. Answers are kept by the query's key
 * and closed a moment after their last listener went, or when none came.
 *
 * {@link QueryEngine.sync} takes over what changed and is called before every read, so rows, items and counts never disagree;
 * {@link QueryEngine.notify} then tells the listeners, once after each write, batch or splice.
 */
export interface QueryEngine {
  run<R>(query: Query<R>): readonly R[]
  count(query: Query): number
  first<R>(query: Query<R>): R | undefined
  one<R>(query: Query<R>): R
  cursor(query: Query, row: ItemRef): string
  explain(query: Query): QueryExplanation
  live<R>(query: Query<R>): Readable<readonly R[]>
  liveCount(query: Query): Readable<number>
  liveItem<T extends AnyItemType>(type: T, id: string): Readable<Item<T> | undefined>
  item<T extends AnyItemType>(type: T, id: string): Item<T> | undefined
  /** Takes over the changes since the last call. */
  sync(): void
  /** Takes over the changes, then tells whoever watches something that is different now. A throwing listener is reported, not thrown. */
  notify(): void
  /** Starts again after the store was loaded anew. */
  reload(): void
  /** How many texts searches do not know yet. */
  readonly unsearched: Readable<number>
  /** The answers that are open, to be looked at. */
  answers(): readonly LiveAnswer[]
  /** Has `meter` time what live answers take, until it is called with undefined. Without one nothing is timed. */
  measure(meter: QueryMeter | undefined): void
  /** Answers kept at present. */
  readonly openCount: number
  dispose(): void
}

/** An answer that is kept up to date. */
export interface LiveAnswer {
  /** Names it among all of the space. */
  readonly key: string
  /** What is asked; undefined for a single item. */
  readonly query: Query | undefined
  /** Rows, a count or an item, as they were read last; undefined before that. */
  readonly value: unknown
  readonly listeners: number
}

/** Times what live answers take. */
export interface QueryMeter {
  /** Reads an answer; one that is not `before` was made anew. */
  read<T>(key: string, before: T | undefined, read: () => T): T
  /** Has the sorted matches of the queries with this `matchKey` take changes over. */
  keep(matchKey: string, keep: () => void): void
}

/** How a query is answered, and what that takes. */
export interface QueryExplanation extends Served {
  /** How many items it finds, without offset and limit. */
  readonly matches: number
  /** Of a search: its words, as they are looked for, and of how many items of the space what it looks through is ready. */
  readonly search?: { readonly words: readonly string[]; readonly ready: number }
}

/** Someone watches one item. */
interface ItemWatch {
  dirty: boolean
}

/** How long an answer outlives its last listener: longer than a remount takes. */
export const closeAfterMs = 1000

function sameRows(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((row, i) => row === b[i])
}

const none: Readable<number> = { get: () => 0, subscribe: () => () => undefined }

/** An engine over a store. @param texts what texts say, for searches */
export function createQueryEngine(
  store: ItemStore,
  types: TypeRegistry,
  texts: TextContents | undefined,
  clock: Clock,
  onError: (error: unknown) => void,
): QueryEngine {
  const views = createQueryViews(store, types, onError)
  const contents = texts && createSearchContents({ store, contents: texts, clock, onRead: () => notify(), onError })
  const search = createSearchUse(store, types, clock, contents, () => views.isSearching)
  const liveByKey = new Map<string, LiveValue<unknown>>()
  /** Those that are open, by what they answer. */
  const openLive = new Map<LiveValue<unknown>, Pick<LiveAnswer, 'key' | 'query'>>()
  let meter: QueryMeter | undefined
  const watchesById = new Map<string, Set<ItemWatch>>()

  const sync = (): void => {
    const changes = store.takeChanges()
    if (changes.length === 0) return
    for (const { record, whole } of changes) {
      for (const watch of watchesById.get(record.id) ?? []) watch.dirty = true
      if (whole) contents?.note(record)
    }
    views.sync(changes, meter)
  }

  const assertKnown = (query: Query): void => {
    for (const type of typesOfPlan(query.plan)) types.require(type)
    assertSearchable(query.plan, types)
    if (query.plan.search !== undefined) search.note(query.plan.types)
  }

  const startWatch = (watch: ItemWatch, id: string): void => {
    const watches = watchesById.get(id)
    if (watches === undefined) watchesById.set(id, new Set([watch]))
    else watches.add(watch)
  }

  const stopWatch = (watch: ItemWatch, id: string): void => {
    const watches = watchesById.get(id)
    watches?.delete(watch)
    if (watches?.size === 0) watchesById.delete(id)
  }

  /** The answer for a key: the kept one, or a new one that opens when it is first read. */
  const keep = <T>(
    key: string,
    query: Query | undefined,
    source: Omit<LiveValueSource<T>, 'clock' | 'closeAfterMs' | 'onError'>,
  ): Readable<T> => {
    const kept = liveByKey.get(key)
    if (kept !== undefined) return kept as LiveValue<T>
    const live: LiveValue<T> = createLiveValue({
      ...source,
      clock,
      closeAfterMs,
      onError,
      read: (before) => (meter === undefined ? source.read(before) : meter.read(key, before, () => source.read(before))),
      open: () => {
        // Someone who held on to a closed answer opens it again; by now another may stand at its key.
        if (!liveByKey.has(key)) liveByKey.set(key, live)
        openLive.set(live, { key, query })
        source.open()
      },
      close: () => {
        if (liveByKey.get(key) === live) liveByKey.delete(key)
        if (openLive.delete(live)) source.close()
      },
    })
    liveByKey.set(key, live)
    return live
  }

  const keepWindow = <T>(
    key: string,
    query: Query,
    countOnly: boolean,
    read: (view: SortedView, window: Window) => T,
    isSame: (a: T, b: T) => boolean,
  ): Readable<T> => {
    assertKnown(query)
    let opened: ReturnType<typeof views.acquireWindow> | undefined
    return keep(key, query, {
      open: () => {
        sync()
        opened = views.acquireWindow(query, countOnly)
        opened.view.windows.add(opened.window)
      },
      isDirty: () => opened!.window.dirty,
      read: (before) => {
        sync()
        return opened!.window.dirty || before === undefined ? read(opened!.view, opened!.window) : before
      },
      isSame,
      close: () => {
        if (opened === undefined) return
        opened.view.windows.delete(opened.window)
        views.releaseWindow(query)
        opened = undefined
      },
    })
  }

  /** Rows with items in them are read again when one of those changes, also one that was not there. */
  const keepIncluding = <R>(query: Query<R>): Readable<readonly R[]> => {
    const rows = keepRows(queryOf<Row>({ ...query.plan, include: [] }))
    const includer = createIncluder(query.plan.include, readTyped)
    const watch: ItemWatch = { dirty: true }
    let read: readonly Row[] | undefined
    let stop = (): void => undefined
    const unwatch = (): void => {
      for (const id of includer.ids) stopWatch(watch, id)
    }
    return keep<readonly R[]>(`rows|${query.key}`, query, {
      open: () => {
        stop = rows.subscribe(() => undefined)
        watch.dirty = true
      },
      isDirty: () => watch.dirty || rows.get() !== read,
      read: (before) => {
        sync()
        const now = rows.get()
        if (!watch.dirty && now === read && before !== undefined) return before
        unwatch()
        read = now
        const made = Object.freeze(includer.read(now)) as readonly unknown[] as readonly R[]
        for (const id of includer.ids) startWatch(watch, id)
        watch.dirty = false
        return made
      },
      isSame: sameRows,
      close: () => {
        unwatch()
        read = undefined
        stop()
      },
    })
  }

  const keepRows = <R>(query: Query<R>): Readable<readonly R[]> =>
    keepWindow<readonly R[]>(
      `rows|${query.key}`,
      query,
      false,
      (view, window) => Object.freeze(view.read(window)) as readonly Row[] as readonly R[],
      sameRows,
    )

  const readTyped = (type: string, id: string): Item | undefined => {
    const record = store.index.recordsById.get(id)
    if (record === undefined || record.hidden || record.creation?.type !== type) return undefined
    const row = store.rows.read(record)
    return row === undefined || isInvalidRow(row) ? undefined : row
  }

  /** Asks the view for a query, which is open for others or only for this. */
  const ask = <T>(query: Query, countOnly: boolean, answer: (view: SortedView, window: Window) => T): T => {
    assertKnown(query)
    sync()
    const { view, window } = views.acquireWindow(query, countOnly)
    try {
      return answer(view, window)
    } finally {
      views.releaseWindow(query)
    }
  }

  const run = <R>(query: Query<R>): readonly R[] => {
    assertKnown(query)
    sync()
    const rows = views.walk(query)?.rows ?? ask(query, false, (view, window) => view.read(window))
    const { include } = query.plan
    return Object.freeze(include.length === 0 ? rows : createIncluder(include, readTyped).read(rows)) as readonly R[]
  }

  const notify = (): void => {
    sync()
    const due = [...openLive.keys()].filter((live) => live.refresh())
    for (const live of due) live.tell()
  }

  return {
    sync,
    run,
    count: (query) => ask(query, true, (view, window) => view.count(window)),
    first: (query) => run(atMost(query, 1))[0],
    one(query) {
      const rows = run(atMost(query, 2))
      if (rows.length === 1) return rows[0]!
      throw new EchoError(
        'not-one',
        `The query finds ${rows.length === 0 ? 'nothing' : 'more than one item'}. Ask by first where that may be.`,
      )
    },
    cursor(query, ref) {
      const record = store.index.recordsById.get(typeof ref === 'string' ? ref : ref.id)
      assertKnown(query)
      const place = record && placeOf(query.plan, record, store)
      if (place === undefined) throw new EchoError('item-not-found', 'There is no item to make a cursor of. Pass a row of the query.')
      return cursorText(place)
    },
    explain(query) {
      assertKnown(query)
      sync()
      const words = wordsOfPlan(query.plan)
      return Object.freeze({
        ...views.explain(query),
        ...(words.length > 0 && { search: { words, ready: store.texts.size } }),
        matches: ask(query, true, (view, window) => view.count({ ...window, offset: 0, limit: undefined })),
      })
    },
    live: <R>(query: Query<R>) => {
      assertKnown(query)
      return query.plan.include.length === 0 ? keepRows(query) : keepIncluding(query)
    },
    liveCount: (query) =>
      keepWindow<number>(
        `count|${query.key}`,
        query,
        true,
        (view, window) => {
          window.dirty = false
          return view.count(window)
        },
        Object.is,
      ),
    liveItem: <T extends AnyItemType>(type: T, id: string) => {
      types.require(type.name)
      const watch: ItemWatch = { dirty: true }
      return keep<Item<T> | undefined>(`item|${JSON.stringify(type.name)}|${id}`, undefined, {
        open: () => {
          startWatch(watch, id)
          watch.dirty = true
        },
        isDirty: () => watch.dirty,
        read: () => {
          sync()
          watch.dirty = false
          return readTyped(type.name, id) as Item<T> | undefined
        },
        isSame: Object.is,
        close: () => stopWatch(watch, id),
      })
    },
    item: <T extends AnyItemType>(type: T, id: string) => {
      types.require(type.name)
      return readTyped(type.name, id) as Item<T> | undefined
    },
    notify,
    reload() {
      store.takeChanges()
      for (const record of store.index.recordsById.values()) contents?.note(record)
      views.refill()
      for (const watches of watchesById.values()) for (const watch of watches) watch.dirty = true
    },
    unsearched: contents?.left ?? none,
    answers: () => [...openLive].map(([live, asked]) => ({ ...asked, ...live.peek() })),
    measure(next) {
      meter = next
    },
    get openCount() {
      return liveByKey.size
    },
    dispose() {
      for (const live of new Set([...liveByKey.values(), ...openLive.keys()])) live.dispose()
      search.dispose()
      contents?.dispose()
    },
  }
}

/** @throws EchoError bad-query where a step searches, and no type that it asks for can be */
function assertSearchable({ search, types: names, from }: QueryPlan, types: TypeRegistry): void {
  if (from !== undefined) assertSearchable(from.of, types)
  if (search === undefined || names === undefined || names.some((name) => isSearchable(types.get(name)))) return
  throw new EchoError(
    'bad-query',
    `Nothing of "${names.join('", "')}" can be searched. Name the fields: defineType(name, schema, { search: ['title'] }).`,
  )
}
