import { planOfPlain } from './plainQuery.ts'
import { queryOf, type Query } from './query.ts'
import type { Item } from '../types/item.ts'

/**
 * The query that `toJSON` wrote. What it is given may come from anyone: a file, a URL, a peer.
 * @throws EchoError bad-query where it is none
 * @example
 * const kept = JSON.stringify(query(Task).where({ done: false }))
 * const tasks = useQuery(space, parseQuery(JSON.parse(kept)))
 */
export function parseQuery(plain: unknown): Query<Item> {
  return queryOf<Item>(planOfPlain(plain))
}
