import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedList } from '../../../src/database/query/sortedList.ts'

const ascending = (a: number, b: number): number => a - b

describe('a sorted list', () => {
  it('equals a sorted array after any additions, removals and merges', () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'delete', 'replace'),
      values: fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 800 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const list = new SortedList<number>(ascending)
        const model = new Set<number>()
        for (const { kind, values } of steps) {
          if (kind === 'replace') {
            const removed = new Set([...model].filter((value) => value % 3 === 0))
            const added = [...new Set(values)].filter((value) => !model.has(value) || removed.has(value))
            list.replace(removed, added)
            removed.forEach((value) => model.delete(value))
            added.forEach((value) => model.add(value))
            continue
          }
          for (const value of values) {
            if (kind === 'delete') expect(list.delete(value)).toBe(model.delete(value))
            else if (!model.has(value)) {
              list.add(value)
              model.add(value)
            }
          }
        }
        const sorted = [...model].sort(ascending)
        expect([...list.values()]).toEqual(sorted)
        expect(list.size).toBe(sorted.length)
        expect(list.last()).toBe(sorted.at(-1))
        expect(list.slice(3, 5)).toEqual(sorted.slice(3, 8))
        for (let rank = 0; rank < sorted.length; rank += 97) {
          expect(list.at(rank)).toBe(sorted[rank])
          expect(list.rank(sorted[rank]!)).toBe(rank)
        }
        expect(list.at(-1)).toBeUndefined()
        expect(list.at(sorted.length)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  it('keeps its order over thousands of entries in one chunk after another', () => {
    const list = new SortedList<number>(ascending)
    for (let i = 0; i < 3000; i++) list.add((i * 1237) % 3001)
    expect([...list.values()]).toEqual([...list.values()].sort(ascending))
    expect(list.slice(1000, 2)).toEqual([list.at(1000), list.at(1001)])
  })
})
