import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType, type ItemTypeOptions } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { soak } from '../../setup/soak.ts'
import { codeOf, syncAll, createTestReplica } from './createTestReplica.ts'

const address = z.object({ city: z.string().optional(), zip: z.string().optional() }).optional()
const one = { title: z.string(), urgent: z.boolean().optional(), home: address, done: z.boolean().default(false) }
const Task1 = defineType('task', z.object(one))

const urgency = {
  from: 'urgent',
  forward: (urgent: boolean) => (urgent ? 'high' : 'normal'),
  back: (priority: string) => priority === 'high',
}
const priority = z.enum(['low', 'normal', 'high'])
const Task2 = defineType(
  'task',
  z.object({ name: z.string(), priority: priority.optional(), place: address, done: z.boolean().default(false) }),
  {
    version: 2,
    lenses: { 1: { name: { from: 'title' }, priority: urgency, place: { from: 'home' } } },
  },
)

const levels = ['low', 'normal', 'high']
const Task3 = defineType(
  'task',
  z.object({ label: z.string(), level: z.number().optional(), place: address, done: z.boolean().default(false) }),
  {
    version: 3,
    lenses: {
      1: { name: { from: 'title' }, priority: urgency, place: { from: 'home' } },
      2: {
        label: { from: 'name' },
        level: { from: 'priority', forward: (text: string) => levels.indexOf(text), back: (level: number) => levels[Math.round(level)] },
      },
    },
  },
)

describe('two versions of a type in one space', () => {
  it('read what the other made, and hide the keys of versions that are not theirs', () => {
    const [v1, v2] = [createTestReplica(1, [Task1]), createTestReplica(2, [Task2])]
    const older = v1.db.create(Task1, { title: 'old', urgent: true })
    const newer = v2.db.create(Task2, { name: 'new', priority: 'low' })
    syncAll([v1, v2])
    expect(v2.db.get(Task2, older.id)).toEqual({ id: older.id, name: 'old', priority: 'high', done: false })
    expect(v1.db.get(Task1, newer.id)).toEqual({ id: newer.id, title: 'new', urgent: false, done: false })
    expect(v2.db.get(Task2, newer.id)).toEqual(newer)
    expect(v2.fresh().get(Task2, newer.id)).toEqual(newer)
  })

  it('keep a renamed field at one key, and paths into it', () => {
    const [v1, v2] = [createTestReplica(1, [Task1]), createTestReplica(2, [Task2])]
    const { id } = v1.db.create(Task1, { title: 'a', home: { city: 'Graz' } })
    v2.pull(v1)
    v1.db.set(id, 'home.city', 'Wien')
    v2.db.set(id, 'place.zip', '1010')
    v2.db.update(id, { name: 'b' })
    syncAll([v1, v2])
    expect(v1.db.get(Task1, id)).toMatchObject({ title: 'b', home: { city: 'Wien', zip: '1010' } })
    expect(v2.db.get(Task2, id)).toMatchObject({ name: 'b', place: { city: 'Wien', zip: '1010' } })
    expect([...v1.map.keys()].sort()).toEqual([id, `${id}/home.city`, `${id}/home.zip`, `${id}/title`].sort())
    v2.db.update(id, { place: { city: 'Linz' } })
    v1.pull(v2)
    expect(v1.db.get(Task1, id)!.home).toEqual({ city: 'Linz' })
  })

  it('keep what the older cannot say, until the older says something else', () => {
    const [v1, v2] = [createTestReplica(1, [Task1]), createTestReplica(2, [Task2])]
    const { id } = v2.db.create(Task2, { name: 'a', priority: 'low' })
    v1.pull(v2)
    v1.db.update(id, { title: 'b' })
    v2.pull(v1)
    expect(v2.db.get(Task2, id)).toMatchObject({ name: 'b', priority: 'low' })
    v1.db.update(id, { urgent: true })
    v2.pull(v1)
    expect(v2.db.get(Task2, id)!.priority).toBe('high')
    v1.db.unset(id, 'urgent')
    v2.pull(v1)
    expect(v2.db.get(Task2, id)).not.toHaveProperty('priority')
  })

  it('answer queries by the fields of their own version, live', () => {
    const [v1, v2] = [createTestReplica(1, [Task1]), createTestReplica(2, [Task2])]
    const { id } = v1.db.create(Task1, { title: 'a', urgent: false })
    v2.pull(v1)
    const high = v2.db.live(query(Task2).where({ priority: 'high' }).orderBy('name'))
    high.subscribe(() => undefined)
    expect(high.get()).toEqual([])
    v1.db.update(id, { urgent: true })
    v2.pull(v1)
    expect(high.get().map(({ name }) => name)).toEqual(['a'])
    v2.db.update(id, { priority: 'normal' })
    expect(high.get()).toEqual([])
  })

  it('refuse a path into a field that changed, a versioned name, and a value that the lens cannot take', () => {
    const Odd = defineType('odd', z.object({ list: z.looseObject({}).optional() }), {
      version: 2,
      lenses: {
        1: {
          list: {
            forward: (old: unknown) => old,
            back: () => {
              throw new Error('no')
            },
          },
        },
      },
    })
    const { db } = createTestReplica(1, [Odd, Task2])
    const odd = db.create(Odd, {})
    expect(codeOf(() => db.set(odd.id, 'list.x', 1))).toBe('bad-key')
    expect(codeOf(() => db.set(odd, 'list', {}))).toBe('bad-schema')
    expect(codeOf(() => db.create(Odd, { list: {} }))).toBe('bad-schema')
    expect(codeOf(() => db.set(odd.id, 'list@2', 1))).toBe('bad-key')
    expect(codeOf(() => db.set(odd.id, 'any@7', 1))).toBe('bad-key')
  })

  it('show as invalid what a hostile member wrote where a lens expects something else, and mend it', () => {
    const v2 = createTestReplica(2, [Task2])
    const { id } = v2.db.create(Task2, { name: 'a', priority: 'low' })
    v2.plant({ [`${id}/urgent`]: { no: 'boolean' }, [`${id}/priority@2`]: [5] })
    expect(v2.db.get(Task2, id)).toMatchObject({ priority: 'high' })
    const Strict = defineType('task', z.object({ name: z.string(), priority: priority.optional() }), {
      version: 2,
      lenses: {
        1: {
          name: { from: 'title' },
          priority: { ...urgency, forward: (urgent: boolean) => ({ true: 'high', false: 'normal' })[String(urgent)]!.trim() },
        },
      },
    })
    const strict = v2.fresh([Strict])
    expect(strict.get(Strict, id)).toBeUndefined()
    expect(strict.run(query(Strict).invalid('only'))[0]!.raw).toEqual({ name: 'a', priority: { no: 'boolean' } })
    strict.update(id, { priority: 'normal' })
    expect(strict.get(Strict, id)).toMatchObject({ priority: 'normal' })
  })

  it.each<[string, ItemTypeOptions]>([
    ['a version that is none', { version: 0 }],
    ['a lens to nowhere', { version: 1, lenses: { 1: { name: { from: 'title' } } } }],
    ['a lens from nowhere', { version: 2, lenses: { 0: { name: { from: 'title' } } } }],
    ['a lens one way only', { version: 2, lenses: { 1: { name: { forward: (old: unknown) => old } } } }],
    ['two fields from one', { version: 2, lenses: { 1: { name: { from: 'title' }, label: { from: 'title' } } } }],
    ['a field from what cannot be one', { version: 2, lenses: { 1: { name: { from: 'id' } } } }],
    ['a new field where an old one is kept', { version: 2, lenses: { 1: { name: { from: 'old' } } } }],
    ['a lens on a list', { version: 2, lists: ['old'], lenses: { 1: { old: { from: 'title' } } } }],
  ])('cannot have %s', (_, options) => {
    expect(codeOf(() => defineType('x', z.object({ name: z.string(), old: z.array(z.string()) }), options as never))).toBe('bad-schema')
  })
})

