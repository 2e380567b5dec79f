// @vitest-environment jsdom
import { act, render } from '@testing-library/react'
import { memo, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { defineLink, defineType } from '../../../src/database/types/defineType.ts'
import type { Item } from '../../../src/database/types/item.ts'
import { query, type Query } from '../../../src/database/query/query.ts'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { useAncestors } from '../../../src/react/useAncestors.ts'
import { useChildren } from '../../../src/react/useChildren.ts'
import { useFirst } from '../../../src/react/useFirst.ts'
import { useItem } from '../../../src/react/useItem.ts'
import { useLinks } from '../../../src/react/useLinks.ts'
import { useQuery } from '../../../src/react/useQuery.ts'
import { useRefs } from '../../../src/react/useRefs.ts'
import type { Readable } from '../../../src/shared/readable.ts'
import { createTestReplica } from '../database/createTestReplica.ts'
import { createFakeEcho } from './fakeEcho.ts'
import { renderHookInEcho } from './renderInEcho.tsx'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false), owner: z.string().optional() }))
const Blocks = defineLink('blocks', z.object({}))

/** A real database where a space is expected; the hooks of items use no more of it. */
function setup() {
  const replica = createTestReplica(1, [Task, Blocks])
  return { replica, db: replica.db, space: replica.db as unknown as Space, fake: createFakeEcho() }
}

describe('the hooks of tree and links', () => {
  it('follow the database, and take undefined and ids that are none', () => {
    const { db, space, fake } = setup()
    const house = db.create(Task, { title: 'house' })
    const wall = db.create(Task, { title: 'wall', owner: house.id }, { parent: house })
    const door = db.create(Task, { title: 'door' }, { parent: wall })
    const { result, rerender } = renderHookInEcho(
      fake,
      ({ id }: { id: string | undefined }) => ({
        children: useChildren(space, id, Task)?.map(({ title }) => title),
        ancestors: useAncestors(space, id)?.map((item) => item.id),
        links: useLinks(space, id, Blocks)?.map(({ $ }) => $.target),
        refs: useRefs(space, id, Blocks)?.map(({ $ }) => $.source),
        owned: useRefs(space, id, Task, 'owner')?.map(({ title }) => title),
      }),
      { id: house.id as string | undefined },
    )
    expect(result.current).toEqual({ children: ['wall'], ancestors: [], links: [], refs: [], owned: ['wall'] })
    act(() => {
      db.link(house, Blocks, door, {})
      db.link(wall, Blocks, house, {})
    })
    expect(result.current).toMatchObject({ links: [door.id], refs: [wall.id] })
    rerender({ id: door.id })
    expect(result.current).toEqual({ children: [], ancestors: [house.id, wall.id], links: [], refs: [house.id], owned: [] })
    rerender({ id: 'no id' })
    expect(result.current).toEqual({ children: [], ancestors: [], links: [], refs: [], owned: [] })
    rerender({ id: undefined })
    expect(Object.values(result.current).every((value) => value === undefined)).toBe(true)
  })

  it('give the first of a query, and nothing where there is none', () => {
    const { db, space, fake } = setup()
    const { result } = renderHookInEcho(fake, () => useFirst(space, query(Task).orderBy('title')))
    expect(result.current).toBeUndefined()
    act(() => void db.create(Task, { title: 'b' }))
    act(() => void db.create(Task, { title: 'a' }))
    expect(result.current?.title).toBe('a')
  })
})

describe('useQuery with a selection', () => {
  it('renders only when the selection changes, and keeps one that is equal', () => {
    const { db, space, fake } = setup()
    const tasks = ['a', 'b'].map((title) => db.create(Task, { title }))
    let renders = 0
    const { result } = renderHookInEcho(fake, () => {
      renders += 1
      return useQuery(space, query(Task), {
        select: (rows) => rows.filter(({ done }) => done).map(({ title }) => title),
        isEqual: (a, b) => a.join() === b.join(),
      })
    })
    const [before, rendersBefore] = [result.current, renders]
    act(() => db.update(tasks[0]!, { title: 'c' }))
    expect([result.current, renders]).toEqual([before, rendersBefore])
    expect(result.current).toBe(before)
    act(() => db.update(tasks[1]!, { done: true }))
    expect(result.current).toEqual(['b'])
  })
})

