import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, screen, within } from 'storybook/test'
import { TrashView } from '../src/components/data/Trash.tsx'
import type { DeletedItem } from '../src/database/graph/trash.ts'
import type { IdentityId, ItemId } from '../src/shared/ids.ts'
import { withUi } from './withUi.tsx'

const item = (letter: string, title: string, count = 0): DeletedItem => ({
  id: letter.repeat(21).concat('A') as ItemId,
  type: 'note',
  row: { id: letter as ItemId, title } as never,
  count,
  deletedAt: Date.UTC(2026, 4, 1, 9),
  deletedBy: 'ann' as IdentityId,
})

const meta = {
  title: 'Trash',
  component: TrashView,
  decorators: [withUi],
  args: {
    items: [item('a', 'Plan for spring', 12), item('b', 'Shopping')],
    nameOf: (id) => (id === 'ann' ? 'Ann' : undefined),
    onRestore: fn(),
    onPurge: fn(),
  },
} satisfies Meta<typeof TrashView>
export default meta
type Story = StoryObj<typeof meta>

export const Some: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText(/12 items under it · by Ann/)).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Restore Shopping' }))
    await expect(args.onRestore).toHaveBeenCalledWith(args.items[1]!.id)
    await userEvent.click(canvas.getByRole('button', { name: 'Delete for good: Plan for spring' }))
    const dialog = within(screen.getByRole('dialog', { name: 'Delete Plan for spring for good?' }))
    await expect(dialog.getByText(/and the 12 items under it/)).toBeVisible()
    await expect(args.onPurge).not.toHaveBeenCalled()
    await userEvent.click(dialog.getByRole('button', { name: 'Delete for good' }))
    await expect(args.onPurge).toHaveBeenCalledWith(args.items[0]!.id)
    await expect(screen.queryByRole('dialog')).toBeNull()
  },
}
export const Empty: Story = {
  args: { items: [] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Nothing is deleted here.')).toBeVisible()
  },
}
export const ReadOnly: Story = {
  render: ({ items, nameOf }) => <TrashView items={items} nameOf={nameOf} />,
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Shopping')).toBeVisible()
    await expect(canvas.queryByRole('button')).toBeNull()
  },
}
export const Hostile: Story = {
  args: {
    items: [
      item('a', `\u202Egnp.exe${'x'.repeat(10_000)}`),
      { ...item('b', ''), deletedBy: 'nobody' as IdentityId, deletedAt: undefined },
      { ...item('c', ''), row: undefined, type: 'type-of-another-version' },
    ],
  },
  play: async ({ canvas, canvasElement }) => {
    await expect(canvasElement.textContent).not.toMatch(/\u202E/)
    await expect(canvas.getByText('Without a title')).toBeVisible()
    await expect(canvas.getByText('type-of-another-version')).toBeVisible()
    await expect(canvasElement.scrollWidth).toBeLessThanOrEqual(canvasElement.clientWidth)
  },
}
