import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { Reference } from '../../../src/database/types/reference.ts'
import { codeOf, createTestReplica } from './createTestReplica.ts'

const Task = defineType(
  'task',
  z.object({
    title: z.string().max(10_000_000),
    done: z.boolean().default(false),
    owner: z.string().optional(),
    due: z.date().optional(),
    address: z.object({ city: z.string(), zip: z.string().optional() }).optional(),
    any: z.unknown().optional(),
  }),
)
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const types = [Task, Note]
const nobody = 'AAAAAAAAAAAAAAAAAAAAAA'

describe('creating items', () => {
  it('gives back what a peer reads, also where the schema strips and fills in', () => {
    const alice = createTestReplica(1, types)
    const fields = { title: 'Water', colour: 'red', address: { city: 'Graz', country: 'AT' } }
    const task = alice.db.create(Task, fields)
    expect(task).toEqual({ id: task.id, ...fields, done: false })
    const bob = createTestReplica(2, types)
    bob.pull(alice)
    expect(bob.db.get(Task, task.id)).toEqual(task)
  })

  it('shows the item at once, with defaults, here and at a peer', () => {
    const alice = createTestReplica(1, types)
    const task = alice.db.create(Task, { title: 'Water' })
    expect(task).toEqual({ id: task.id, title: 'Water', done: false })
    expect(alice.db.get(Task, task.id)).toBe(task)
    const bob = createTestReplica(2, types)
    bob.pull(alice)
    expect(bob.db.get(Task, task.id)).toEqual(task)
  })

  it('writes one key', () => {
    const alice = createTestReplica(1, types)
    const task = alice.db.create(Task, { title: 'Water', owner: undefined })
    expect([...alice.map.keys()]).toEqual([task.id])
    expect(alice.map.get(task.id)).toMatchObject({ t: 'task', m: 'object', f: { title: 'Water' } })
  })

  it('keeps what is beside the fields on `$`, out of spread and JSON', () => {
    const alice = createTestReplica(7, types)
    const parent = alice.db.create(Note, { title: 'Notes' })
    const task = alice.db.create(Task, { title: 'Water' }, { parent })
    expect(Object.keys(task)).not.toContain('$')
    expect(JSON.parse(JSON.stringify(task))).toEqual({ id: task.id, title: 'Water', done: false })
    expect({ ...task }).not.toHaveProperty('$')
    expect(task.$).toMatchObject({ type: 'task', model: 'object', parentId: parent.id, deleted: false })
    expect(parent.$).toMatchObject({ type: 'note', model: 'text', parentId: undefined })
  })

  it('knows who created and who last changed an item, from the structs that hold its keys', () => {
    const alice = createTestReplica(1, types)
    const bob = createTestReplica(2, types)
    const task = alice.db.create(Task, { title: 'Water' })
    bob.pull(alice)
    bob.db.create(Task, { title: 'other' })
    bob.db.update(bob.db.get(Task, task.id)!, { done: true })
    alice.pull(bob)
    const { $ } = alice.db.get(Task, task.id)!
    expect($.createdBy).not.toBe($.updatedBy)
    expect($).toMatchObject({ createdAt: 0, updatedAt: 1, createdBy: task.$.createdBy })
  })

  it('refuses a type that the app did not name', () => {
    const Other = defineType('other', z.object({}))
    const { db } = createTestReplica(1, types)
    expect(codeOf(() => db.create(Other, {}))).toBe('unknown-type')
    expect(codeOf(() => db.run(query(Other)))).toBe('unknown-type')
    expect(codeOf(() => db.get(Other, nobody))).toBe('unknown-type')
  })

  it.each([
    ['@parent', undefined],
    ['id', 'bad-key'],
    ['$', 'bad-key'],
    ['a/b', 'bad-key'],
    ['a..b', 'bad-key'],
    ['', 'bad-key'],
    ['/parent', 'bad-key'],
    ['__proto__', 'bad-key'],
    ['\uD800', 'bad-key'],
  ])('gives the field name "%s" no way to the tree', (field, code) => {
    const { db, map } = createTestReplica(1, types)
    const target = db.create(Task, { title: 'target' })
    const task = db.create(Task, { title: 'x' })
    const patch: unknown = JSON.parse(JSON.stringify({ [field]: [target.id, null] }))
    if (field === '__proto__') expect(Object.keys(patch as object)).toEqual(['__proto__'])
    expect(codeOf(() => db.update(task.id, patch as never))).toBe(code)
    expect(codeOf(() => db.create(Task, Object.assign(patch as object, { title: 'y' }) as never))).toBe(code)
    expect(db.get(Task, task.id)!.$.parentId).toBeUndefined()
    expect([...map.keys()].every((key) => !key.includes('//'))).toBe(true)
  })

  it('refuses values that cannot be stored or do not fit, and writes nothing', () => {
    const { db, map } = createTestReplica(1, types)
    expect(codeOf(() => db.create(Task, { title: 5 } as never))).toBe('bad-value')
    expect(codeOf(() => db.create(Task, {} as never))).toBe('bad-value')
    expect(codeOf(() => db.create(Task, 'x' as never))).toBe('bad-value')
    expect(codeOf(() => db.create(Task, { title: 'x', any: new Map() }))).toBe('bad-value')
    expect(codeOf(() => db.create(Task, { title: 'x'.repeat(300_000) }))).toBe('value-too-large')
    expect(codeOf(() => db.create(Task, { title: 'x'.repeat(150_000), owner: 'y'.repeat(150_000) }))).toBe('value-too-large')
    expect(map.size).toBe(0)
    expect(db.count(query(Task))).toBe(0)
  })

  it('refuses schemas that transform or answer late', () => {
    const Length = defineType('length', z.object({ text: z.string().transform((text) => text.length) }))
    const Late = defineType('late', z.object({ text: z.string().refine(async () => true) }))
    const { db, map } = createTestReplica(1, [Length, Late])
    expect(codeOf(() => db.create(Length, { text: 'abc' }))).toBe('bad-schema')
    expect(codeOf(() => db.create(Late, { text: 'abc' }))).toBe('bad-schema')
    expect(map.size).toBe(0)
  })

  it('keeps dates, bytes, references and repaired texts equal on both peers', () => {
    const alice = createTestReplica(1, types)
    const bob = createTestReplica(2, types)
    const task = alice.db.create(Task, {
      title: 'a\uD800',
      due: new Date(86_400_000),
      any: { nan: NaN, bytes: Uint8Array.of(1, 2), ref: new Reference(nobody), '@': 'own', constructor: 'own' },
    })
    bob.pull(alice)
    const there = bob.db.get(Task, task.id)!
    expect(there).toEqual(task)
    expect(there.title).toBe('a\uFFFD')
    expect(there.due).toBeInstanceOf(Date)
    expect(there.any).toEqual(task.any)
  })
})

