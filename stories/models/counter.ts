import { defineModel } from '../../src/database/types/defineModel.ts'

/** A number that several people add to at once: each writer counts under a key of its own, and the parts are summed up. */
export const Counter = defineModel('counter', {
  snapshot: ({ map }) => [...map.values()].reduce((sum: number, part) => sum + (isCount(part) ? part : 0), 0),
  actions: {
    add({ map }, amount: number) {
      const own = String(map.doc?.clientID)
      const before = map.get(own)
      map.set(own, (isCount(before) ? before : 0) + amount)
    },
  },
})

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
