import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineModel } from '../../../src/database/types/defineModel.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { createTestReplica } from './createTestReplica.ts'

const Counter = defineModel('counter', { snapshot: ({ map }) => map.size, actions: {} })
const Poll = defineType('poll', z.object({ question: z.string() }), { model: Counter })
const Task = defineType('task', z.object({ title: z.string() }))

describe('defineModel', () => {
  it.each(['', 'object', 'text', 'rich-text', '1st', 'a b', 'x'.repeat(65), undefined])('refuses %j as a name', (name) => {
    expect(() => defineModel(name as never, { snapshot: () => 0, actions: {} })).toThrow(expect.objectContaining({ code: 'bad-schema' }))
  })

  it.each([{}, { kind: 'model' }, 'canvas', null])('is not what defineType gets in %j', (model) => {
    expect(() => defineType('poll', z.object({}), { model: model as never })).toThrow(expect.objectContaining({ code: 'bad-schema' }))
  })
})

describe('an item of a model', () => {
  it('survives an app that knows neither its type nor its model, which moves and deletes it, and wakes in one that does', () => {
    const knowing = createTestReplica(1, [Poll, Task])
    const poll = knowing.db.create(Poll, { question: 'Rain?' })
    expect([poll.$.model, knowing.db.modelOf(poll.id)]).toEqual(['counter', 'counter'])
    const older = createTestReplica(2, [Task], knowing)
    expect(older.db.modelOf(poll.id)).toBe('counter')
    const folder = older.db.create(Task, { title: 'Folder' })
    older.db.move(poll.id, { parent: folder })
    older.db.delete(poll.id)
    older.db.restore(poll.id)
    const awake = createTestReplica(3, [Poll, Task], older)
    expect(awake.db.get(Poll, poll.id)).toEqual({ ...poll })
    expect(awake.db.get(Poll, poll.id)?.$).toMatchObject({ model: 'counter', parentId: folder.id })
  })

  it('is a plain item where a peer wrote what can name no model', () => {
    const replica = createTestReplica(1, [Task])
    const { id } = replica.db.create(Task, { title: 'Dig' })
    for (const model of [7, null, '', '__proto__x y', { kind: 'model' }]) {
      replica.plant({ [id]: { t: 'task', m: model, f: { title: 'Dig' } } })
      expect(replica.db.modelOf(id)).toBe('object')
    }
  })
})