describe('a schema that names what the system keeps', () => {
  it('does not reach the snapshot with it', () => {
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => ({ value: { ...(value as object), id: 'forged', $: { type: 'forged' } } }),
      },
    } as const
    const Forged = defineType('forged', schema as never as z.ZodType<{ title: string }>)
    const { db } = createTestReplica(1, [Forged])
    const item = db.create(Forged, { title: 'a' })
    expect(db.get(Forged, item.id)).toEqual({ id: item.id, title: 'a' })
    expect(item.$.type).toBe('forged')
    expect(item.$.model).toBe('object')
  })
})

describe('updating items', () => {
  it('makes a new snapshot, keeps unchanged parts of it, and leaves the old one as it was', () => {
    const { db } = createTestReplica(1, types)
    const before = db.create(Task, { title: 'a', address: { city: 'Graz' }, due: new Date(5), any: { of: [Uint8Array.of(1), ['x']] } })
    db.update(before, { title: 'b' })
    const after = db.get(Task, before.id)!
    expect(before.title).toBe('a')
    expect(after.title).toBe('b')
    expect(after.address).toBe(before.address)
    expect([after.due === before.due, after.any === before.any]).toEqual([true, true])
    expect(Object.isFrozen(after) && Object.isFrozen(after.address)).toBe(true)
  })

  it('skips an equal value: same snapshot, nothing written', () => {
    const replica = createTestReplica(1, types)
    const task = replica.db.create(Task, { title: 'a', due: new Date(5), address: { city: 'Graz' } })
    const writes = replica.writes()
    replica.db.update(task, { title: 'a', due: new Date(5), address: { city: 'Graz' }, owner: undefined })
    expect(replica.writes()).toBe(writes)
    expect(replica.db.get(Task, task.id)).toBe(task)
  })

  it('unsets a field that creation gave, also after a reload and at the peer', () => {
    const alice = createTestReplica(1, types)
    const task = alice.db.create(Task, { title: 'a', owner: 'me', done: true })
    alice.db.update(task, { owner: undefined, done: undefined })
    const bob = createTestReplica(2, types)
    bob.pull(alice)
    const expected = { id: task.id, title: 'a', done: false }
    for (const db of [alice.db, alice.fresh(), bob.db, bob.fresh()]) expect(db.get(Task, task.id)).toEqual(expected)
    alice.db.update(task, { owner: 'again' })
    expect(alice.db.get(Task, task.id)!.owner).toBe('again')
  })

  it('refuses what does not fit, says which field, and changes nothing', () => {
    const { db, map } = createTestReplica(1, types)
    const task = db.create(Task, { title: 'a' })
    expect(() => db.update(task, { title: 5 } as never)).toThrow(
      expect.objectContaining({ code: 'bad-value', message: expect.stringContaining('"title"') }),
    )
    expect(codeOf(() => db.update(task, { title: undefined }))).toBe('bad-value')
    expect(codeOf(() => db.update(task, { any: 1n }))).toBe('bad-value')
    expect(codeOf(() => db.update(nobody, {}))).toBe('item-not-found')
    expect(db.get(Task, task.id)).toBe(task)
    expect(map.size).toBe(1)
  })

  it('refuses only what it breaks itself, not what a peer broke elsewhere in the item', () => {
    const replica = createTestReplica(1, types)
    const task = replica.db.create(Task, { title: 'a' })
    replica.plant({ [`${task.id}/title`]: 5 })
    replica.db.update(task, { done: true })
    expect(replica.db.get(Task, task.id)).toBeUndefined()
    expect(codeOf(() => replica.db.update(task, { owner: 5 } as never))).toBe('bad-value')
    replica.db.update(task, { title: 'mended' })
    expect(replica.db.get(Task, task.id)).toMatchObject({ title: 'mended', done: true })
  })

  it('refuses a fault of the item as a whole, unless it was there before', () => {
    const Span = defineType(
      'span',
      z
        .object({ from: z.number(), to: z.number(), note: z.string().optional() })
        .refine(({ from, to }) => from <= to, 'ends before it starts'),
    )
    const replica = createTestReplica(1, [Span])
    const span = replica.db.create(Span, { from: 1, to: 2 })
    expect(codeOf(() => replica.db.update(span, { to: 0 }))).toBe('bad-value')
    replica.plant({ [`${span.id}/to`]: 0 })
    replica.db.update(span, { note: 'still writable' })
    expect(replica.map.get(`${span.id}/note`)).toBe('still writable')
  })

  it('keeps keys that the schema does not know, nested ones too, through an older app that writes the object back', () => {
    const NewTask = defineType('task', z.object({ title: z.string(), address: z.object({ city: z.string(), country: z.string() }) }))
    const newer = createTestReplica(1, [NewTask])
    const older = createTestReplica(2, [Task])
    const { id } = newer.db.create(NewTask, { title: 'a', address: { city: 'Graz', country: 'AT' } })
    older.pull(newer)
    const seen = older.db.get(Task, id)!
    older.db.update(seen, { address: { ...seen.address!, city: 'Linz' } })
    newer.pull(older)
    expect(newer.db.get(NewTask, id)!.address).toEqual({ city: 'Linz', country: 'AT' })
  })

  it('refuses to write where the document may not be written, before it changes anything', () => {
    const replica = createTestReplica(1, types)
    const task = replica.db.create(Task, { title: 'a' })
    replica.setWritable(false)
    for (const write of [
      () => replica.db.create(Task, { title: 'b' }),
      () => replica.db.update(task, { title: 'b' }),
      () => replica.db.delete(task),
      () => replica.db.restore(task),
      () => replica.db.move(task, {}),
      () => replica.db.batch(() => 1),
      () => replica.db.setProperty('name', 'x'),
    ])
      expect(codeOf(write)).toBe('read-only')
    expect(replica.db.run(query(Task))).toEqual([task])
  })
})

