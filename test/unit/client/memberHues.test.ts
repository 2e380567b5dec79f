import { describe, expect, it } from 'vitest'
import { hueIn, hueOf, huesOf } from '../../../src/client/spaces/memberHues.ts'

const people = (count: number) => Array.from({ length: count }, (_, i) => `person ${i}`)

/** Degrees between two hues, the shorter way. */
const between = (a: number, b: number) => 180 - Math.abs(180 - Math.abs(a - b))

/** Some ids of one hue. */
const alike = people(400).filter((id) => hueOf(id) === hueOf('ann'))

describe('the hues of members', () => {
  it('are as many as there are members, up to twelve, each at least 30 degrees from the next', () => {
    for (const ids of [people(12), alike.slice(0, 12)]) {
      const hues = [...huesOf(ids).values()].sort((a, b) => a - b)
      expect(hues).toHaveLength(12)
      hues.forEach((hue, i) => expect(between(hue, hues[(i + 1) % 12]!)).toBe(30))
    }
  })

  it('are the same in whatever order the members are told', () => {
    const ids = [...people(9), ...alike.slice(0, 3)]
    const sorted = (hues: ReadonlyMap<string, number>) => [...hues].sort(([a], [b]) => (a < b ? -1 : 1))
    expect(sorted(huesOf(ids.toReversed()))).toEqual(sorted(huesOf(ids)))
  })

  it('are the hues of the ids where no two have the same', () => {
    const different = people(400).filter((id, i, all) => all.findIndex((other) => hueOf(other) === hueOf(id)) === i)
    expect(different).toHaveLength(12)
    for (const [id, hue] of huesOf(different)) expect(hue).toBe(hueOf(id))
  })

  it('are far apart where few people would have the same', () => {
    const [ann, ben, cid] = [...huesOf(alike.slice(0, 3)).values()]
    expect(ann).toBe(hueOf('ann'))
    expect(between(ann!, ben!)).toBe(180)
    expect([between(cid!, ann!), between(cid!, ben!)]).toEqual([90, 90])
  })

  it('are those of the ids for who is left over, and for who is no member', () => {
    const hues = huesOf(alike.slice(0, 14))
    expect(new Set(hues.values()).size).toBe(12)
    expect([...hues.values()].filter((hue) => hue === hueOf('ann'))).toHaveLength(3)
    expect(hueIn([{ id: 'ben', hue: 17 }], 'ben')).toBe(17)
    expect(hueIn([{ id: 'ben', hue: 17 }], 'ann')).toBe(hueOf('ann'))
  })
})