describe('three versions that write in turn', () => {
  it('all read the last write, and the same after a reload', () => {
    const step = fc.record({
      version: fc.constantFrom(1, 2, 3),
      field: fc.constantFrom('text', 'rank', 'rank', 'unset', 'done'),
      value: fc.nat(8),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.constantFrom(1, 2, 3), (steps, creator) => {
        const replicas = [createTestReplica(1, [Task1]), createTestReplica(2, [Task2]), createTestReplica(3, [Task3])] as const
        const [v1, v2, v3] = replicas
        const { id } =
          creator === 1
            ? v1.db.create(Task1, { title: 'start' })
            : creator === 2
              ? v2.db.create(Task2, { name: 'start' })
              : v3.db.create(Task3, { label: 'start' })
        syncAll(replicas)
        let text = 'start'
        let last: { readonly version: number; readonly value: unknown } = { version: 3, value: undefined }
        for (const { version, field, value } of steps) {
          if (field === 'text') {
            text = String(value)
            if (version === 1) v1.db.update(id, { title: text })
            else if (version === 2) v2.db.update(id, { name: text })
            else v3.db.update(id, { label: text })
          } else if (field === 'done') {
            replicas[version - 1]!.db.update(id, { done: value > 4 })
          } else {
            last = { version, value: field === 'unset' ? undefined : [value > 4, levels[value % 3], value / 4][version - 1] }
            replicas[version - 1]!.db.set(id, ['urgent', 'priority', 'level'][version - 1]!, last.value)
          }
          syncAll(replicas)
          const rows = [v1.db.get(Task1, id)!, v2.db.get(Task2, id)!, v3.db.get(Task3, id)!] as const
          expect([v1.fresh().get(Task1, id), v2.fresh().get(Task2, id), v3.fresh().get(Task3, id)]).toEqual(rows)
          expect([rows[0].title, rows[1].name, rows[2].label]).toEqual([text, text, text])
          // Each version reads what it was told, less fine in an older one; a newer one may know more, but nothing else.
          const read = [rows[0].urgent, rows[1].priority, rows[2].level]
          expect(read[last.version - 1]).toEqual(last.value)
          expect(read[1]).toBe(read[2] === undefined ? undefined : levels[Math.round(read[2] as number)])
          expect(read[0]).toBe(read[1] === undefined ? undefined : read[1] === 'high')
        }
      }),
      { numRuns: soak ? 2_000 : 100 },
    )
  })
})
