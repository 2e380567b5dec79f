import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineLink, defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { createTestReplica } from './createTestReplica.ts'

const Person = defineType('person', z.object({ name: z.string() }))
const Task = defineType(
  'task',
  z.object({ title: z.string(), rank: z.number().optional(), owner: z.string().optional(), helpers: z.array(z.string()).optional() }),
)
const Blocks = defineLink('blocks', z.object({}))

function setup() {
  const replica = createTestReplica(1, [Person, Task, Blocks])
  const { db } = replica
  const [ann, bob] = [db.create(Person, { name: 'Ann' }), db.create(Person, { name: 'Bob' })]
  const house = db.create(Task, { title: 'house', owner: ann.id, helpers: [bob.id, ann.id] })
  const wall = db.create(Task, { title: 'wall', owner: bob.id }, { parent: house })
  const door = db.create(Task, { title: 'door', owner: ann.id }, { parent: wall })
  const titles = (q: Parameters<typeof db.run>[0]): string[] =>
    (db.run(q) as { title?: string; name?: string }[]).map(({ title, name }) => (title ?? name)!)
  return { replica, db, ann, bob, house, wall, door, titles }
}

describe('a step', () => {
  it('leads through the tree: children, descendants, parent, ancestors', () => {
    const { titles, house, wall, door } = setup()
    expect(titles(query(Task).ids([house.id]).children())).toEqual(['wall'])
    expect(titles(query(Task).ids([house.id]).descendants().where({ title: 'door' }))).toEqual(['door'])
    expect(titles(query(Task).ids([house.id]).descendants()).sort()).toEqual(['door', 'wall'])
    expect(titles(query.ids([door.id]).parent(Task))).toEqual(['wall'])
    expect(titles(query.ids([door.id]).ancestors(Task)).sort()).toEqual(['house', 'wall'])
    expect(titles(query.ids([wall.id, door.id]).ancestors().orderBy('title'))).toEqual(['house', 'wall'])
  })

  it('leads along reference fields both ways, single or lists, and counts each item once', () => {
    const { titles, ann } = setup()
    expect(titles(query(Task).follow('owner', Person).orderBy('name'))).toEqual(['Ann', 'Bob'])
    expect(titles(query(Task).follow('helpers').orderBy('name'))).toEqual(['Ann', 'Bob'])
    expect(titles(query.ids([ann.id]).refs(Task, 'owner').orderBy('title'))).toEqual(['door', 'house'])
    expect(titles(query.ids([ann.id]).refs(Task, 'helpers'))).toEqual(['house'])
  })

  it('goes on from the rows of the query alone: conditions, order and limit before it count', () => {
    const { titles } = setup()
    expect(titles(query(Task).orderBy('title').limit(1).follow('owner', Person))).toEqual(['Ann'])
    expect(titles(query(Task).where({ title: 'wall' }).parent())).toEqual(['house'])
    expect(titles(query(Task).where({ title: 'nothing' }).descendants())).toEqual([])
  })

  it('follows changes anywhere on the way', () => {
    const { db, house, wall, door, ann } = setup()
    const roof = db.create(Task, { title: 'roof' })
    const live = db.live(query(Task).where({ title: 'house' }).links(Blocks).target(Task).children().follow('owner', Person))
    let told = 0
    live.subscribe(() => (told += 1))
    expect(live.get()).toEqual([])
    const link = db.link(house, Blocks, wall, {})
    expect(live.get()).toEqual([ann])
    db.update(door, { owner: undefined })
    expect(live.get()).toEqual([])
    db.update(door, { owner: ann.id })
    db.move(door, { parent: roof })
    expect(live.get()).toEqual([])
    db.move(door, { parent: wall })
    db.delete(link)
    expect([live.get(), told]).toEqual([[], 6])
  })
})

