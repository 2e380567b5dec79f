import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ReactNode } from 'react'
import { expect, waitFor, within } from 'storybook/test'
import { z } from 'zod'
import type { Space } from '../src/client/echo.ts'
import { defineType } from '../src/database/types/defineType.ts'
import { query } from '../src/database/query/query.ts'
import { EchoDevtools } from '../src/devtools/EchoDevtools.tsx'
import { useQuery } from '../src/react/useQuery.ts'
import { useText } from '../src/react/useText.ts'
import { withPeers, type MemberPerson } from './withPeers.tsx'
import { withUi } from './withUi.tsx'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

function Garden({ space }: { readonly space: Space }): ReactNode {
  const tasks = useQuery(space, query(Task).where({ done: false }).orderBy('title'))
  const [note] = useQuery(space, query(Note))
  useText(space, note?.id)
  return <p>{tasks.map(({ title }) => title).join(', ')}</p>
}

/** One of two people looks; the other is somebody to see. */
function side({ name, space }: MemberPerson<unknown>, props: { readonly initialOpen?: boolean }): ReactNode {
  return (
    <>
      <Garden space={space} />
      {name === 'Alice' && <EchoDevtools {...props} />}
    </>
  )
}

const garden = {
  types: [Task, Note],
  prepare(space: Space) {
    for (const title of ['Water the beans', 'Sow peas', 'Mend the fence']) space.create(Task, { title })
    space.create(Note, { title: 'Plan' })
  },
}

const meta = {
  title: 'EchoDevtools',
  decorators: [withUi],
} satisfies Meta
export default meta
type Story = StoryObj

export const Closed: Story = {
  ...withPeers(garden, (person) => side(person, {})),
  play: async ({ canvas }) => {
    await expect(await canvas.findByRole('button', { name: 'ECHO devtools' })).toHaveAttribute('aria-expanded', 'false')
  },
}

/** Every tab has something to tell of two people who share a space. */
export const TwoPeers: Story = {
  ...withPeers(garden, (person) => side(person, { initialOpen: true })),
  play: async ({ canvas, userEvent }) => {
    const panel = within(await canvas.findByRole('region', { name: 'ECHO devtools' }, { timeout: 8000 }))
    const show = (name: string) => userEvent.click(panel.getByRole('tab', { name }))
    await expect(await panel.findByRole('region', { name: 'Items by type' })).toHaveTextContent('task3')
    await show('Peers')
    await waitFor(() => expect(panel.getByRole('region', { name: 'Linked devices' })).toHaveTextContent('Bob'), { timeout: 8000 })
    await show('Documents')
    await expect(await panel.findByRole('region', { name: 'Documents' })).toHaveTextContent('Items')
    await show('Queries')
    await expect(await panel.findByRole('region', { name: 'Live queries' })).toHaveTextContent('types: ["task"]')
    await show('Blocks')
    await expect(await panel.findByRole('group', { name: 'Blocks' })).toHaveTextContent('epoch 0')
    await show('Membership')
    await expect(await panel.findByRole('list', { name: 'Membership operations' })).toHaveTextContent('admit')
    await show('Storage')
    await expect(await panel.findByRole('region', { name: 'Rows by table' })).toHaveTextContent('membership')
  },
}
