import { describe, expect, it } from 'vitest'
import type { JudgedOperation } from '../../../src/access/judgedOperation.ts'
import { createOperationSource, verdictsOf } from './histories.ts'
import { seededCrypto } from './people.ts'
import { referenceVerdicts } from './referenceVerdicts.ts'

/** Openings and the moves that are tried after them, in all combinations and causal shapes. */
const openings: readonly { readonly name: string; readonly base: string; readonly moves: readonly string[] }[] = [
  {
    name: 'an owner with two devices, two equal admins, an editor',
    base: 'G=genesis A:a1,a2/2; m1=a1 admit admin B:b1<G; m2=a1 admit admin C:c1<m1; m3=b1 admit editor D:d1<m2',
    moves: [
      'a1 remove B',
      'a2 remove C',
      'a1 revoke a2',
      'rootA revoke a1',
      'a2 leave',
      'b1 remove D',
      'b1 leave',
      'b1 admit editor D:d1',
      'b1 device b3',
      'rootB revoke b1',
      'c1 remove D',
      'c1 admit admin D:d1',
      'c1 end m3',
      'a2 admit owner D:d1',
      'd1 leave',
    ],
  },
  {
    name: 'a chain of an owner, an admin and an admin of hers',
    base: 'G=genesis A:a1; m1=a1 admit admin B:b1,b2/2<G; m2=b1 admit admin C:c1<m1',
    moves: [
      'a1 remove B',
      'a1 end m1',
      'a1 remove C',
      'a1 leave',
      'a1 admit editor B:b1,b2/2',
      'b1 remove C',
      'b1 end m2',
      'b1 revoke b2',
      'b2 admit admin C:c1',
      'b2 remove C',
      'b2 leave',
      'c1 admit reader E:e1',
      'c1 leave',
    ],
  },
  {
    name: 'two owners, one of them with two devices, and an admin',
    base: 'G=genesis A:a1,a2/2 B:b1; m1=a1 admit admin C:c1<G',
    moves: [
      'a1 leave',
      'b1 leave',
      'a2 leave',
      'a1 revoke a2',
      'rootA revoke a1',
      'rootA device a9',
      'a1 remove C',
      'b1 end m1',
      'b1 admit owner C:c1',
      'a2 admit editor E:e1',
      'c1 admit reader E:e1',
      'c1 leave',
    ],
  },
]

/** Of three operations, which of the earlier ones each is built on. */
const shapes: readonly (readonly [second: readonly number[], third: readonly number[]])[] = [
  [[], []],
  [[], [0]],
  [[], [1]],
  [[], [0, 1]],
  [[0], []],
  [[0], [0]],
  [[0], [1]],
]

/** The orders in which three can come, each after those it is built on. */
function ordersOf([second, third]: (typeof shapes)[number]): number[][] {
  const all = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  const before = [[], second, third]
  return all.filter((order) => order.every((at, i) => before[at]!.every((needed) => order.indexOf(needed) < i)))
}

describe('all histories of three operations', () => {
  it.each(openings)('come out the same in every order and as the rules say: $name', { timeout: 120_000 }, async ({ base, moves }) => {
    const source = await createOperationSource(seededCrypto(), base)
    const head = [source.base.at(-1)!]
    let histories = 0
    let withVoid = 0
    for (const shape of shapes) {
      for (const first of moves) {
        const one = await source.operation(first, head)
        if (one === undefined) continue
        for (const second of moves) {
          const two = await source.operation(second, shape[0].length > 0 ? [one] : head)
          if (two === undefined || two === one) continue
          for (const third of moves) {
            const before = shape[1].map((at) => [one, two][at]!)
            const three = await source.operation(third, before.length > 0 ? before : head)
            if (three === undefined || three === one || three === two) continue
            const added: readonly JudgedOperation[] = [one, two, three]
            const expected = referenceVerdicts([...source.base, ...added])
            for (const [i, order] of ordersOf(shape).entries()) {
              const verdicts = verdictsOf([...source.base, ...order.map((at) => added[at]!)], i % 2 === 0)
              if (JSON.stringify(verdicts) !== JSON.stringify(expected))
                expect({ first, second, third, shape, order, ...verdicts }).toEqual({ first, second, third, shape, order, ...expected })
            }
            histories++
            if (expected.voided.length > 0) withVoid++
          }
        }
      }
    }
    expect(histories).toBeGreaterThan(5_000)
    expect(withVoid).toBeGreaterThan(histories / 20)
  })
})