describe('deleting items', () => {
  it('hides an item and what lies under it, and restoring shows it', () => {
    const { db } = createTestReplica(1, types)
    const parent = db.create(Task, { title: 'parent' })
    const child = db.create(Task, { title: 'child' }, { parent })
    const grandchild = db.create(Task, { title: 'grandchild' }, { parent: child })
    db.delete(parent)
    for (const { id } of [parent, child, grandchild]) expect(db.get(Task, id)).toBeUndefined()
    expect(db.run(query(Task))).toEqual([])
    expect(db.run(query(Task).deleted('only')).map(({ title, $ }) => [title, $.deleted])).toHaveLength(3)
    expect(codeOf(() => db.update(child, { title: 'x' }))).toBe('item-deleted')
    expect(codeOf(() => db.create(Task, { title: 'x' }, { parent: child }))).toBe('item-deleted')
    expect(codeOf(() => db.move(parent, {}))).toBe('item-deleted')
    db.restore(parent.id)
    expect(db.get(Task, grandchild.id)).toEqual(grandchild)
  })

  it('does nothing for what is deleted already or was not', () => {
    const replica = createTestReplica(1, types)
    const task = replica.db.create(Task, { title: 'a' })
    replica.db.restore(task)
    replica.db.delete(task)
    const writes = replica.writes()
    replica.db.delete(task)
    expect(replica.writes()).toBe(writes)
    expect(codeOf(() => replica.db.delete(nobody))).toBe('item-not-found')
  })

  it('keeps what a peer edits or adds under a deleted parent, for when it is restored', () => {
    const alice = createTestReplica(1, types)
    const bob = createTestReplica(2, types)
    const parent = alice.db.create(Task, { title: 'parent' })
    const child = alice.db.create(Task, { title: 'child' }, { parent })
    bob.pull(alice)
    alice.db.delete(parent)
    bob.db.update(child, { title: 'edited' })
    const added = bob.db.create(Task, { title: 'added' }, { parent })
    alice.pull(bob)
    bob.pull(alice)
    expect(bob.db.run(query(Task))).toEqual([])
    bob.db.restore(parent)
    alice.pull(bob)
    for (const { db } of [alice, bob]) expect(db.run(query(Task).under(parent)).map(({ title }) => title)).toEqual(['edited', 'added'])
    expect(alice.db.get(Task, added.id)).toBeDefined()
  })

  it('lists what was moved into a place deleted at the same time among the deleted, restorable', () => {
    const alice = createTestReplica(1, types)
    const bob = createTestReplica(2, types)
    const target = alice.db.create(Task, { title: 'target' })
    const moved = alice.db.create(Task, { title: 'moved' })
    bob.pull(alice)
    alice.db.delete(target)
    bob.db.move(moved, { parent: target })
    alice.pull(bob)
    expect(alice.db.get(Task, moved.id)).toBeUndefined()
    expect(
      alice.db
        .run(query(Task).deleted('only'))
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['moved', 'target'])
    alice.db.move(moved, { parent: null })
    expect(alice.db.get(Task, moved.id)).toMatchObject({ title: 'moved' })
  })
})

