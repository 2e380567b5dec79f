import { append } from '../shared/append.ts'
import type { Clock } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'
import type { AnyItemType } from './defineType.ts'
import type { Item } from './item.ts'
import { isInvalidRow } from './itemRows.ts'
import type { ItemChange, ItemStore } from './itemStore.ts'
import { createLiveValue, type LiveValue, type LiveValueSource } from './liveValue.ts'
import type { Query } from './query.ts'
import { createSortedView, type Row, type SortedView, type Window } from './sortedView.ts'
import type { TypeRegistry } from './typeRegistry.ts'

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
  /** Answers kept at present. */
  readonly openCount: number
  dispose(): void
}

/** Someone watches one item. */
interface ItemWatch {
  dirty: boolean
}

/** How long an answer outlives its last listener: longer than a remount takes. */
export const closeAfterMs = 1000

const bulkCount = 64
const bulkShare = 0.05

function sameRows(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((row, i) => row === b[i])
}

/** An engine over a store. */
export function createQueryEngine(store: ItemStore, types: TypeRegistry, clock: Clock, onError: (error: unknown) => void): QueryEngine {
  const viewsByType = new Map<string, Map<string, SortedView>>()
  const liveByKey = new Map<string, LiveValue<unknown>>()
  const openLive = new Set<LiveValue<unknown>>()
  const watchesById = new Map<string, Set<ItemWatch>>()

  const sync = (): void => {
    const changes = store.takeChanges()
    if (changes.length === 0) return
    const changesByType = new Map<string, ItemChange[]>()
    const note = (type: string, change: ItemChange): void => {
      if (viewsByType.has(type)) append(changesByType, type, change)
    }
    for (const change of changes) {
      const { record, otherTypes } = change
      const type = record.creation?.type
      for (const watch of watchesById.get(record.id) ?? []) watch.dirty = true
      if (type !== undefined) note(type, change)
      for (const other of otherTypes ?? []) if (other !== type) note(other, change)
    }
    for (const [type, list] of changesByType) {
      // Builds the snapshots first: the views ask whether they fit.
      for (const { record } of list) store.rows.read(record)
      for (const view of viewsByType.get(type)!.values()) {
        if (list.length > bulkCount && list.length > bulkShare * view.size) view.applyAll(list)
        else for (const change of list) view.apply(change)
      }
    }
  }

  const openView = (query: Query): SortedView => {
    const { type } = query.plan
    let views = viewsByType.get(type.name)
    if (views === undefined) viewsByType.set(type.name, (views = new Map()))
    let view = views.get(query.matchKey)
    if (view === undefined) views.set(query.matchKey, (view = createSortedView(query.plan, store, onError)))
    return view
  }

  const closeView = (query: Query, view: SortedView): void => {
    if (view.windows.size > 0) return
    const views = viewsByType.get(query.plan.type.name)
    if (views?.get(query.matchKey) !== view) return
    views.delete(query.matchKey)
    if (views.size === 0) viewsByType.delete(query.plan.type.name)
  }

  /** The answer for a key: the kept one, or a new one that opens when it is first read. */
  const keep = <T>(key: string, source: Omit<LiveValueSource<T>, 'clock' | 'closeAfterMs' | 'onError'>): Readable<T> => {
    const kept = liveByKey.get(key)
    if (kept !== undefined) return kept as LiveValue<T>
    const live: LiveValue<T> = createLiveValue({
      ...source,
      clock,
      closeAfterMs,
      onError,
      open: () => {
        // Someone who held on to a closed answer opens it again; by now another may stand at its key.
        if (!liveByKey.has(key)) liveByKey.set(key, live)
        openLive.add(live)
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
    types.require(query.plan.type.name)
    const window: Window = { offset: query.plan.offset, limit: query.plan.limit, countOnly, dirty: true, last: undefined, shown: undefined }
    let view: SortedView | undefined
    return keep(key, {
      open: () => {
        sync()
        view = openView(query)
        view.windows.add(window)
        window.dirty = true
      },
      isDirty: () => window.dirty,
      read: (before) => {
        sync()
        return window.dirty || before === undefined ? read(view!, window) : before
      },
      isSame,
      close: () => {
        view?.windows.delete(window)
        if (view !== undefined) closeView(query, view)
        view = undefined
      },
    })
  }

  const readItem = (type: AnyItemType, id: string): Item | undefined => {
    const record = store.index.recordsById.get(id)
    if (record === undefined || record.hidden || record.creation?.type !== type.name) return undefined
    const row = store.rows.read(record)
    return row === undefined || isInvalidRow(row) ? undefined : row
  }

  const countRows = (size: number, query: Query): number => Math.min(Math.max(0, size - query.plan.offset), query.plan.limit ?? Infinity)

  const viewFor = (query: Query): SortedView => {
    types.require(query.plan.type.name)
    sync()
    return viewsByType.get(query.plan.type.name)?.get(query.matchKey) ?? createSortedView(query.plan, store, onError)
  }

  return {
    sync,
    run: <R>(query: Query<R>) => {
      const { offset, limit } = query.plan
      return Object.freeze(
        viewFor(query).read({ offset, limit, countOnly: false, dirty: true, last: undefined, shown: undefined }),
      ) as readonly R[]
    },
    count: (query) => countRows(viewFor(query).size, query),
    live: <R>(query: Query<R>) =>
      keepWindow<readonly R[]>(
        `rows|${query.key}`,
        query,
        false,
        (view, window) => {
          return Object.freeze(view.read(window)) as readonly Row[] as readonly R[]
        },
        sameRows,
      ),
    liveCount: (query) =>
      keepWindow<number>(
        `count|${query.key}`,
        query,
        true,
        (view, window) => {
          window.dirty = false
          return countRows(view.size, query)
        },
        Object.is,
      ),
    liveItem: <T extends AnyItemType>(type: T, id: string) => {
      types.require(type.name)
      const watch: ItemWatch = { dirty: true }
      return keep<Item<T> | undefined>(`item|${JSON.stringify(type.name)}|${id}`, {
        open: () => {
          const watches = watchesById.get(id)
          if (watches === undefined) watchesById.set(id, new Set([watch]))
          else watches.add(watch)
          watch.dirty = true
        },
        isDirty: () => watch.dirty,
        read: () => {
          sync()
          watch.dirty = false
          return readItem(type, id) as Item<T> | undefined
        },
        isSame: Object.is,
        close: () => {
          const watches = watchesById.get(id)
          watches?.delete(watch)
          if (watches?.size === 0) watchesById.delete(id)
        },
      })
    },
    item: <T extends AnyItemType>(type: T, id: string) => {
      types.require(type.name)
      return readItem(type, id) as Item<T> | undefined
    },
    notify() {
      sync()
      const due = [...openLive].filter((live) => live.refresh())
      for (const live of due) live.tell()
    },
    reload() {
      store.takeChanges()
      for (const views of viewsByType.values()) for (const view of views.values()) view.refill()
      for (const watches of watchesById.values()) for (const watch of watches) watch.dirty = true
    },
    get openCount() {
      return liveByKey.size
    },
    dispose() {
      for (const live of new Set([...liveByKey.values(), ...openLive])) live.dispose()
    },
  }
}
