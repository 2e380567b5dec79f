import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, waitFor } from 'storybook/test'
import { z } from 'zod'
import { InfiniteList, InfiniteListView, type InfiniteListViewProps } from '../src/components/data/InfiniteList.tsx'
import { defineType } from '../src/database/types/defineType.ts'
import { query } from '../src/database/query/query.ts'
import { withPeers } from './withPeers.tsx'
import { withUi } from './withUi.tsx'
import { patience, sidesOf } from './hooks/people.ts'

interface Row {
  readonly id: string
}

const rowsOf = (count: number): readonly Row[] => Array.from({ length: count }, (_, i) => ({ id: `Task ${i + 1}` }))

const meta = {
  title: 'InfiniteList',
  component: InfiniteListView as (props: InfiniteListViewProps<Row>) => React.ReactNode,
  decorators: [withUi],
  args: {
    label: 'Tasks',
    rows: rowsOf(200),
    total: 10_000,
    onMore: fn(),
    empty: <p>No tasks yet.</p>,
    children: ({ id }) => <span>{id}</span>,
  },
} satisfies Meta<(props: InfiniteListViewProps<Row>) => React.ReactNode>
export default meta
type Story = StoryObj<typeof meta>

export const Many: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const first = await canvas.findByText('Task 1')
    await expect(first.closest('li')).toHaveAttribute('aria-setsize', '10000')
    await expect(canvas.queryByText('Task 200')).toBeNull()
    await expect(args.onMore).not.toHaveBeenCalled()

    await userEvent.tab()
    await expect(canvas.getByRole('group', { name: 'Tasks' })).toHaveFocus()
    await userEvent.keyboard('{ArrowDown}{ArrowDown}')
    await waitFor(() => expect(canvas.getByText('Task 2').closest('li')).toHaveFocus())
    await userEvent.keyboard('{End}')
    await waitFor(() => expect(canvas.getByText('Task 200').closest('li')).toHaveFocus())
    await waitFor(() => expect(args.onMore).toHaveBeenCalled())
    await userEvent.keyboard('{ArrowUp}')
    await waitFor(() => expect(canvas.getByText('Task 199').closest('li')).toHaveFocus())
    await userEvent.keyboard('{Home}')
    await waitFor(() => expect(canvas.getByText('Task 1').closest('li')).toHaveFocus())
  },
}
export const RightToLeft: Story = { globals: { direction: 'rtl' } }
export const Hostile: Story = {
  args: { rows: [{ id: 'x'.repeat(10_000) }, { id: '<script>alert(1)</script>' }], total: 2 },
  play: async ({ canvas }) => {
    const box = canvas.getByRole('group', { name: 'Tasks' })
    await expect(await canvas.findByText(/^x+$/)).toBeVisible()
    await expect(box.scrollWidth).toBeLessThanOrEqual(box.clientWidth)
  },
}
export const Empty: Story = {
  args: { rows: [], total: 0 },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('No tasks yet.')).toBeVisible()
  },
}
export const Loading: Story = {
  args: { rows: undefined, total: 0 },
  play: async ({ canvas }) => {
    await expect(await canvas.findByText('Loading…')).toBeVisible()
  },
}

const Task = defineType('task', z.object({ title: z.string() }))

/** Rows of a live query, read page by page; what another peer adds comes in its place. */
export const OfAQuery: Story = {
  ...withPeers(
    {
      types: [Task],
      prepare: (space) =>
        space.batch(() => rowsOf(300).forEach(({ id }) => space.create(Task, { title: id.replace(/\d+/, (n) => n.padStart(3, '0')) }))),
    },
    ({ space }) => (
      <>
        <InfiniteList space={space} query={query(Task).orderBy('title')} pageSize={100} label="Tasks">
          {({ title }) => <span>{title}</span>}
        </InfiniteList>
        <button type="button" onClick={() => space.create(Task, { title: 'A new one' })}>
          Add
        </button>
      </>
    ),
  ),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await bob.findByText('Task 001', {}, patience)
    await userEvent.click(alice.getByRole('button', { name: 'Add' }))
    const added = await bob.findByText('A new one', {}, patience)
    await expect(added.closest('li')).toHaveAttribute('aria-setsize', '301')
    const box = bob.getByRole('group', { name: 'Tasks' })
    await waitFor(
      async () => {
        box.scrollTop = box.scrollHeight
        await expect(bob.getByText('Task 300')).toBeVisible()
      },
      { ...patience, interval: 50 },
    )
  },
}
