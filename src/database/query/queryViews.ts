import { append } from '../../shared/append.ts'
import { createBaseRows, type BaseRows } from '../items/baseRows.ts'
import { createReach } from '../graph/createReach.ts'
import { passes } from './conditions.ts'
import { findIndex, isWhole, type IndexUse } from './declaredIndex.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import type { ItemChange, ItemStore } from '../items/itemStore.ts'
import type { Query } from './query.ts'
import { keyOfMatches, type QueryPlan } from './queryPlan.ts'
import type { Reach } from '../graph/reach.ts'
import { createReferenceIndex, type ReferenceIndex } from '../graph/referenceIndex.ts'
import { createAccepts, createSortedView, createWindow, type Row, type SortedView, type Window } from './sortedView.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'

/** The sorted views of all open queries: those that ask for the same matches share one. */
export interface QueryViews {
  /** The view for a query, filled; release it when done. */
  acquire(query: Pick<Query, 'plan' | 'matchKey'>): SortedView
  release(query: Pick<Query, 'matchKey'>): void
  /** The view that shows a query's rows, and a window over it: the query's own view, or a declared index that has its matches side by side. */
  acquireWindow(query: Pick<Query, 'plan' | 'matchKey'>, countOnly: boolean): { readonly view: SortedView; readonly window: Window }
  releaseWindow(query: Pick<Query, 'plan' | 'matchKey'>): void
  /** The first rows of a query by a walk through an index in its order, where nothing has them ready; undefined where no index has that order. */
  walk(query: Pick<Query, 'plan' | 'matchKey'>): { readonly rows: Row[]; readonly looked: number } | undefined
  /** How the rows of a query would be found now; opens the index that it names. */
  explain(query: Pick<Query, 'plan' | 'matchKey'>): Served
  /** Whether a view is open that searches, or wants searches to be quick. */
  readonly isSearching: boolean
  /** Takes over changes. @param meter times what each view takes */
  sync(changes: readonly ItemChange[], meter?: { keep(matchKey: string, keep: () => void): void }): void
  /** Starts again. */
  refill(): void
}

/** How rows are found. */
export interface Served {
  /**
   * An open view holds the matches; an index does; an index is walked in the order asked for, until there are as many as the limit; or a view is
   * made of candidates from an index, the ids, the children, the steps, or all items. For an answer that stays live nothing is walked: it has a view.
   */
  readonly by: 'view' | 'index' | 'index-walk' | 'index-candidates' | 'ids' | 'children' | 'steps' | 'scan'
  /** Fields of the declared index that helps. */
  readonly index: readonly string[] | undefined
  /** How many items have to be looked at before there are rows. */
  readonly candidates: number
}

interface OpenView {
  readonly plan: QueryPlan
  readonly view: SortedView
  readonly reach: Reach | undefined
  readonly close: () => void
  uses: number
}

const bulkCount = 64
const bulkShare = 0.05