describe('listeners', () => {
  it('hear of a local write before it returns, and read their own writes', () => {
    const { db } = createTestReplica(1, types)
    const task = db.create(Task, { title: 'a' })
    const live = db.liveItem(Task, task.id)
    const seen: unknown[] = []
    live.subscribe(() => {
      seen.push(live.get()?.title)
      if (live.get()?.title === 'b') {
        db.update(task, { title: 'c' })
        seen.push(db.get(Task, task.id)?.title)
      }
    })
    db.update(task, { title: 'b' })
    expect(seen).toEqual(['b', 'c', 'c'])
  })

  it('that throw do not make the write throw, nor keep others from hearing of it', () => {
    const replica = createTestReplica(1, types)
    const live = replica.db.live(query(Task))
    const told = vi.fn<() => void>()
    live.subscribe(() => {
      throw new Error('broken listener')
    })
    live.subscribe(told)
    replica.db.create(Task, { title: 'a' })
    expect(told).toHaveBeenCalledTimes(1)
    expect(replica.errors).toEqual([new Error('broken listener')])
  })

  it('are told once of a splice of many remote changes', () => {
    const alice = createTestReplica(1, types)
    const bob = createTestReplica(2, types)
    for (let i = 0; i < 100; i++) alice.db.create(Task, { title: String(i) })
    const told = vi.fn<() => void>()
    bob.db.live(query(Task)).subscribe(told)
    bob.pull(alice)
    expect(told).toHaveBeenCalledTimes(1)
  })

  it('of an item hear when it comes, changes, is deleted and restored, and of nothing else', () => {
    const { db } = createTestReplica(1, types)
    const parent = db.create(Task, { title: 'parent' })
    const task = db.create(Task, { title: 'a' }, { parent })
    const live = db.liveItem(Task, task.id)
    const told = vi.fn<() => void>()
    const stop = live.subscribe(told)
    db.create(Task, { title: 'other' })
    db.update(parent, { title: 'p' })
    expect(told).toHaveBeenCalledTimes(0)
    db.delete(parent)
    expect(live.get()).toBeUndefined()
    db.restore(parent)
    expect(live.get()).toBe(db.get(Task, task.id))
    expect(told).toHaveBeenCalledTimes(2)
    stop()
    db.update(task, { title: 'z' })
    expect(told).toHaveBeenCalledTimes(2)
  })
})

