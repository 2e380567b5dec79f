import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareValues, equalValues } from '../../../src/database/types/compareValues.ts'
import { Reference } from '../../../src/database/types/reference.ts'
import { isItemId } from '../../../src/database/types/itemKeys.ts'

const anything = fc.anything({ withDate: true, withBigInt: true, withTypedArray: true, maxDepth: 3 })

describe('the order over values', () => {
  it('is by kind first, NaN before every number', () => {
    const sorted = [
      undefined,
      null,
      false,
      true,
      NaN,
      -Infinity,
      -1,
      0,
      2,
      10,
      Infinity,
      '',
      'B',
      'a',
      'ä',
      Uint8Array.of(),
      Uint8Array.of(1),
      Uint8Array.of(1, 0),
      Uint8Array.of(200),
      new Date(-1),
      new Date(2),
      new Reference('AAAAAAAAAAAAAAAAAAAAAA'),
      new Reference('BAAAAAAAAAAAAAAAAAAAAA'),
      [],
      [1],
      [1, 2],
      [2],
      {},
      { a: 1 },
      { a: 2 },
      { a: 2, b: 0 },
      { b: 0 },
    ]
    sorted.forEach((a, i) => sorted.forEach((b, j) => expect(Math.sign(compareValues(a, b)), `${i} ${j}`).toBe(Math.sign(i - j))))
  })

  it('is total: antisymmetric and transitive over anything', () => {
    fc.assert(
      fc.property(anything, anything, anything, (a, b, c) => {
        expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0)
        expect(compareValues(a, a)).toBe(0)
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })

  it('takes 0 and -0 as the same, and NaN as itself', () => {
    expect(compareValues(0, -0)).toBe(0)
    expect(equalValues(0, -0)).toBe(true)
    expect(equalValues([NaN], [NaN])).toBe(true)
  })
})

describe('equal values', () => {
  it('agree with a deep copy and differ from a changed one', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(equalValues(value, structuredClone(value))).toBe(true)
      }),
    )
    expect(equalValues({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] })).toBe(false)
    expect(equalValues({ a: 1 }, { a: 1, b: 2 })).toBe(false)
    expect(equalValues({ toString: 1 }, {})).toBe(false)
    expect(equalValues(new Date(1), new Date(2))).toBe(false)
    expect(equalValues(Uint8Array.of(1), [1])).toBe(false)
    expect(equalValues({ a: undefined }, {})).toBe(true)
  })

  it('do not exhaust the stack on a hostile nesting', () => {
    const build = (): unknown => {
      let value: unknown = 1
      for (let i = 0; i < 50_000; i++) value = [value]
      return value
    }
    expect(equalValues(build(), build())).toBe(false)
  })
})

describe('item ids', () => {
  it('have one text form only', () => {
    expect(isItemId('AAAAAAAAAAAAAAAAAAAAAA')).toBe(true)
    expect(isItemId('AAAAAAAAAAAAAAAAAAAAAB')).toBe(false)
    expect(isItemId('AAAAAAAAAAAAAAAAAAAAA')).toBe(false)
    expect(isItemId(5)).toBe(false)
  })
})
