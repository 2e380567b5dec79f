import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ReactNode } from 'react'
import { expect, waitFor, within } from 'storybook/test'
import { z } from 'zod'
import type { Space } from '../src/client/echo.ts'
import { Button } from '../src/components/basics/Button.tsx'
import { defineType } from '../src/database/types/defineType.ts'
import { useModel } from '../src/react/useModel.ts'
import { Counter } from './models/counter.ts'
import { Kanban, type Column } from './models/kanban.ts'
import { withPeers } from './withPeers.tsx'
import { withUi } from './withUi.tsx'

const Poll = defineType('poll', z.object({ question: z.string() }), { model: Counter })
const Board = defineType('board', z.object({ title: z.string() }), { model: Kanban })

interface Side {
  readonly space: Space
  readonly poll: string
  readonly board: string
}

function Count({ space, poll }: Side): ReactNode {
  const [count, { add }] = useModel(space, Counter, poll)
  return <Button onClick={() => add(1)}>{`Counted ${count}`}</Button>
}

const next: Readonly<Partial<Record<Column, Column>>> = { todo: 'doing', doing: 'done' }

function Cards({ space, board }: Side): ReactNode {
  const [columns, { add, move }] = useModel(space, Kanban, board)
  return (
    <>
      {(Object.keys(columns) as Column[]).map((column) => (
        <div key={column}>
          <h3>{column}</h3>
          <ul aria-label={column}>
            {columns[column].map(({ id, title }) => {
              const to = next[column]
              return (
                <li key={id}>
                  {title} {to !== undefined && <Button onClick={() => move(id, to)}>{`Move ${title} to ${to}`}</Button>}
                </li>
              )
            })}
          </ul>
        </div>
      ))}
      <Button onClick={() => add('Rake')}>Add a card</Button>
    </>
  )
}

const meta: Meta = {
  title: 'Models of an app',
  decorators: [withUi],
  ...withPeers(
    {
      types: [Poll, Board],
      prepare: (space) => ({ poll: space.create(Poll, { question: 'Rain?' }).id, board: space.create(Board, { title: 'Garden' }).id }),
    },
    ({ space, data }) => (
      <>
        <Count space={space} {...data} />
        <Cards space={space} {...data} />
      </>
    ),
  ),
}
export default meta
type Story = StoryObj

/** Both count at once and nothing is lost; a card that one adds, the other moves. */
export const CounterAndKanban: Story = {
  play: async ({ canvas, userEvent }) => {
    const alice = within(canvas.getByRole('region', { name: 'Alice' }))
    const bob = within(canvas.getByRole('region', { name: 'Bob' }))
    const [hers, his] = [await alice.findByRole('button', { name: 'Counted 0' }), await bob.findByRole('button', { name: 'Counted 0' })]
    await userEvent.click(hers)
    await userEvent.click(his)
    await userEvent.click(hers)
    await waitFor(() => expect([hers.textContent, his.textContent]).toEqual(['Counted 3', 'Counted 3']), { timeout: 8000 })

    await userEvent.click(alice.getByRole('button', { name: 'Add a card' }))
    await userEvent.click(await bob.findByRole('button', { name: 'Move Rake to doing' }, { timeout: 8000 }))
    await userEvent.click(await alice.findByRole('button', { name: 'Move Rake to done' }, { timeout: 8000 }))
    await waitFor(() => expect(within(bob.getByRole('list', { name: 'done' })).getByText('Rake')).toBeVisible(), { timeout: 8000 })
    for (const person of [alice, bob]) await expect(within(person.getByRole('list', { name: 'todo' })).queryByText('Rake')).toBeNull()
  },
}