describe('include', () => {
  it('puts the items in place of their ids, lists too, and nothing for what is not there', () => {
    const { db, ann, bob, house } = setup()
    const [row] = db.run(query(Task).ids([house.id]).include({ owner: Person, helpers: Person }))
    expect([row?.owner, row?.helpers]).toEqual([ann, [bob, ann]])
    expect([row?.id, row?.$.type, row?.title]).toEqual([house.id, 'task', 'house'])
    expect(Object.keys({ ...row }).sort()).toEqual(['helpers', 'id', 'owner', 'title'])
    expect(Object.isFrozen(row)).toBe(true)
    db.delete(ann)
    const [after] = db.run(query(Task).ids([house.id]).include({ owner: Person, helpers: Person }))
    expect([after?.owner, after?.helpers]).toEqual([undefined, [bob]])
  })

  it('is live: a change of an included item gives its rows anew and keeps the others, also for one that comes later', () => {
    const { replica, db, ann, house, wall, door } = setup()
    const live = db.live(query(Task).orderBy('title').include({ owner: Person }))
    let told = 0
    live.subscribe(() => (told += 1))
    const before = live.get()
    db.update(ann, { name: 'Anna' })
    const after = live.get()
    expect(after.map(({ owner }) => owner?.name)).toEqual(['Anna', 'Anna', 'Bob'])
    expect(after.map((row, i) => row === before[i])).toEqual([false, false, true])
    db.update(wall, { owner: 'BAAAAAAAAAAAAAAAAAAAAA' })
    expect([live.get()[2]?.owner, told]).toEqual([undefined, 2])
    replica.plant({ BAAAAAAAAAAAAAAAAAAAAA: { t: 'person', m: 'object', f: { name: 'Cy' } } })
    expect([live.get()[2]?.owner?.name, told]).toEqual(['Cy', 3])
    db.create(Person, { name: 'nobody asks for' })
    expect(told).toBe(3)
    expect([house.id, door.id].every((id) => live.get().some((row) => row.id === id))).toBe(true)
  })

  it('lets go of what it watched when closed', () => {
    const { replica, db, ann } = setup()
    const stop = db.live(query(Task).include({ owner: Person })).subscribe(() => undefined)
    stop()
    replica.clock.advance(3000)
    db.update(ann, { name: 'x' })
    expect(db.live(query(Task).include({ owner: Person })).get()).toHaveLength(3)
  })
})

describe('a query over several types', () => {
  it('finds the items of each, of all that the app knows, or those named', () => {
    const { db, ann, house, wall } = setup()
    db.link(house, Blocks, wall, {})
    expect(db.count(query(Task, Person))).toBe(5)
    expect(db.count(query.all())).toBe(6)
    expect(
      db
        .run(query.ids([ann.id, house.id, 'nonsense']))
        .map(({ $ }) => $.type)
        .sort(),
    ).toEqual(['person', 'task'])
    expect(db.count(query(Person, Task))).toBe(5)
    expect(query(Person, Task).key).toBe(query(Task, Person).key)
  })
})

describe('first and one', () => {
  it('give a row, and say when it is not the only one', () => {
    const { db, bob } = setup()
    expect(db.first(query(Person).orderBy('name', 'desc'))).toBe(bob)
    expect(db.first(query(Person).where({ name: 'Zoe' }))).toBeUndefined()
    expect(db.one(query(Person).where({ name: 'Bob' }))).toBe(bob)
    expect(() => db.one(query(Person))).toThrow(expect.objectContaining({ code: 'not-one' }))
    expect(() => db.one(query(Person).where({ name: 'Zoe' }))).toThrow(expect.objectContaining({ code: 'not-one' }))
  })
})

describe('a cursor', () => {
  it('pages through everything once, though rows come, go and move between pages', () => {
    const { db } = createTestReplica(1, [Task])
    for (let rank = 0; rank < 10; rank++) db.create(Task, { title: `t${rank}`, rank })
    const page = query(Task).orderBy('rank').limit(3)
    const first = db.run(page)
    const cursor = db.cursor(page, first.at(-1)!)
    expect(db.run(page.after(cursor)).map(({ rank }) => rank)).toEqual([3, 4, 5])
    db.delete(first[0]!)
    db.update(first[2]!, { rank: 100 })
    db.create(Task, { title: 'new', rank: -5 })
    expect(db.run(page.after(cursor)).map(({ rank }) => rank)).toEqual([3, 4, 5])
    expect(db.count(query(Task).orderBy('rank').after(cursor))).toBe(8)
  })

  it('of another order, of nothing, or made up by someone is refused', () => {
    const { db, house } = setup()
    const cursor = db.cursor(query(Task).orderBy('title'), house)
    const refused = (ask: () => unknown): void => expect(ask).toThrow(expect.objectContaining({ code: 'bad-query' }))
    refused(() => query(Task).orderBy('title').orderBy('rank').after(cursor))
    refused(() => query(Task).after(cursor).orderBy('title'))
    for (const text of [
      '',
      'x',
      '[]',
      '["a",[]]',
      `["${house.id}",5]`,
      `["${house.id}",[{"@":"what"}]]`,
      `["${house.id}",[{"__proto__":1}]]`,
      5,
      null,
    ])
      refused(() => query(Task).after(text as never))
    expect(() => db.cursor(query(Task), 'AAAAAAAAAAAAAAAAAAAAAA')).toThrow(expect.objectContaining({ code: 'item-not-found' }))
  })
})
