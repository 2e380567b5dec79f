import { plainOfPlan, type PlainQuery } from '../../database/query/plainQuery.ts'
import type { LiveAnswer, QueryMeter } from '../../database/query/queryEngine.ts'
import type { Query } from '../../database/query/query.ts'
import type { InspectableSpace } from './inspectable.ts'

/** A live answer, and what it has cost since it is measured. */
export interface InspectedQuery {
  readonly key: string
  readonly kind: 'rows' | 'count' | 'item'
  /** As `query.toJSON()` gives it, without filters; of an item its type and id. */
  readonly asks: PlainQuery
  /** Filters are functions, and can only be counted. */
  readonly filters: number
  /** Undefined for an item. */
  readonly query: Query | undefined
  /** Rows that it gives, the count that it is, or 1 for an item that is here; undefined before the first reading. */
  readonly size: number | undefined
  readonly listeners: number
  readonly cost: QueryCost
}

/** In milliseconds. */
export interface QueryCost {
  /** How often the answer was made anew. */
  readonly runs: number
  readonly lastMs: number
  readonly totalMs: number
  /** What keeping the sorted matches up to date took; shared by the queries that differ only in offset and limit. */
  readonly upkeepMs: number
}

/** Measures live queries from {@link start} to {@link stop}; only one does at a time in a space, and the last one counts. */
export interface QueryInspector {
  read(): readonly InspectedQuery[]
  start(): void
  stop(): void
}

/** Looks at the live queries of a space. @param now in milliseconds, with fractions */
export function inspectQueries({ database }: InspectableSpace, now: () => number): QueryInspector {
  const costs = new Map<string, { runs: number; lastMs: number; totalMs: number }>()
  const upkeep = new Map<string, number>()
  /** At so many, the costs of answers that are over are let go, whether anyone reads or not. */
  let maxCosts = leastCosts

  const meter: QueryMeter = {
    read(key, before, read) {
      const start = now()
      const value = read()
      if (Object.is(value, before)) return value
      const lastMs = now() - start
      const { runs, totalMs } = costs.get(key) ?? { runs: 0, totalMs: 0 }
      costs.set(key, { runs: runs + 1, lastMs, totalMs: totalMs + lastMs })
      if (costs.size > maxCosts) forget(database.liveAnswers())
      return value
    },
    keep(matchKey, keep) {
      const start = now()
      keep()
      upkeep.set(matchKey, (upkeep.get(matchKey) ?? 0) + now() - start)
    },
  }

  function inspect(answer: LiveAnswer): InspectedQuery {
    const { key, query, value, listeners } = answer
    const cost = costs.get(key) ?? { runs: 0, lastMs: 0, totalMs: 0 }
    const upkeepMs = query === undefined ? 0 : (upkeep.get(query.matchKey) ?? 0)
    const kind = key.slice(0, key.indexOf('|')) as InspectedQuery['kind']
    const shown = { key, kind, query, listeners, size: sizeOf(value), cost: { ...cost, upkeepMs } }
    if (query !== undefined) return { ...shown, asks: plainOfPlan({ ...query.plan, filters: [] }), filters: query.plan.filters.length }
    return { ...shown, asks: { item: key.slice(key.lastIndexOf('|') + 1) }, filters: 0 }
  }

  function forget(kept: readonly LiveAnswer[]): void {
    const keys = new Set(kept.map(({ key }) => key))
    const matchKeys = new Set(kept.map(({ query }) => query?.matchKey))
    for (const key of costs.keys()) if (!keys.has(key)) costs.delete(key)
    for (const key of upkeep.keys()) if (!matchKeys.has(key)) upkeep.delete(key)
    maxCosts = Math.max(leastCosts, 2 * costs.size)
  }

  return {
    read() {
      const answers = database.liveAnswers()
      forget(answers)
      return answers.map(inspect)
    },
    start: () => database.measure(meter),
    stop: () => database.measure(undefined),
  }
}

const leastCosts = 1_000

function sizeOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length
  if (typeof value === 'number') return value
  return value === undefined ? undefined : 1
}
