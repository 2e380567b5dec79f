import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ReactNode } from 'react'
import { expect, waitFor } from 'storybook/test'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { Button } from '../../src/components/basics/Button.tsx'
import { TextField } from '../../src/components/editing/TextField.tsx'
import { defineType } from '../../src/database/types/defineType.ts'
import { useConflicts } from '../../src/react/useConflicts.ts'
import { useField } from '../../src/react/useField.ts'
import { useItem } from '../../src/react/useItem.ts'
import { useModel } from '../../src/react/useModel.ts'
import { useText } from '../../src/react/useText.ts'
import { useTrash } from '../../src/react/useTrash.ts'
import { useUndo } from '../../src/react/useUndo.ts'
import { Counter } from '../models/counter.ts'
import { withPeers } from '../withPeers.tsx'
import { withUi } from '../withUi.tsx'
import { patience, sidesOf } from './people.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Poll = defineType('poll', z.object({ question: z.string() }), { model: Counter })
const types = [Task, Note, Poll]
const oneTask = { types, prepare: (space: Space) => space.create(Task, { title: 'Water' }).id }

interface OfItem {
  readonly space: Space
  readonly id: string
}

const meta: Meta = { title: 'Hooks/Editing', decorators: [withUi] }
export default meta
type Story = StoryObj

function TitleInput({ space, id }: OfItem): ReactNode {
  const task = useItem(space, Task, id)
  const title = useField(space, task, 'title')
  return (
    <>
      <input className="echo-input" aria-label="Title" {...title.props} />
      <p>{`${title.dirty ? 'A draft of' : 'Stored'}: ${task?.title}`}</p>
    </>
  )
}

/** `useField` keeps a draft of one field and stores it on a pause, or when the input is left. */
export const Field: Story = {
  ...withPeers(oneTask, ({ space, data }) => <TitleInput space={space} id={data} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.type(await alice.findByLabelText('Title'), ' twice')
    await expect(alice.getByText('A draft of: Water')).toBeVisible()
    await userEvent.tab()
    await expect(await alice.findByText('Stored: Water twice')).toBeVisible()
    await waitFor(() => expect(bob.getByLabelText('Title')).toHaveValue('Water twice'), patience)
  },
}

function NoteText({ space, id }: OfItem): ReactNode {
  return <TextField label="Note" multiline text={useText(space, id)} />
}

/** `useText` opens a text for an editor: several people type in it at once. */
export const Text: Story = {
  ...withPeers({ types, prepare: (space) => space.create(Note, { title: 'Plan' }).id }, ({ space, data }) => (
    <NoteText space={space} id={data} />
  )),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.type(await alice.findByLabelText('Note'), 'Peas')
    await waitFor(() => expect(bob.getByLabelText('Note')).toHaveValue('Peas'), patience)
    await userEvent.type(bob.getByLabelText('Note'), ' on Monday')
    await waitFor(() => expect(alice.getByLabelText('Note')).toHaveValue('Peas on Monday'), patience)
  },
}

function Count({ space, id }: OfItem): ReactNode {
  const [count, { add }] = useModel(space, Counter, id)
  return <Button onClick={() => add(1)}>{`Counted ${count}`}</Button>
}

/** `useModel` has a document with rules of the app's own. */
export const Model: Story = {
  ...withPeers({ types, prepare: (space) => space.create(Poll, { question: 'Rain?' }).id }, ({ space, data }) => (
    <Count space={space} id={data} />
  )),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.click(await alice.findByRole('button', { name: 'Counted 0' }))
    await userEvent.click(await bob.findByRole('button', { name: 'Counted 1' }, patience))
    await expect(await alice.findByRole('button', { name: 'Counted 2' }, patience)).toBeVisible()
  },
}

function UndoButtons({ space, id }: OfItem): ReactNode {
  const task = useItem(space, Task, id)
  const { undo, redo, canUndo, canRedo } = useUndo(space)
  return (
    <>
      <p>{`Title: ${task?.title}`}</p>
      <Button onClick={() => space.update(id, { title: 'Dig' })}>Rename</Button>
      <Button disabled={!canUndo} onClick={() => undo()}>
        Undo
      </Button>
      <Button disabled={!canRedo} onClick={() => redo()}>
        Redo
      </Button>
    </>
  )
}

/** `useUndo` takes back what this person did, and nothing of others. */
export const UndoAndRedo: Story = {
  ...withPeers(oneTask, ({ space, data }) => <UndoButtons space={space} id={data} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.click(await alice.findByRole('button', { name: 'Rename' }))
    await expect(await bob.findByText('Title: Dig', {}, patience)).toBeVisible()
    await expect(bob.getByRole('button', { name: 'Undo' })).toBeDisabled()
    await userEvent.click(alice.getByRole('button', { name: 'Undo' }))
    await expect(await bob.findByText('Title: Water', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('button', { name: 'Redo' }))
    await expect(await bob.findByText('Title: Dig', {}, patience)).toBeVisible()
  },
}

function Losers({ space, id, name }: OfItem & { readonly name: string }): ReactNode {
  const task = useItem(space, Task, id)
  const { conflicts, restore } = useConflicts(space, id)
  return (
    <>
      <p>{`Title: ${task?.title}`}</p>
      <Button onClick={() => space.update(id, { title: `${name}'s` })}>Rename</Button>
      {conflicts.map((conflict) => (
        <Button key={conflict.author} onClick={() => restore(conflict)}>{`Take ${String(conflict.value)}`}</Button>
      ))}
    </>
  )
}

/** `useConflicts` has what lost against a value that was written at the same time, and brings it back. */
export const Conflicts: Story = {
  ...withPeers(oneTask, ({ space, data, name }) => <Losers space={space} id={data} name={name} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    const online = alice.getByRole('switch', { name: 'Online' })
    await alice.findByText('Title: Water')
    await userEvent.click(online)
    for (const side of [alice, bob]) await userEvent.click(side.getByRole('button', { name: 'Rename' }))
    await userEvent.click(online)
    const lost = await alice.findByRole('button', { name: /^Take / }, patience)
    const value = lost.textContent.slice('Take '.length)
    await expect(["Alice's", "Bob's"]).toContain(value)
    await userEvent.click(lost)
    for (const side of [alice, bob]) {
      await expect(await side.findByText(`Title: ${value}`, {}, patience)).toBeVisible()
      await waitFor(() => expect(side.queryByRole('button', { name: /^Take / })).toBeNull(), patience)
    }
  },
}

function Bin({ space, id }: OfItem): ReactNode {
  const deleted = useTrash(space)
  return (
    <>
      <p>{useItem(space, Task, id) === undefined ? 'The task is gone' : 'The task is here'}</p>
      <Button onClick={() => space.delete(id)}>Delete</Button>
      {deleted.map((item) => (
        <Button key={item.id} onClick={() => space.restore(item.id)}>{`Restore ${item.count + 1}`}</Button>
      ))}
    </>
  )
}

/** `useTrash` has what was deleted, by whomever. */
export const Trash: Story = {
  ...withPeers(oneTask, ({ space, data }) => <Bin space={space} id={data} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await alice.findByText('The task is here')
    await userEvent.click(alice.getByRole('button', { name: 'Delete' }))
    await userEvent.click(await bob.findByRole('button', { name: 'Restore 1' }, patience))
    await expect(await alice.findByText('The task is here', {}, patience)).toBeVisible()
    await waitFor(() => expect(alice.queryByRole('button', { name: 'Restore 1' })).toBeNull())
  },
}
