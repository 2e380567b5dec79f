import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Counter } from '../../stories/models/counter.ts'
import { Kanban } from '../../stories/models/kanban.ts'
import { defineModel } from '../../src/database/types/defineModel.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { setup, until } from '../../src/testing/setup.ts'

const Poll = defineType('poll', z.object({ question: z.string() }), { model: Counter })
const Board = defineType('board', z.object({ title: z.string() }), { model: Kanban })
const Task = defineType('task', z.object({ title: z.string() }))

describe('items that follow a model of an app', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  async function createTest() {
    const errors: string[] = []
    const world = await setup('ann', 'ben', { types: [Poll, Board, Task], onError: (error, peer) => errors.push(`${peer} ${error.code}`) })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', world.ann, world.ben)
    return { world, hers, his, errors }
  }

  it('count what several add at once, and show it live', async () => {
    const { hers, his } = await createTest()
    const { id } = hers.create(Poll, { question: 'Rain?' })
    await until(his.live(query(Poll)), (polls) => polls.length === 1)
    const [ann, ben] = await Promise.all([hers.openModel(Counter, id), his.openModel(Counter, id)])
    expect(ann.snapshot.get()).toBe(0)
    for (let i = 0; i < 20; i++) (i % 2 === 0 ? ann : ben).actions.add(1)
    expect(ann.snapshot.get()).toBe(10)
    for (const { snapshot } of [ann, ben]) await until(snapshot, (count) => count === 20)
    ann.release()
    ben.release()
  })

  it('keep both of two changes to one card, and each card once', async () => {
    const { hers, his } = await createTest()
    const { id } = hers.create(Board, { title: 'Spring' })
    await until(his.live(query(Board)), (boards) => boards.length === 1)
    const [ann, ben] = await Promise.all([hers.openModel(Kanban, id), his.openModel(Kanban, id)])
    const card = ann.actions.add('Sow')
    await until(ben.snapshot, ({ todo }) => todo.length === 1)
    ann.actions.move(card, 'done')
    ben.actions.rename(card, 'Sow beans')
    ben.actions.move(card, 'doing')
    const merged = (board: ReturnType<typeof ann.snapshot.get>): string[] =>
      Object.values(board).flatMap((cards) => cards.map(({ title }) => title))
    for (const { snapshot } of [ann, ben]) await until(snapshot, (board) => merged(board).join() === 'Sow beans')
    expect(ann.actions.add('Hoe', 'doing')).toBeTypeOf('string')
    await until(ben.snapshot, (board) => merged(board).length === 2)
    await expect.poll(() => ann.snapshot.get()).toEqual(ben.snapshot.get())
    // The same value as long as nothing changes.
    expect(ann.snapshot.get()).toBe(ann.snapshot.get())
  })

  it('are taken back an action at a time, in one stack with items, and nothing of what others did', async () => {
    const { hers, his } = await createTest()
    const poll = hers.create(Poll, { question: 'Rain?' })
    const board = hers.create(Board, { title: 'Spring' })
    await until(his.live(query(Board)), (boards) => boards.length === 1)
    const [count, cards] = await Promise.all([hers.openModel(Counter, poll.id), hers.openModel(Kanban, board.id)])
    const [hisCount, hisCards] = await Promise.all([his.openModel(Counter, poll.id), his.openModel(Kanban, board.id)])
    const seen = (): readonly unknown[] => {
      const { todo, done } = cards.snapshot.get()
      return [count.snapshot.get(), todo.map(({ title }) => title), done.map(({ title }) => title), hers.get(Poll, poll.id)?.question]
    }
    count.actions.add(1)
    count.actions.add(2)
    const sow = cards.actions.add('Sow')
    hers.update(poll, { question: 'Snow?' })
    cards.actions.rename(sow, 'Sow beans')
    cards.actions.move(sow, 'done')
    expect(seen()).toEqual([3, [], ['Sow beans'], 'Snow?'])
    hisCount.actions.add(10)
    hisCards.actions.add('Hoe')
    await until(count.snapshot, (n) => n === 13)
    await until(cards.snapshot, ({ todo }) => todo.length === 1)
    expect(his.undo.state.get().canUndo).toBe(true)
    const back = [
      [13, ['Hoe', 'Sow beans'], [], 'Snow?'],
      [13, ['Hoe', 'Sow'], [], 'Snow?'],
      [13, ['Hoe', 'Sow'], [], 'Rain?'],
      [13, ['Hoe'], [], 'Rain?'],
      [11, ['Hoe'], [], 'Rain?'],
      [10, ['Hoe'], [], 'Rain?'],
    ]
    const sorted = ([sum, todo, ...rest]: readonly unknown[]): readonly unknown[] => [sum, [...(todo as string[])].sort(), ...rest]
    for (const expected of back) {
      expect(hers.undo.undo()).toBe(true)
      expect(sorted(seen())).toEqual(expected)
    }
    await until(hisCount.snapshot, (n) => n === 10)
    for (const expected of [...back].reverse().slice(1)) {
      expect(hers.undo.redo()).toBe(true)
      expect(sorted(seen())).toEqual(expected)
    }
    expect(hers.undo.redo()).toBe(true)
    expect(seen()).toEqual([13, ['Hoe'], ['Sow beans'], 'Snow?'])
    await until(hisCards.snapshot, ({ done }) => done[0]?.title === 'Sow beans')
    // Nobody has the contents open any more, and the steps are there all the same.
    count.release()
    cards.release()
    expect([hers.undo.undo(), hers.undo.undo()]).toEqual([true, true])
    await until(hisCards.snapshot, ({ todo }) => todo.some(({ title }) => title === 'Sow'))
    // An action that changes nothing is no step.
    expect(his.undo.undo()).toBe(true)
    hisCards.actions.rename('nothing', 'x')
    expect(his.undo.undo()).toBe(true)
    expect(his.undo.state.get().canUndo).toBe(false)
  })

  it('take no action any more once they are released, instead of losing it', async () => {
    const { hers } = await createTest()
    const { id } = hers.create(Poll, { question: 'Rain?' })
    const poll = await hers.openModel(Counter, id)
    poll.actions.add(1)
    poll.release()
    poll.release()
    expect(() => poll.actions.add(1)).toThrow(expect.objectContaining({ code: 'disposed' }))
    const again = await hers.openModel(Counter, id)
    expect(again.snapshot.get()).toBe(1)
    again.release()
  })

  it('make each action a step, also where one goes on at the place of the last', async () => {
    const Log = defineModel('log', {
      snapshot: ({ list, text }) => `${list.toArray().join()} ${text.toString()}`,
      actions: {
        note: ({ list }, ...lines: readonly string[]) => list.push([...lines]),
        type: ({ text }, letters: string) => text.insert(text.length, letters),
        fail({ list }) {
          list.push(['half'])
          throw new TypeError('on purpose')
        },
      },
    })
    const Diary = defineType('diary', z.object({}), { model: Log })
    const world = await setup('ann', { types: [Diary] })
    dispose = world.dispose
    const space = await world.ann.echo.spaces.create({ name: 'Garden' })
    const { snapshot, actions } = await space.openModel(Log, space.create(Diary, {}).id)
    actions.note('a')
    actions.note('b', 'c')
    actions.type('x')
    actions.type('y')
    expect(actions.fail).toThrow(TypeError)
    const back = ['a,b,c xy', 'a,b,c x', 'a,b,c ', 'a ', ' ']
    for (const expected of back) {
      space.undo.undo()
      expect(snapshot.get()).toBe(expected)
    }
    for (const expected of [...back.slice(0, -1).reverse(), 'a,b,c,half xy']) {
      space.undo.redo()
      expect(snapshot.get()).toBe(expected)
    }
  })

  it('have neither a text nor another model, and are changed by no reader', async () => {
    const world = await setup('ann', 'ben', { types: [Poll, Board, Task] })
    dispose = world.dispose
    const hers = await world.ann.echo.spaces.create({ name: 'Garden' })
    const { id } = hers.create(Board, { title: 'Spring' })
    const task = hers.create(Task, { title: 'Sow' })
    for (const open of [hers.openText(id), hers.openModel(Counter, id), hers.openModel(Kanban, task.id)]) {
      await expect(open).rejects.toMatchObject({ code: 'wrong-kind' })
    }
    const his = await world.join(hers, world.ben, 'reader')
    const board = await his.openModel(Kanban, id)
    expect(() => board.actions.add('Mine')).toThrow(expect.objectContaining({ code: 'read-only' }))
    expect(board.snapshot.get()).toEqual({ todo: [], doing: [], done: [] })
  })

  it('go on showing what was there when somebody writes what the model cannot read, and tell of it', async () => {
    const { hers, his, errors } = await createTest()
    const strict = defineModel('counter', {
      snapshot({ map }) {
        if ([...map.values()].some((value) => typeof value !== 'number')) throw new TypeError('not a number')
        return map.size
      },
      actions: Counter.actions,
    })
    const { id } = hers.create(Poll, { question: 'Rain?' })
    await until(his.live(query(Poll)), (polls) => polls.length === 1)
    const ann = await hers.openModel(strict, id)
    ann.actions.add(1)
    expect(ann.snapshot.get()).toBe(1)
    const hostile = defineModel('counter', { snapshot: () => 0, actions: { spoil: ({ map }) => void map.set('x', { deep: [true] }) } })
    const ben = await his.openModel(hostile, id)
    ben.actions.spoil()
    await until(ann.snapshot, () => errors.length > 0)
    expect([ann.snapshot.get(), errors]).toEqual([1, ['ann data-corrupt']])
    // Who opens it only now has nothing to go on showing.
    const late = await hers.openModel(strict, id)
    expect(() => late.snapshot.get()).toThrow(expect.objectContaining({ code: 'data-corrupt' }))
    // The counter of the app takes whatever is there.
    expect((await hers.openModel(Counter, id)).snapshot.get()).toBe(1)
  })

  it('are refused for what they are: purged, deleted, of another model, or none', async () => {
    const { hers } = await createTest()
    const code = (opening: Promise<unknown>): Promise<unknown> => opening.catch((error: { code: string }) => error.code)
    const [purged, deleted] = [hers.create(Poll, { question: 'a' }), hers.create(Poll, { question: 'b' })]
    for (const { id } of [purged, deleted]) hers.delete(id)
    hers.purge(purged.id)
    const board = hers.create(Board, { title: 'c' })
    const ids = [purged.id, deleted.id, board.id, 'AAAAAAAAAAAAAAAAAAAAAA', 'no id']
    expect(await Promise.all(ids.map((id) => code(hers.openModel(Counter, id))))).toEqual([
      'item-purged',
      'item-not-found',
      'wrong-kind',
      'item-not-found',
      'item-not-found',
    ])
    expect(await code(hers.openText(purged.id))).toBe('item-purged')
  })
})
