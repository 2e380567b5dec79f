import type { Meta, StoryObj } from '@storybook/react-vite'
import { Suspense, useState, type ReactNode } from 'react'
import { expect, waitFor, within } from 'storybook/test'
import { z } from 'zod'
import type { Echo, Space } from '../src/client/echo.ts'
import { AvatarStack } from '../src/components/AvatarStack.tsx'
import { Button } from '../src/components/Button.tsx'
import { EchoUiConfig } from '../src/components/EchoUiConfig.tsx'
import { InviteButton } from '../src/components/InviteButton.tsx'
import { JoinDialog } from '../src/components/JoinDialog.tsx'
import { SyncStatus } from '../src/components/SyncStatus.tsx'
import { TextField } from '../src/components/TextField.tsx'
import { defineType } from '../src/database/defineType.ts'
import type { Item } from '../src/database/item.ts'
import { query } from '../src/database/query.ts'
import { EchoProvider } from '../src/react/EchoProvider.tsx'
import { useField } from '../src/react/useField.ts'
import { useQuery } from '../src/react/useQuery.ts'
import { useSpace } from '../src/react/useSpace.ts'
import { useSpaces } from '../src/react/useSpaces.ts'
import { useText } from '../src/react/useText.ts'
import { setup } from '../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

/** One person's side: their spaces, or a way to join one. */
function Pane({ name, echo }: { readonly name: string; readonly echo: Echo }): ReactNode {
  // Each person's dialogs stay on their side.
  const [side, setSide] = useState<Element | null>(null)
  return (
    <section
      ref={setSide}
      aria-label={name}
      style={{ flex: '1 1 18rem', minInlineSize: 0, padding: '1rem', border: '1px solid var(--echo-border)', borderRadius: 12 }}
    >
      <h2 style={{ marginBlockStart: 0 }}>{name}</h2>
      <EchoProvider echo={echo} fallback={<p>Opening…</p>}>
        <EchoUiConfig portalContainer={side}>
          <Suspense fallback={<p>Opening the space…</p>}>
            <Spaces />
          </Suspense>
        </EchoUiConfig>
      </EchoProvider>
    </section>
  )
}

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

async function prepare() {
  const world = await setup('alice', 'bob', { types: [Task, Note] })
  const space = await world.alice.echo.spaces.create({ name: 'Garden' })
  space.create(Task, { title: 'Water the beans' })
  space.create(Note, { title: 'Plan' })
  return { world, space }
}

type Prepared = Awaited<ReturnType<typeof prepare>>

const meta: Meta = {
  title: 'Two peers',
  loaders: [async () => ({ ...(await prepare()) })],
  beforeEach: (context) => () => (context.loaded as Prepared).world.dispose(),
  render: (_args, { loaded }) => {
    const { world } = loaded as Prepared
    return (
      <main style={{ display: 'flex', flexWrap: 'wrap', gap: '1rem', fontFamily: 'system-ui, sans-serif' }}>
        <Pane name="Alice" echo={world.alice.echo} />
        <Pane name="Bob" echo={world.bob.echo} />
      </main>
    )
  },
}
export default meta
type Story = StoryObj

/** Alice makes a link, Bob joins by it, and each sees what the other writes. On an in-memory network, with the real cryptography. */
export const InviteAndJoin: Story = {
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
    await waitFor(() => expect(alice.getByTitle('bob')).toBeVisible(), { timeout: 5000 })
    await expect(await alice.findByText('In sync with 1 other device', {}, { timeout: 5000 })).toBeVisible()
  },
}

/** Bob is invited as a reader: he sees everything and is told why he cannot invite. */
export const Reader: Story = {
  loaders: [
    async () => {
      const prepared = await prepare()
      await prepared.world.join(prepared.space, prepared.world.bob, 'reader')
      return { ...prepared }
    },
  ],
  play: async ({ canvas }) => {
    const bob = within(canvas.getByRole('region', { name: 'Bob' }))
    await expect(await bob.findByLabelText('Task')).toHaveValue('Water the beans')
    await expect(bob.getByLabelText('Task')).toHaveAttribute('readonly')
    await expect(bob.getByLabelText('Note')).toHaveAttribute('readonly')
    await expect(bob.getByText('Only owners and admins can invite people.')).toBeVisible()
  },
}
