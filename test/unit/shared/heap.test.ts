import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHeap } from '../../../src/shared/heap.ts'

describe('a heap', () => {
  it('gives what was put in, least first, equal ones as often as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.array(fc.integer({ min: 0, max: 20 })), (first, second) => {
        const heap = createHeap<number>((a, b) => a < b)
        for (const item of first) heap.push(item)
        const sorted = [...first].sort((a, b) => a - b)
        const half = sorted.splice(0, Math.floor(first.length / 2))
        expect(half.map(() => heap.pop())).toEqual(half)
        for (const item of second) heap.push(item)
        const rest = [...sorted, ...second].sort((a, b) => a - b)
        expect(heap.peek()).toBe(rest[0])
        expect(rest.map(() => heap.pop())).toEqual(rest)
        expect(heap.peek()).toBeUndefined()
        expect(heap.pop()).toBeUndefined()
      }),
    )
  })
})
