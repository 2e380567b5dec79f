import { describe, expect, it } from 'vitest'
import { layOutItems } from '../../../src/components/data/itemGraphLayout.ts'

const item = (id: string, parentId?: string) => ({ id, label: id, parentId })
const rows = (items: Parameters<typeof layOutItems>[0]): readonly string[] =>
  layOutItems(items).map(({ row, depth, id, position, siblings }) => `${row} ${'-'.repeat(depth)}${id} ${position}/${siblings}`)

describe('the places of drawn items', () => {
  it('are below the parent and in the order of siblings, whatever order items come in', () => {
    expect(rows([item('b1', 'b'), item('a'), item('b'), item('a1', 'a'), item('a2', 'a'), item('a11', 'a1')])).toEqual([
      '0 a 1/2',
      '1 -a1 1/2',
      '2 --a11 1/1',
      '3 -a2 2/2',
      '4 b 2/2',
      '5 -b1 1/1',
    ])
  })

  it('move only below what comes', () => {
    const before = layOutItems([item('a'), item('b', 'a'), item('c'), item('d')])
    const after = layOutItems([item('a'), item('b', 'a'), item('c'), item('new', 'c'), item('d')])
    expect(before.slice(0, 3).map(({ id, row }) => [id, row])).toEqual(after.slice(0, 3).map(({ id, row }) => [id, row]))
  })

  it('hold each item once and lose none in circles, under themselves, under what is not there, named twice, and however deep', () => {
    const deep = Array.from({ length: 20_000 }, (_, i) => item(`deep ${i}`, i === 0 ? 'nothing' : `deep ${i - 1}`))
    const all = [...deep, item('self', 'self'), item('x', 'y'), item('y', 'x'), item('self', 'self')]
    const ids = layOutItems(all).map(({ id }) => id)
    expect([ids.length, new Set(ids).size]).toEqual([20_003, 20_003])
    expect(layOutItems([])).toEqual([])
  })
})
