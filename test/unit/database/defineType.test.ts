import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'

describe('defineType', () => {
  it('names a type and keeps its schema', () => {
    const schema = z.object({ title: z.string() })
    expect(defineType('task', schema)).toMatchObject({ name: 'task', schema, model: 'object' })
    expect(defineType('note', schema, { model: 'text' }).model).toBe('text')
  })

  it.each(['id', '$', 'a/b', 'a.b', '', '__proto__'])('refuses a field named "%s" where the schema shows its fields', (field) => {
    expect(() => defineType('task', z.object(Object.fromEntries([[field, z.string()]])))).toThrow(
      expect.objectContaining({ code: 'bad-schema' }),
    )
  })

  it.each([undefined, null, {}, { '~standard': { version: 2, validate: () => ({}) } }, { '~standard': { version: 1 } }])(
    'refuses what is no Standard Schema: %j',
    (schema) => {
      expect(() => defineType('task', schema as never)).toThrow(expect.objectContaining({ code: 'bad-schema' }))
    },
  )

  it('refuses a bad name and a model that it does not know', () => {
    expect(() => defineType('', z.object({}))).toThrow(expect.objectContaining({ code: 'bad-schema' }))
    expect(() => defineType('x'.repeat(200), z.object({}))).toThrow(expect.objectContaining({ code: 'bad-schema' }))
    expect(() => defineType('task', z.object({}), { model: 'map' as never })).toThrow(expect.objectContaining({ code: 'bad-schema' }))
  })
})
