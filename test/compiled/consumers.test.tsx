// @vitest-environment jsdom
import { act, render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import type { Item } from '../../src/database/types/item.ts'
import { query } from '../../src/database/query/query.ts'
import { useItem } from '../../src/react/useItem.ts'
import { useQuery } from '../../src/react/useQuery.ts'
import { createTestReplica } from '../unit/database/createTestReplica.ts'
import { createFakeEcho } from '../unit/react/fakeEcho.ts'
import { wrapperOf } from '../unit/react/renderInEcho.tsx'

const Task = defineType('task', z.object({ title: z.string(), tags: z.array(z.string()).default([]), done: z.boolean().default(false) }))

/** What the compiler makes of a function asks for so many places to keep values in. */
const cacheOfCompiler = /\.c\)\(\d+\)/

const summaryOf = ({ title, done, tags }: Item<typeof Task>): string => `${title} is ${done ? 'done' : 'open'}, ${tags.length} tags`

/** A component as an app would write it: each line depends on another part of the item, and the last is made anew only for another item. */
function Card({ space, id }: { readonly space: Space; readonly id: string }) {
  const task = useItem(space, Task, id)
  if (task === undefined) return <p>gone</p>
  return (
    <article>
      <h2>{task.title}</h2>
      <ul>
        {task.tags.map((tag) => (
          <li key={tag}>{tag}</li>
        ))}
      </ul>
      <p>{summaryOf(task)}</p>
    </article>
  )
}

function Board({ space }: { readonly space: Space }) {
  const tasks = useQuery(space, query(Task).orderBy('title'))
  const open = tasks?.filter(({ done }) => !done).length
  return (
    <section>
      <p>{`${open} open`}</p>
      <ol>
        {tasks?.map((task) => (
          <li key={task.id}>{`${task.title}: ${task.tags.join(' ')}`}</li>
        ))}
      </ol>
    </section>
  )
}

function setup() {
  const { db } = createTestReplica(1, [Task])
  return { db, space: db as unknown as Space, wrapper: wrapperOf(createFakeEcho()) }
}

const items = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)

it('the compiler is at work here, on the hooks and on what uses them', () => {
  for (const compiled of [Card, Board, useItem, useQuery]) expect(String(compiled)).toMatch(cacheOfCompiler)
})

it('a compiled component shows every change of an item, whichever part it is in', () => {
  const { db, space, wrapper } = setup()
  const task = db.create(Task, { title: 'Water', tags: ['garden'] })
  render(<Card space={space} id={task.id} />, { wrapper })
  expect(items()).toEqual(['garden'])
  act(() => void db.update(task, { tags: ['garden', 'today'] }))
  expect(items()).toEqual(['garden', 'today'])
  act(() => void db.update(task, { title: 'Water the beans', done: true }))
  expect(screen.getByRole('heading').textContent).toBe('Water the beans')
  expect(screen.getByText('Water the beans is done, 2 tags')).toBeTruthy()
  act(() => db.delete(task))
  expect(screen.getByText('gone')).toBeTruthy()
})

it('a compiled list follows its query: what is in it, its order and its rows', async () => {
  const { db, space, wrapper } = setup()
  const weed = db.create(Task, { title: 'Weed' })
  render(<Board space={space} />, { wrapper })
  expect(items()).toEqual(['Weed: '])
  const dig = await act(async () => db.create(Task, { title: 'Dig', tags: ['hard'] }))
  expect(items()).toEqual(['Dig: hard', 'Weed: '])
  act(() => void db.update(weed, { title: 'A walk', tags: ['easy'] }))
  expect(items()).toEqual(['A walk: easy', 'Dig: hard'])
  act(() => void db.update(dig, { done: true }))
  expect(screen.getByText('1 open')).toBeTruthy()
})
