import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { or } from '../../src/database/query/conditions.ts'
import type { Database } from '../../src/database/database.ts'
import { defineType, type InputOf, type OutputOf } from '../../src/database/types/defineType.ts'
import type { InvalidItem, Item } from '../../src/database/types/item.ts'
import { query } from '../../src/database/query/query.ts'
import type { ItemId } from '../../src/shared/ids.ts'
import type { Readable } from '../../src/shared/readable.ts'

/** Compiled, never run: each line that must not compile says so. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function assertType<_T extends true>(): void {}

const Task = defineType(
  'task',
  z.object({
    title: z.string(),
    status: z.enum(['open', 'closed']).default('open'),
    due: z.date().optional(),
    tags: z.array(z.string()).optional(),
    address: z.object({ city: z.string() }).optional(),
  }),
)
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Shape = defineType(
  'shape',
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('circle'), radius: z.number() }),
    z.object({ kind: z.literal('square'), side: z.number() }),
  ]),
)

export function checkTypes(db: Database, today: Date): void {
  assertType<Equal<typeof Task.name, 'task'>>()
  assertType<Equal<InputOf<typeof Task>['status'], 'open' | 'closed' | undefined>>()
  assertType<Equal<OutputOf<typeof Task>['status'], 'open' | 'closed'>>()
  // @ts-expect-error a type is of an object
  defineType('text', z.string())
  // @ts-expect-error no such model
  defineType('text', z.object({}), { model: 'map' })
  defineType('page', z.object({}), { model: 'rich-text' })

  const task = db.create(Task, { title: 'Water' })
  assertType<Equal<typeof task, Item<typeof Task>>>()
  assertType<Equal<typeof task.id, ItemId>>()
  const status: 'open' | 'closed' = task.status
  const day: Date | undefined = task.due
  const made: number | undefined = task.$.createdAt
  void [status, day, made]
  // @ts-expect-error items are immutable
  task.title = 'x'
  // @ts-expect-error all the way down
  task.tags?.push('x')
  // @ts-expect-error a title is needed
  db.create(Task, {})
  // @ts-expect-error a title is a text
  db.create(Task, { title: 5 })

  db.update(task, { title: 'b', due: undefined, status: 'closed' })
  // @ts-expect-error no such state
  db.update(task, { status: 'half' })
  // @ts-expect-error no such field
  db.update(task, { titel: 'x' })
  db.update(task.id, { anything: 1 })

  const all: readonly Item<typeof Task>[] = db.run(query(Task))
  const live: Readable<readonly Item<typeof Task>[]> = db.live(query(Task).where({ status: 'open' }).orderBy('due', 'desc').limit(5))
  const bad: readonly InvalidItem[] = db.run(query(Task).invalid('only'))
  const found: Item<typeof Note> | undefined = db.get(Note, task.id)
  const watched: Readable<Item<typeof Note> | undefined> = db.liveItem(Note, task.id)
  void [all, live, bad, found, watched]
  // @ts-expect-error rows are tasks
  const notes: readonly Item<typeof Task>[] = db.run(query(Note))
  void notes

  query(Task).where({ due: { gte: today, exists: true } }, or({ status: 'open' }, { due: { exists: false } }))
  query(Task).where([{ status: { in: ['open'] } }, or([{ title: 'a' }], { status: { ne: 'closed' } })])
  query(Task).where({ address: { eq: { city: 'Graz' } }, tags: ['a'] })
  // @ts-expect-error no such field
  query(Task).where({ titel: 'x' })
  // @ts-expect-error no such state
  query(Task).where({ status: 'half' })
  // @ts-expect-error a date is compared with a date
  query(Task).where({ due: { gte: 5 } })
  // @ts-expect-error "no value" is asked by exists
  query(Task).where({ due: undefined })
  // @ts-expect-error no such operator
  query(Task).where({ due: { after: today } })
  // @ts-expect-error no such field in an alternative
  query(Task).where(or({ titel: 'x' }, { status: 'open' }))
  // @ts-expect-error no such field
  query(Task).orderBy('titel')
  // @ts-expect-error no order by what is no field
  query(Task).orderBy('id')
  // @ts-expect-error rows that do not fit have no fields
  query(Task).filter((item) => item.titel === 'x')
  query(Task).filter((item) => item.title === 'x' && item.$.parentId === undefined)

  query(Shape)
    .where({ radius: { gt: 1 } })
    .orderBy('side')
  const shape = db.create(Shape, { kind: 'circle', radius: 1 })
  if (shape.kind === 'square') shape.side.toFixed()
  db.update(shape, { radius: 2 })
}

const ByValibot = defineType(
  'by-valibot',
  v.object({ title: v.string(), done: v.optional(v.boolean(), false), tags: v.array(v.string()) }),
  { indexes: ['done'], lists: ['tags'] },
)
const ByArktype = defineType('by-arktype', type({ title: 'string', done: 'boolean = false', tags: 'string[]' }), {
  indexes: ['done'],
  lists: ['tags'],
})

/** What the schemas of other libraries say is known as what those of zod say. */
export function checkOtherLibraries(db: Database): void {
  assertType<Equal<InputOf<typeof ByValibot>, { title: string; done?: boolean | undefined; tags: string[] }>>()
  assertType<Equal<OutputOf<typeof ByValibot>, { title: string; done: boolean; tags: string[] }>>()
  const task = db.create(ByValibot, { title: 'Water', tags: [] })
  const done: boolean = task.done
  query(ByValibot).where({ done: false }).orderBy('title')
  // @ts-expect-error no such field
  query(ByValibot).orderBy('titel')
  // @ts-expect-error a title is a text
  db.create(ByValibot, { title: 5, tags: [] })
  // @ts-expect-error no list
  defineType('x', v.object({ title: v.string() }), { lists: ['title'] })

  assertType<Equal<OutputOf<typeof ByArktype>['done'], boolean>>()
  assertType<Equal<InputOf<typeof ByArktype>['done'], boolean | undefined>>()
  const other = db.create(ByArktype, { title: 'Water', tags: [] })
  const otherDone: boolean = other.done
  query(ByArktype).where({ done: false }).orderBy('title')
  // @ts-expect-error no such field
  query(ByArktype).orderBy('titel')
  // @ts-expect-error a title is a text
  db.create(ByArktype, { title: 5, tags: [] })
  // @ts-expect-error no list
  defineType('x', type({ title: 'string' }), { lists: ['title'] })
  void [done, otherDone]
}
