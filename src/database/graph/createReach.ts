import type { BaseRows } from '../items/baseRows.ts'
import type { ItemStore } from '../items/itemStore.ts'
import type { Traversal } from '../query/queryPlan.ts'
import type { Reach } from './reach.ts'
import { createReachDescendants } from './reachDescendants.ts'
import { createReachDown } from './reachDown.ts'
import { createReachUp } from './reachUp.ts'
import type { ReferenceIndex } from './referenceIndex.ts'

/**
 * What a step leads to from the rows of `base`.
 * @param references which items of the types asked for refer to an item by the traversal's field
 */
export function createReach(traversal: Traversal, base: BaseRows, store: ItemStore, references: ReferenceIndex | undefined): Reach {
  switch (traversal.step) {
    case 'descendants':
      return createReachDescendants(base, store)
    case 'children':
    case 'links':
    case 'refs':
      return createReachDown(traversal.step, base, store, references)
    default:
      return createReachUp(traversal.step, traversal.field, base, store)
  }
}