/** @param onError told when a filter throws */
export function createQueryViews(store: ItemStore, types: TypeRegistry, onError: (error: unknown) => void): QueryViews {
  // A view stands behind the one that it goes on from, for that one is opened first: so this is the order to take over changes in.
  const views = new Map<string, OpenView>()
  const indexes = new Map<string, SortedView>()
  const referenceIndexes = new Map<string, ReferenceIndex>()

  const referencesFor = ({ types, from }: QueryPlan): ReferenceIndex | undefined => {
    if (from?.step !== 'refs' || from.field === undefined) return undefined
    const key = JSON.stringify([from.field, types ?? null])
    let index = referenceIndexes.get(key)
    if (index === undefined) referenceIndexes.set(key, (index = createReferenceIndex(types, from.field, store)))
    return index
  }

  const open = (plan: QueryPlan): OpenView => {
    const { from } = plan
    if (from === undefined) {
      const use = findIndex(plan, types)
      // What leaves no item out would be all items, and an index is served by itself.
      const index = use === undefined || isWhole(use) ? undefined : openIndex(use)
      const among = index && ((): Iterable<ItemRecord> => use!.stretches.flatMap((stretch) => index.recordsIn(stretch)))
      return { plan, view: createSortedView(plan, store, undefined, among, onError), reach: undefined, close: () => undefined, uses: 0 }
    }
    const baseQuery = { plan: from.of, matchKey: keyOfMatches(from.of) }
    const base: BaseRows = createBaseRows(from.of, acquire(baseQuery))
    const inner = createReach(from, base, store, referencesFor(plan))
    const reach: Reach = {
      ...inner,
      refill() {
        base.refill()
        inner.refill()
      },
    }
    return {
      plan,
      view: createSortedView(plan, store, reach, undefined, onError),
      reach,
      uses: 0,
      close() {
        base.dispose()
        release(baseQuery)
      },
    }
  }

  const acquire: QueryViews['acquire'] = ({ plan, matchKey }) => {
    let entry = views.get(matchKey)
    if (entry === undefined) views.set(matchKey, (entry = open(plan)))
    entry.uses += 1
    return entry.view
  }

  /** The view of an index: opened at first use, never released. It stands before what is made of it. */
  const openIndex = ({ plan }: IndexUse): SortedView => {
    const query = { plan, matchKey: keyOfMatches(plan) }
    const view = indexes.get(query.matchKey) ?? acquire(query)
    indexes.set(query.matchKey, view)
    return view
  }

  /** The index that has the rows of a query ready, unless the query's own view is open anyway. */
  const exactIndex = (plan: QueryPlan): IndexUse | undefined => {
    const use = findIndex(plan, types)
    return use?.isExact === true ? use : undefined
  }

  const release: QueryViews['release'] = ({ matchKey }) => {
    const entry = views.get(matchKey)
    if (entry === undefined) return
    entry.uses -= 1
    if (entry.uses > 0) return
    views.delete(matchKey)
    entry.close()
  }

  /** A record that a step may have added or taken away, as a change. */
  const asChange = (record: ItemRecord): ItemChange => ({
    record,
    whole: true,
    placed: true,
    fields: undefined,
    otherTypes: undefined,
    fitsBefore: record.fits,
  })

  const walk: QueryViews['walk'] = ({ plan, matchKey }) => {
    if (plan.limit === undefined || views.has(matchKey)) return undefined
    const use = findIndex(plan, types)
    if (use?.isSorted !== true || use.isExact) return undefined
    const { test } = plan
    const accepts = createAccepts(plan, onError)
    return openIndex(use).pick(
      createWindow(plan, false, use.stretches[0], use.isFalling),
      (row) => (test === undefined || passes(row as unknown as Readonly<Record<string, unknown>>, test)) && accepts(row),
    )
  }

  return {
    acquire,
    release,
    walk,
    acquireWindow(query, countOnly) {
      const use = exactIndex(query.plan)
      return use === undefined
        ? { view: acquire(query), window: createWindow(query.plan, countOnly) }
        : { view: openIndex(use), window: createWindow(query.plan, countOnly, use.stretches[0], use.isFalling) }
    },
    releaseWindow(query) {
      if (exactIndex(query.plan) === undefined) release(query)
    },
    explain(query) {
      const { plan } = query
      const use = findIndex(plan, types)
      if (use?.isExact === true) return { by: 'index', index: use.fields, candidates: 0 }
      if (views.has(query.matchKey)) return { by: 'view', index: undefined, candidates: 0 }
      if (plan.ids !== undefined) return { by: 'ids', index: undefined, candidates: plan.ids.length }
      if (plan.from !== undefined) {
        acquire(query)
        const candidates = [...views.get(query.matchKey)!.reach!.candidates()].length
        release(query)
        return { by: 'steps', index: undefined, candidates }
      }
      if (plan.parentId !== undefined)
        return { by: 'children', index: undefined, candidates: [...store.tree.children(plan.parentId ?? undefined)].length }
      const walked = walk(query)
      if (walked !== undefined) return { by: 'index-walk', index: use!.fields, candidates: walked.looked }
      if (use === undefined || isWhole(use)) return { by: 'scan', index: undefined, candidates: store.index.recordsById.size }
      const index = openIndex(use)
      return {
        by: 'index-candidates',
        index: use.fields,
        candidates: use.stretches.reduce((count, stretch) => count + index.countIn(stretch), 0),
      }
    },
    get isSearching() {
      return [...views.values()].some(({ plan }) => plan.search !== undefined)
    },
    sync(changes, meter) {
      const changesByType = groupByType(changes)
      for (const index of referenceIndexes.values()) index.sync(changes)
      const built = new Set<readonly ItemChange[]>()
      const take = ({ plan, view, reach }: OpenView): void => {
        const affected = reach?.sync(changes)
        const lists = plan.types === undefined ? [changes] : plan.types.flatMap((type) => [changesByType.get(type) ?? []])
        for (const list of lists) {
          if (list.length === 0) continue
          // Builds the snapshots first: the views ask whether they fit.
          if (!built.has(list)) for (const { record } of list) store.rows.read(record)
          built.add(list)
        }
        const due = lists.length === 1 ? lists[0]! : [...new Set(lists.flat())]
        const all =
          affected === undefined || affected.size === 0
            ? due
            : [...due.filter(({ record }) => !affected.has(record)), ...[...affected].map(asChange)]
        if (all.length > bulkCount && all.length > bulkShare * view.size) view.applyAll(all)
        else for (const change of all) view.apply(change)
      }
      for (const [matchKey, view] of views) {
        if (meter === undefined) take(view)
        else meter.keep(matchKey, () => take(view))
      }
    },
    refill() {
      for (const index of referenceIndexes.values()) index.refill()
      for (const { view, reach } of views.values()) {
        reach?.refill()
        view.refill()
      }
    },
  }
}

/** Changes by the types that their items have and had; a change can stand under several. */
function groupByType(changes: readonly ItemChange[]): ReadonlyMap<string, readonly ItemChange[]> {
  const changesByType = new Map<string, ItemChange[]>()
  for (const change of changes) {
    const type = change.record.creation?.type
    if (type !== undefined) append(changesByType, type, change)
    for (const other of change.otherTypes ?? []) if (other !== type) append(changesByType, other, change)
  }
  return changesByType
}
