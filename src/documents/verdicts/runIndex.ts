import { append } from '../../shared/append.ts'

/** Clocks of one client in a document, from `from` to before `to`. */
export interface Run {
  readonly client: number
  readonly from: number
  readonly to: number
}

/** Runs that can be asked for by a clock. */
export interface RunIndex<R extends Run> {
  /** Those of one client must come ascending. */
  add(run: R): void
  at(client: number, clock: number): R | undefined
  /** All of a client, ascending. */
  of(client: number): readonly R[]
}

export function createRunIndex<R extends Run>(given: readonly R[] = []): RunIndex<R> {
  const byClient = new Map<number, R[]>()
  for (const run of given) add(run)

  function add(run: R): void {
    if (run.to > run.from) append(byClient, run.client, run)
  }

  return {
    add,
    of: (client) => byClient.get(client) ?? [],
    at(client, clock) {
      const runs = byClient.get(client) ?? []
      let low = 0
      let high = runs.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (runs[middle]!.to <= clock) low = middle + 1
        else high = middle
      }
      const run = runs[low]
      return run !== undefined && run.from <= clock ? run : undefined
    },
  }
}
