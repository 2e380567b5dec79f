import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ReactNode } from 'react'
import { expect, waitFor, within } from 'storybook/test'
import { z } from 'zod'
import type { Space } from '../src/client/echo.ts'
import { AvatarStack } from '../src/components/presence/AvatarStack.tsx'
import { Button } from '../src/components/basics/Button.tsx'
import { InviteButton } from '../src/components/invitations/InviteButton.tsx'
import { JoinDialog } from '../src/components/invitations/JoinDialog.tsx'
import { SyncStatus } from '../src/components/status/SyncStatus.tsx'
import { TextField } from '../src/components/editing/TextField.tsx'
import { defineType } from '../src/database/types/defineType.ts'
import type { Item } from '../src/database/types/item.ts'
import { query } from '../src/database/query/query.ts'
import { useField } from '../src/react/useField.ts'
import { useQuery } from '../src/react/useQuery.ts'
import { useSpace } from '../src/react/useSpace.ts'
import { useSpaces } from '../src/react/useSpaces.ts'
import { useText } from '../src/react/useText.ts'
import type { SetupOptions } from '../src/testing/setup.ts'
import { withPeers, withStrangers } from './withPeers.tsx'
import { withUi } from './withUi.tsx'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

function Spaces(): ReactNode {
  const [first] = useSpaces()
  const [shown, setShown] = useState(first?.id)
  const [joining, setJoining] = useState(false)
  return (
    <>
      {shown === undefined ? <Button onClick={() => setJoining(true)}>Join with a link</Button> : <Garden id={shown} />}
      <JoinDialog
        open={joining}
        onClose={() => setJoining(false)}
        onJoined={(space) => {
          setShown(space)
          setJoining(false)
        }}
      />
    </>
  )
}

function Garden({ id }: { readonly id: string }): ReactNode {
  const space = useSpace(id)
  const tasks = useQuery(space, query(Task).orderBy('title'))
  const [note] = useQuery(space, query(Note))
  return (
    <div style={{ display: 'grid', gap: '0.75rem' }}>
      <div style={{ display: 'flex', gap: '0.75rem', flexWrap: 'wrap', alignItems: 'center' }}>
        <SyncStatus space={space} />
        <AvatarStack space={space} />
      </div>
      {tasks.map((task) => (
        <TaskRow key={task.id} space={space} task={task} />
      ))}
      {note !== undefined && <NoteField space={space} id={note.id} />}
      <InviteButton space={space} />
    </div>
  )
}

function TaskRow({ space, task }: { readonly space: Space; readonly task: Item<typeof Task> }): ReactNode {
  const title = useField(space, task, 'title')
  return <input className="echo-input" aria-label="Task" {...title.props} />
}

function NoteField({ space, id }: { readonly space: Space; readonly id: string }): ReactNode {
  return <TextField label="Note" multiline text={useText(space, id)} />
}

const garden: SetupOptions & { readonly prepare: (space: Space) => void } = {
  types: [Task, Note],
  prepare: (space) => {
    space.create(Task, { title: 'Water the beans' })
    space.create(Note, { title: 'Plan' })
  },
}

const meta: Meta = { title: 'Two peers', decorators: [withUi] }
export default meta
type Story = StoryObj

/** Alice makes a link, Bob joins by it, and each sees what the other writes. On an in-memory network, with the real cryptography. */
export const InviteAndJoin: Story = {
  ...withStrangers(garden, () => <Spaces />),
  play: async ({ canvas, userEvent }) => {
    const alice = within(canvas.getByRole('region', { name: 'Alice' }))
    const bob = within(canvas.getByRole('region', { name: 'Bob' }))
    await userEvent.click(await alice.findByRole('button', { name: 'Invite' }))
    await userEvent.click(alice.getByRole('button', { name: 'Create link' }))
    const link = await alice.findByLabelText<HTMLInputElement>('Invitation link')
    const url = link.value
    await userEvent.click(alice.getByRole('button', { name: 'Close' }))

    await userEvent.click(bob.getByRole('button', { name: 'Join with a link' }))
    await userEvent.click(bob.getByLabelText('Invitation link'))
    await userEvent.paste(url)
    await userEvent.click(bob.getByRole('button', { name: 'Continue' }))
    await userEvent.click(await bob.findByRole('button', { name: 'Join' }))
    const openButton = await bob.findByRole('button', { name: 'Open the space' }, { timeout: 15_000 })
    // A native click: under the test library's own, which runs inside a synchronous act(), React would not come back to what suspends here.
    openButton.click()

    const hers = await alice.findByLabelText('Task')
    const his = await bob.findByLabelText('Task', {}, { timeout: 8000 })
    await expect(his).toHaveValue('Water the beans')
    await userEvent.type(his, ' twice')
    await waitFor(() => expect(hers).toHaveValue('Water the beans twice'), { timeout: 5000 })
    await userEvent.type(alice.getByLabelText('Note'), 'Peas on Monday')
    await waitFor(() => expect(bob.getByLabelText('Note')).toHaveValue('Peas on Monday'), { timeout: 5000 })
    await waitFor(() => expect(alice.getByTitle('Bob')).toBeVisible(), { timeout: 5000 })
    await expect(await alice.findByText('In sync with 1 other device', {}, { timeout: 5000 })).toBeVisible()
  },
}

/** Bob is invited as a reader: he sees everything and is told why he cannot invite. */
export const Reader: Story = {
  ...withPeers({ ...garden, role: 'reader' }, () => <Spaces />),
  play: async ({ canvas }) => {
    const bob = within(canvas.getByRole('region', { name: 'Bob' }))
    await expect(await bob.findByLabelText('Task')).toHaveValue('Water the beans')
    await expect(bob.getByLabelText('Task')).toHaveAttribute('readonly')
    await expect(bob.getByLabelText('Note')).toHaveAttribute('readonly')
    await expect(bob.getByText('Only owners and admins can invite people.')).toBeVisible()
  },
}

/** Alice switches herself off: what both write meanwhile stays with each, and comes together when she is back. */
export const OfflineAndBack: Story = {
  ...withPeers(garden, () => <Spaces />),
  play: async ({ canvas, userEvent }) => {
    const alice = within(canvas.getByRole('region', { name: 'Alice' }))
    const bob = within(canvas.getByRole('region', { name: 'Bob' }))
    await expect(await alice.findByText('In sync with 1 other device', {}, { timeout: 8000 })).toBeVisible()
    await userEvent.click(alice.getByRole('switch', { name: 'Online' }))
    await expect(await alice.findByText('Offline')).toBeVisible()
    await waitFor(() => expect(bob.queryByText('In sync with 1 other device')).toBeNull(), { timeout: 8000 })

    await userEvent.type(alice.getByLabelText('Task'), ' twice')
    await userEvent.type(bob.getByLabelText('Note'), 'Peas on Monday')
    await expect(bob.getByLabelText('Task')).toHaveValue('Water the beans')
    await expect(alice.getByLabelText('Note')).toHaveValue('')

    await userEvent.click(alice.getByRole('switch', { name: 'Online' }))
    await waitFor(() => expect(bob.getByLabelText('Task')).toHaveValue('Water the beans twice'), { timeout: 8000 })
    await waitFor(() => expect(alice.getByLabelText('Note')).toHaveValue('Peas on Monday'), { timeout: 8000 })
  },
}