describe('a swapped document', () => {
  it('renders only the row whose content differs', () => {
    const replica = createTestReplica(1, types)
    const { db } = replica
    const tasks = Array.from({ length: 50 }, (_, i) => db.create(Task, { title: `t${i}`, any: { deep: [i] } }))
    db.update(tasks[7]!, { title: 'withdrawn' })
    const live = db.live(query(Task))
    const before = live.get()
    const told = vi.fn<() => void>()
    live.subscribe(told)
    replica.swap()
    expect(told).not.toHaveBeenCalled()
    expect(live.get()).toBe(before)
    replica.swap([`${tasks[7]!.id}/title`])
    expect(told).toHaveBeenCalledTimes(1)
    const changed = live.get().filter((row, i) => row !== before[i])
    expect(changed.map(({ title }) => title)).toEqual(['t7'])
    db.update(tasks[8]!, { title: 'after' })
    expect(replica.map.get(`${tasks[8]!.id}/title`)).toBe('after')
  })
})

describe('properties of the space', () => {
  it('are set, read, told and seen by a peer', () => {
    const alice = createTestReplica(1, types)
    const bob = createTestReplica(2, types)
    const told = vi.fn<() => void>()
    bob.db.properties.subscribe(told)
    expect(bob.db.properties.get()).toEqual({})
    alice.db.setProperty('name', 'Garden')
    expect(alice.db.properties.get()).toEqual({ name: 'Garden' })
    expect(alice.map.get('//name')).toBe('Garden')
    bob.pull(alice)
    expect(told).toHaveBeenCalledTimes(1)
    expect(bob.db.properties.get()).toEqual({ name: 'Garden' })
    expect(bob.db.properties.get()).toBe(bob.db.properties.get())
    const writes = alice.writes()
    alice.db.setProperty('name', 'Garden')
    expect(alice.writes()).toBe(writes)
    expect(codeOf(() => alice.db.setProperty('a/b', 1))).toBe('bad-key')
  })
})

describe('a disposed database', () => {
  it('refuses reads and writes, and hears nothing any more', () => {
    const replica = createTestReplica(1, types)
    const live = replica.db.live(query(Task))
    const told = vi.fn<() => void>()
    live.subscribe(told)
    replica.db.dispose()
    expect(codeOf(() => replica.db.create(Task, { title: 'a' }))).toBe('disposed')
    expect(codeOf(() => replica.db.run(query(Task)))).toBe('disposed')
    replica.plant({ [nobody]: { t: 'task', m: 'object', f: { title: 'x' } } })
    expect(told).not.toHaveBeenCalled()
    expect(live.get()).toEqual([])
  })
})
