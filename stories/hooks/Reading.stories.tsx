import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ReactNode } from 'react'
import { expect, waitFor, within } from 'storybook/test'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { Button } from '../../src/components/basics/Button.tsx'
import { defineLink, defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { useAncestors } from '../../src/react/useAncestors.ts'
import { useChildren } from '../../src/react/useChildren.ts'
import { useCount } from '../../src/react/useCount.ts'
import { useFirst } from '../../src/react/useFirst.ts'
import { useItem } from '../../src/react/useItem.ts'
import { useLinks } from '../../src/react/useLinks.ts'
import { useQuery } from '../../src/react/useQuery.ts'
import { useRefs } from '../../src/react/useRefs.ts'
import { useTextContent } from '../../src/react/useTextContent.ts'
import { useUnsearchedTexts } from '../../src/react/useUnsearchedTexts.ts'
import { withPeers } from '../withPeers.tsx'
import { withUi } from '../withUi.tsx'
import { patience, sidesOf } from './people.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }), { search: ['title'] })
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text', search: ['title'] })
const Blocks = defineLink('blocks', z.object({}))
const types = [Task, Note, Blocks]

const meta: Meta = { title: 'Hooks/Reading', decorators: [withUi] }
export default meta
type Story = StoryObj

function Names({ label, items }: { readonly label: string; readonly items: readonly { readonly id: string }[] | undefined }): ReactNode {
  return (
    <ul aria-label={label}>
      {items?.map((item) => (
        <li key={item.id}>{'title' in item ? String(item.title) : item.id}</li>
      ))}
    </ul>
  )
}

function Tasks({ space }: { readonly space: Space }): ReactNode {
  const open = query(Task).where({ done: false }).orderBy('title')
  const tasks = useQuery(space, open)
  const count = useCount(space, open)
  const first = useFirst(space, open)
  return (
    <>
      <p>{`${count} to do, ${first?.title ?? 'nothing'} first`}</p>
      <Names label="To do" items={tasks} />
      <Button onClick={() => space.create(Task, { title: 'Dig' })}>Add</Button>
      <Button onClick={() => first && space.update(first, { done: true })}>Do the first</Button>
    </>
  )
}

/** `useQuery`, `useCount` and `useFirst` follow what anyone writes. */
export const QueryCountAndFirst: Story = {
  ...withPeers({ types, prepare: (space) => void space.create(Task, { title: 'Water' }) }, ({ space }) => <Tasks space={space} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await expect(await bob.findByText('1 to do, Water first', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('button', { name: 'Add' }))
    await expect(await bob.findByText('2 to do, Dig first', {}, patience)).toBeVisible()
    await expect(bob.getByRole('list', { name: 'To do' }).textContent).toBe('DigWater')
    await userEvent.click(bob.getByRole('button', { name: 'Do the first' }))
    await expect(await alice.findByText('1 to do, Water first', {}, patience)).toBeVisible()
    await expect(alice.getByRole('list', { name: 'To do' }).textContent).toBe('Water')
  },
}

function OneTask({ space, id }: { readonly space: Space; readonly id: string }): ReactNode {
  const task = useItem(space, Task, id)
  if (task === undefined) return <p>This task is gone.</p>
  return (
    <>
      <p>{task.done ? `${task.title} is done` : task.title}</p>
      <Button onClick={() => space.update(task, { done: true })}>Done</Button>
      <Button onClick={() => space.delete(task)}>Delete</Button>
    </>
  )
}

/** `useItem` has one item, and nothing once it is deleted. */
export const OneItem: Story = {
  ...withPeers({ types, prepare: (space) => space.create(Task, { title: 'Water' }).id }, ({ space, data }) => (
    <OneTask space={space} id={data} />
  )),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.click(await bob.findByRole('button', { name: 'Done' }))
    await expect(await alice.findByText('Water is done', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('button', { name: 'Delete' }))
    await expect(await bob.findByText('This task is gone.', {}, patience)).toBeVisible()
  },
}

interface House {
  readonly house: string
  readonly wall: string
  readonly door: string
}

function Around({ space, house, wall, door }: { readonly space: Space } & House): ReactNode {
  return (
    <>
      <Names label="In the house" items={useChildren(space, house, Task)} />
      <Names label="Above the door" items={useAncestors(space, door, Task)} />
      <p>{`The wall blocks ${useLinks(space, wall, Blocks)?.length}, the door is blocked by ${useRefs(space, door, Blocks)?.length}`}</p>
      <Button onClick={() => space.create(Task, { title: 'Roof' }, { parent: house })}>Add a roof</Button>
      <Button onClick={() => space.link(wall, Blocks, door, {})}>Block</Button>
      <Button onClick={() => space.move(door, { parent: house })}>Move the door</Button>
    </>
  )
}

/** `useChildren`, `useAncestors`, `useLinks` and `useRefs`: what is around an item. */
export const AroundAnItem: Story = {
  ...withPeers(
    {
      peers: ['Alice'],
      types,
      prepare: (space): House => {
        const house = space.create(Task, { title: 'House' }).id
        const wall = space.create(Task, { title: 'Wall' }, { parent: house }).id
        return { house, wall, door: space.create(Task, { title: 'Door' }, { parent: wall }).id }
      },
    },
    ({ space, data }) => <Around space={space} {...data} />,
  ),
  play: async ({ canvas, userEvent }) => {
    const list = (name: string) => canvas.getByRole('list', { name }).textContent
    await canvas.findByText('The wall blocks 0, the door is blocked by 0')
    await expect([list('In the house'), list('Above the door')]).toEqual(['Wall', 'HouseWall'])
    await userEvent.click(canvas.getByRole('button', { name: 'Add a roof' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Block' }))
    await expect(await canvas.findByText('The wall blocks 1, the door is blocked by 1')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Move the door' }))
    await waitFor(() => expect([list('In the house'), list('Above the door')]).toEqual(['WallRoofDoor', 'House']))
  },
}

function SearchField({ space }: { readonly space: Space }): ReactNode {
  const [words, setWords] = useState('')
  const found = useQuery(space, query(Task, Note).search(words))
  const left = useUnsearchedTexts(space)
  const [note] = useQuery(space, query(Note))
  return (
    <>
      <input className="echo-input" aria-label="Search" value={words} onChange={(event) => setWords(event.target.value)} />
      <Names label="Found" items={found} />
      <p>{left === 0 ? 'All texts were looked into.' : `${left} texts to look into`}</p>
      <p>{`The note says: ${useTextContent(space, note?.id) ?? '…'}`}</p>
    </>
  )
}

/** A search finds what begins with the words, in fields and in texts (`useQuery`, `useUnsearchedTexts`, `useTextContent`). */
export const Search: Story = {
  ...withPeers(
    {
      peers: ['Alice'],
      types,
      prepare: async (space) => {
        for (const title of ['Water the beans', 'Dig']) space.create(Task, { title })
        const text = await space.openText(space.create(Note, { title: 'Plan' }).id)
        text.insert(0, 'Peas on Monday')
        text.release()
      },
    },
    ({ space }) => <SearchField space={space} />,
  ),
  play: async ({ canvas, userEvent }) => {
    const found = () =>
      within(canvas.getByRole('list', { name: 'Found' }))
        .queryAllByRole('listitem')
        .map((row) => row.textContent)
    await userEvent.type(await canvas.findByLabelText('Search'), 'bea')
    await waitFor(() => expect(found()).toEqual(['Water the beans']))
    await userEvent.clear(canvas.getByLabelText('Search'))
    await userEvent.type(canvas.getByLabelText('Search'), 'monday')
    await waitFor(() => expect(found()).toEqual(['Plan']), patience)
    await expect(canvas.getByText('All texts were looked into.')).toBeVisible()
    await expect(canvas.getByText('The note says: Peas on Monday')).toBeVisible()
  },
}