describe('a list of 1,000 rows', () => {
  const renders = { list: 0, row: 0 }
  const countRender = (what: keyof typeof renders): void => void (renders[what] += 1)
  const toIds = { select: (rows: readonly Item<typeof Task>[]) => rows.map(({ id }) => id), isEqual: sameList }
  const Row = memo(function Row({ task }: { readonly task: Item<typeof Task> }): ReactNode {
    countRender('row')
    return <li>{task.title}</li>
  })
  const RowById = memo(function RowById({ space, id }: { readonly space: Space; readonly id: string }): ReactNode {
    countRender('row')
    return <li>{useItem(space, Task, id)?.title}</li>
  })
  function List({ space }: { readonly space: Space }): ReactNode {
    countRender('list')
    return useQuery(space, query(Task).orderBy('title')).map((task) => <Row key={task.id} task={task} />)
  }
  function ListOfIds({ space }: { readonly space: Space }): ReactNode {
    countRender('list')
    return useQuery(space, query(Task).orderBy('title'), toIds).map((id) => <RowById key={id} space={space} id={id} />)
  }

  it.each([
    ['rows', List, 1],
    ['ids, with each row its own item', ListOfIds, 0],
  ])('of %s renders one row when one changes, and leaves no listener when it goes', (_, Component, listRenders) => {
    const { db, space, fake } = setup()
    const tasks = Array.from({ length: 1000 }, (_, i) => db.create(Task, { title: `task ${String(i).padStart(4, '0')}` }))
    let listeners = 0
    const counting = <T,>(readable: Readable<T>): Readable<T> => ({
      get: () => readable.get(),
      subscribe(listener) {
        listeners += 1
        const stop = readable.subscribe(listener)
        return () => {
          listeners -= 1
          stop()
        }
      },
    })
    const [live, liveItem] = [db.live, db.liveItem]
    vi.spyOn(db, 'live').mockImplementation(((q: Query) => counting(live(q))) as never)
    vi.spyOn(db, 'liveItem').mockImplementation(((type: typeof Task, id: string) => counting(liveItem(type, id))) as never)
    const { unmount } = render(
      <EchoProvider echo={fake.echo}>
        <Component space={space} />
      </EchoProvider>,
    )
    Object.assign(renders, { list: 0, row: 0 })
    act(() => db.update(tasks[500]!, { done: true }))
    expect(renders).toEqual({ list: listRenders, row: 1 })
    act(() => void db.create(Task, { title: 'task 0500 b' }))
    expect(renders).toEqual({ list: listRenders + 1, row: 2 })
    expect(listeners).toBeGreaterThan(0)
    unmount()
    expect(listeners).toBe(0)
  })

  it.each([
    ['rows', List, 1],
    ['ids, with each row its own item', ListOfIds, 0],
  ])('of %s renders one row when a rebuilt document differs in one key, and nothing when in none', (_, Component, listRenders) => {
    const { replica, db, space, fake } = setup()
    const tasks = Array.from({ length: 1000 }, (_, i) => db.create(Task, { title: `task ${String(i).padStart(4, '0')}`, owner: 'ann' }))
    db.update(tasks[500]!, { owner: 'withdrawn' })
    const { getAllByRole } = render(
      <EchoProvider echo={fake.echo}>
        <Component space={space} />
      </EchoProvider>,
    )
    Object.assign(renders, { list: 0, row: 0 })
    act(() => replica.swap())
    expect(renders).toEqual({ list: 0, row: 0 })
    act(() => replica.swap([`${tasks[500]!.id}/owner`]))
    expect(renders).toEqual({ list: listRenders, row: 1 })
    expect(getAllByRole('listitem')).toHaveLength(1000)
    expect(db.get(Task, tasks[500]!.id)!.owner).toBe('ann')
  })
})

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i])
}

describe('a query written inline', () => {
  it('is one query through many renders, and one whose filter is another each time still works and is told of once', () => {
    const { db, space, fake } = setup()
    db.create(Task, { title: 'a' })
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const live = vi.spyOn(db, 'live')
    const stable = renderHookInEcho(fake, () => useQuery(space, query(Task).where({ title: { startsWith: 'a' } })))
    for (let i = 0; i < 5; i++) stable.rerender()
    expect(new Set(live.mock.results.map(({ value }) => value as unknown)).size).toBe(1)
    const unstable = renderHookInEcho(fake, () =>
      useQuery(
        space,
        query(Task).filter(({ title }) => title === 'a'),
      ),
    )
    for (let i = 0; i < 6; i++) unstable.rerender()
    expect(unstable.result.current).toHaveLength(1)
    expect(warn.mock.calls.filter(([text]) => String(text).includes('filter'))).toHaveLength(1)
    warn.mockRestore()
  })
})
