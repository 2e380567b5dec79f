import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPosition, maxPositionLength, positionBetween } from '../../../src/database/graph/positions.ts'

const tags = ['A1b2', 'B000', 'zzzz', '0000', 'Mm5q']

/** Inserts by a rule and answers the sorted list; each key must lie between its neighbours. */
function insertMany(count: number, gapOf: (size: number, i: number) => number, tagOf: (i: number) => string): string[] {
  const list: string[] = []
  for (let i = 0; i < count; i++) {
    const gap = gapOf(list.length, i)
    const key = positionBetween(list[gap - 1] ?? '', list[gap], tagOf(i))
    if (key === undefined || key <= (list[gap - 1] ?? '') || (list[gap] !== undefined && key >= list[gap]))
      throw new Error(`no room at ${gap} of ${list.length}`)
    list.splice(gap, 0, key)
  }
  return list
}

function longest(keys: readonly string[]): number {
  return Math.max(...keys.map((key) => key.length))
}

describe('positions', () => {
  it('stay short over 10,000 insertions by five authors at the end, the start and in one gap', () => {
    const five = (i: number): string => tags[(i * 7919) % 5]!
    expect(longest(insertMany(10_000, (size) => size, five))).toBeLessThan(64)
    expect(longest(insertMany(10_000, () => 0, five))).toBeLessThan(64)
    expect(longest(insertMany(10_000, (size) => Math.min(1, size), five))).toBeLessThan(64)
    expect(longest(insertMany(10_000, (size) => Math.max(0, size - 1), five))).toBeLessThan(64)
  })

  it('lie between any two neighbours, never equal, in random lists of several authors', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(4)), { maxLength: 300 }),
        (steps) => {
          const list = insertMany(
            steps.length,
            (size, i) => Math.floor(steps[i]![0] * (size + 1)),
            (i) => tags[steps[i]![1]]!,
          )
          expect(new Set(list).size).toBe(list.length)
          expect([...list].sort()).toEqual(list)
          expect(list.every(isPosition)).toBe(true)
        },
      ),
    )
  })

  it('keep two runs of twenty typed at one place apart: never shuffled, nearly always in two pieces', () => {
    const run = (left: string, right: string | undefined, tag: string): string[] => {
      const keys: string[] = []
      for (let i = 0; i < 20; i++) keys.push(positionBetween(keys.at(-1) ?? left, right, tag)!)
      return keys
    }
    const base = insertMany(
      30,
      (size, i) => (i * 31) % (size + 1),
      (i) => tags[i % 3]!,
    )
    const switches: number[] = []
    for (let gap = 0; gap <= base.length; gap++) {
      const [left, right] = [base[gap - 1] ?? '', base[gap]]
      const [mine, theirs] = [run(left, right, 'A1b2'), run(left, right, 'Mm5q')]
      const authors = [...mine.map((key) => [key, 'a']), ...theirs.map((key) => [key, 'b'])]
        .sort((x, y) => (x[0]! < y[0]! ? -1 : 1))
        .map(([, author]) => author!)
      switches.push(authors.filter((author, i) => i > 0 && author !== authors[i - 1]).length)
    }
    expect(Math.max(...switches)).toBeLessThanOrEqual(2)
    expect(switches.filter((count) => count === 1).length).toBeGreaterThanOrEqual(0.9 * switches.length)
  })

  it('never are the same for two authors who insert at one place', () => {
    expect(positionBetween('', undefined, 'A1b2')).not.toBe(positionBetween('', undefined, 'Mm5q'))
  })

  it.each(['!', 'A1b2', 'A1b2a', 'A1b2i000000000', 'A1b2a0x', ' A1b2a0', 'A1b2a0A1b2', 'é', 5, null, undefined, {}])(
    'are not made of %s',
    (text) => {
      expect(isPosition(text)).toBe(false)
    },
  )

  it('are not longer than a bound', () => {
    expect(isPosition('A1b2a0'.repeat(85))).toBe(true)
    expect(isPosition('A1b2a0'.repeat(86))).toBe(false)
  })

  it('have no room between equal or reversed ones, and say so', () => {
    expect(positionBetween('A1b2a0', 'A1b2a0', 'B000')).toBeUndefined()
    expect(positionBetween('A1b2a1', 'A1b2a0', 'B000')).toBeUndefined()
  })

  it('find room beside the greatest and the least a peer can write', () => {
    const greatest = 'zzzzhzzzzzzzz'
    const least = '0000S00000000'
    expect(isPosition(greatest) && isPosition(least)).toBe(true)
    expect(positionBetween(greatest, undefined, 'B000')! > greatest).toBe(true)
    expect(positionBetween('', least, 'B000')).toBeUndefined()
    const wall = greatest.repeat(Math.floor(maxPositionLength / greatest.length))
    expect(isPosition(wall)).toBe(true)
    expect(positionBetween(wall, undefined, 'B000')).toBeUndefined()
  })
})
