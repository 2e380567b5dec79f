import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { defineType, type AnyItemType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import type { EchoError } from '../../../src/shared/echoError.ts'
import { createTestReplica, syncAll } from './createTestReplica.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- any schema of an object
type ObjectSchema = StandardSchemaV1<any, object>

interface Library {
  readonly name: string
  readonly schema: ObjectSchema
  readonly transforming: ObjectSchema
  /** Undefined where the library has no asynchronous schemas. */
  readonly asynchronous: ObjectSchema | undefined
}

const libraries: readonly Library[] = [
  {
    name: 'zod',
    schema: z.object({
      title: z.string(),
      done: z.boolean().default(false),
      hours: z.number().min(0).optional(),
      address: z.object({ city: z.string() }).optional(),
    }),
    transforming: z.object({ title: z.string().transform((title) => title.length) }),
    asynchronous: z.object({ title: z.string().refine(async () => true) }),
  },
  {
    name: 'valibot',
    schema: v.object({
      title: v.string(),
      done: v.optional(v.boolean(), false),
      hours: v.optional(v.pipe(v.number(), v.minValue(0))),
      address: v.optional(v.object({ city: v.string() })),
    }),
    transforming: v.object({
      title: v.pipe(
        v.string(),
        v.transform((title) => title.length),
      ),
    }),
    asynchronous: v.objectAsync({
      title: v.pipeAsync(
        v.string(),
        v.checkAsync(async () => true),
      ),
    }),
  },
  {
    name: 'arktype',
    schema: type({ title: 'string', done: 'boolean = false', 'hours?': 'number >= 0', 'address?': { city: 'string' } }),
    transforming: type({ title: type('string').pipe((title) => title.length) }),
    asynchronous: undefined,
  },
]

describe.each(libraries)('a type by a schema of $name', ({ schema, transforming, asynchronous }) => {
  // Which fields there are is the compiler's business, see test/types/database.test-d.ts.
  const Task: AnyItemType = defineType('task', schema)

  function refused(write: () => unknown): EchoError {
    try {
      write()
    } catch (error) {
      return error as EchoError
    }
    throw new Error('nothing was refused')
  }

  it('makes items, fills in defaults, and finds by them, here and at a peer', () => {
    const [here, there] = [createTestReplica(1, [Task]), createTestReplica(2, [Task])]
    const made = here.db.create(Task, { title: 'Water', address: { city: 'Graz' } })
    expect({ ...made }).toEqual({ id: made.id, title: 'Water', done: false, address: { city: 'Graz' } })
    syncAll([here, there])
    expect(there.db.run(query(Task).where({ done: false } as never))).toEqual([made])
    here.db.update(made, { done: true, hours: 2 })
    syncAll([here, there])
    expect({ ...there.db.get(Task, made.id) }).toEqual({ id: made.id, title: 'Water', done: true, hours: 2, address: { city: 'Graz' } })
  })

  it('keeps what the schema does not know, nested too', () => {
    const { db } = createTestReplica(1, [Task])
    const made = db.create(Task, { title: 'Water', colour: 'blue', address: { city: 'Graz', zip: '8010' } })
    db.update(made, { title: 'Wine' })
    expect({ ...db.get(Task, made.id) }).toMatchObject({ title: 'Wine', colour: 'blue', address: { city: 'Graz', zip: '8010' } })
  })

  it('refuses a value that does not fit, with its path, and writes nothing', () => {
    const { db } = createTestReplica(1, [Task])
    const made = db.create(Task, { title: 'Water', address: { city: 'Graz' } })
    for (const [write, path] of [
      [() => db.create(Task, { title: 5 }), ['title']],
      [() => db.create(Task, {}), ['title']],
      [() => db.update(made, { hours: -1 }), ['hours']],
      [() => db.set(made.id, 'address.city', 5), ['address', 'city']],
    ] as const) {
      const error = refused(write)
      expect(error.code).toBe('bad-value')
      expect(error.details?.['issues']).toStrictEqual([{ path, message: expect.any(String) }])
    }
    expect(db.run(query(Task))).toEqual([made])
  })

  it('shows as invalid what a peer wrote otherwise, with the path, until it is mended', () => {
    const Loose = defineType('task', z.looseObject({}))
    const [here, there] = [createTestReplica(1, [Task]), createTestReplica(2, [Loose])]
    const made = here.db.create(Task, { title: 'Water', address: { city: 'Graz' } })
    syncAll([here, there])
    there.db.update(made.id, { address: { city: 5 } } as never)
    syncAll([here, there])
    expect(here.db.run(query(Task))).toEqual([])
    expect(here.db.run(query(Task).invalid('only'))).toMatchObject([
      { id: made.id, raw: { title: 'Water', address: { city: 5 } }, issues: [{ path: ['address', 'city'] }] },
    ])
    here.db.set(made.id, 'address.city', 'Linz')
    expect(here.db.run(query(Task))).toMatchObject([{ title: 'Water', address: { city: 'Linz' } }])
  })

  it('refuses a schema that transforms, and one that answers late, as soon as it is written by', () => {
    for (const bad of [transforming, asynchronous]) {
      if (bad === undefined) continue
      const Bad: AnyItemType = defineType('bad', bad)
      const { db } = createTestReplica(1, [Bad])
      expect(refused(() => db.create(Bad, { title: 'Water' }))).toMatchObject({ code: 'bad-schema' })
      expect(db.run(query(Bad))).toEqual([])
    }
  })
})
