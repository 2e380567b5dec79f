import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, screen, within } from 'storybook/test'
import { ConflictBadgeView } from '../src/components/data/ConflictBadge.tsx'
import type { Conflict } from '../src/database/items/conflicts.ts'
import { EchoError } from '../src/shared/echoError.ts'
import type { IdentityId } from '../src/shared/ids.ts'
import { announced } from './announced.ts'
import { withUi } from './withUi.tsx'

const conflict = (key: string, value: Conflict['value'], kept: Conflict['kept'], author = 'ann'): Conflict => ({
  key,
  value,
  kept,
  author: author as IdentityId,
  time: Date.UTC(2026, 4, 1, 9),
})

const hostile = `\u202Egnp.exe${'x'.repeat(10_000)}<script>alert(1)</script>`

const meta = {
  title: 'ConflictBadge',
  component: ConflictBadgeView,
  decorators: [withUi],
  args: {
    conflicts: [conflict('title', 'Water the beans', 'Water the peas'), conflict('address.city', undefined, 'Bern', 'ben')],
    nameOf: (author) => (author === 'ann' ? 'Ann' : undefined),
    labelOf: (key) => (key === 'title' ? 'Title' : key),
    onRestore: fn(),
  },
} satisfies Meta<typeof ConflictBadgeView>
export default meta
type Story = StoryObj<typeof meta>

export const Two: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: '2 values were not kept' }))
    const dialog = within(screen.getByRole('dialog', { name: 'Written at the same time' }))
    await expect(screen.getByRole('heading', { name: 'Written at the same time' })).toHaveFocus()
    const values = (name: string) => dialog.getAllByText(name).map((term) => term.nextElementSibling?.querySelector('pre')?.textContent)
    await expect(values('Kept')).toEqual(['Water the peas', 'Bern'])
    await expect(values('Not kept')).toEqual(['Water the beans', '(taken away)'])
    await expect(dialog.getByText(/^by Ann/)).toBeVisible()
    await userEvent.click(dialog.getByRole('button', { name: 'Use this: Title by Ann' }))
    await expect(args.onRestore).toHaveBeenCalledWith(args.conflicts[0])
    await expect(dialog.getByText('Taken over, for everyone.')).toBeVisible()
    await expect(dialog.getByText('Taken over, for everyone.', announced)).toBeInTheDocument()
    await userEvent.click(dialog.getByRole('button', { name: 'Done' }))
    await expect(canvas.getByRole('button', { name: '2 values were not kept' })).toHaveFocus()
  },
}
export const None: Story = {
  args: { conflicts: [] },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector('[data-slot=conflict-badge]')).toBeNull()
  },
}
export const ReadOnly: Story = {
  render: ({ conflicts, nameOf }) => <ConflictBadgeView conflicts={conflicts} nameOf={nameOf} />,
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button'))
    await expect(screen.queryByRole('button', { name: /^Use this/ })).toBeNull()
  },
}
export const NotRestored: Story = {
  args: {
    onRestore: fn(() => {
      throw new EchoError('read-only', 'This device may only read here.')
    }),
  },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button'))
    await userEvent.click(screen.getAllByRole('button', { name: /^Use this/ })[0]!)
    await expect(screen.getByText('You may look, but not change anything here.')).toBeVisible()
  },
}
export const Hostile: Story = {
  args: { conflicts: [conflict('title', hostile, hostile, 'nobody')] },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: '1 value was not kept' }))
    const dialog = screen.getByRole('dialog')
    await expect(dialog.textContent).not.toMatch(/\u202E/)
    await expect(dialog.querySelector('script')).toBeNull()
    await expect(dialog.scrollWidth).toBeLessThanOrEqual(dialog.clientWidth)
  },
}
