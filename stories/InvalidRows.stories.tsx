import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { InvalidRowsView } from '../src/components/data/InvalidRows.tsx'
import type { InvalidItem } from '../src/database/types/item.ts'
import { Reference } from '../src/database/types/reference.ts'
import type { ItemId } from '../src/shared/ids.ts'
import { withUi } from './withUi.tsx'

const id = (letter: string): ItemId => letter.repeat(21).concat('A') as ItemId
const rows: readonly InvalidItem[] = [
  {
    id: id('a'),
    raw: { title: 7, photo: new Uint8Array(120), owner: new Reference(id('b')) },
    issues: [{ message: 'Invalid input: expected string, received number', path: ['title'] }],
  },
  {
    id: id('b'),
    raw: { title: '\u202Egnp.exe<script>alert(1)</script>', deep: { a: [1, { b: null }] } },
    issues: [
      { message: 'Unrecognized key: "deep"', path: [] },
      { message: `Too long ${'x'.repeat(10_000)}`, path: ['title', 'l\u202Eu'] },
    ],
  },
]

const meta = {
  title: 'InvalidRows',
  component: InvalidRowsView,
  decorators: [withUi],
  args: { rows, onDelete: fn() },
} satisfies Meta<typeof InvalidRowsView>
export default meta
type Story = StoryObj<typeof meta>

export const Some: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText('title: Invalid input: expected string, received number')).toBeVisible()
    await userEvent.click(canvas.getAllByText('Show what is stored')[0]!)
    await expect(canvas.getByText(/120 bytes/)).toBeVisible()
    await expect(canvas.getByText(new RegExp(`→ ${id('b')}`))).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Delete aaaaaa' }))
    await expect(args.onDelete).toHaveBeenCalledWith(id('a'))
  },
}
export const Hostile: Story = {
  args: { rows: [rows[1]!] },
  play: async ({ canvas, canvasElement, userEvent }) => {
    await userEvent.click(canvas.getByText('Show what is stored'))
    // As text, with what would turn it round shown as what it is.
    await expect(canvas.getByText(/\\u\{202e\}gnp\.exe<script>alert\(1\)<\/script>/)).toBeVisible()
    await expect(canvasElement.querySelector('script')).toBeNull()
    await expect(canvasElement.textContent).not.toMatch(/\u202E/)
    await expect(canvasElement.scrollWidth).toBeLessThanOrEqual(canvasElement.clientWidth)
  },
}
export const None: Story = {
  args: { rows: [] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Everything in this space fits this version of the app.')).toBeVisible()
  },
}
export const ReadOnly: Story = {
  render: ({ rows: shown }) => <InvalidRowsView rows={shown} whyNot="Your role does not allow this." />,
  play: async ({ canvas }) => {
    await expect(canvas.queryByRole('button')).toBeNull()
    await expect(canvas.getByText('Your role does not allow this.')).toBeVisible()
  },
}
export const Many: Story = {
  args: { rows: Array.from({ length: 350 }, (_, i) => ({ ...rows[0]!, id: String(i).padStart(21, 'x').concat('A') as ItemId })) },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^350 items/)).toBeVisible()
    await expect(canvas.getAllByText('Show what is stored')).toHaveLength(100)
    await expect(canvas.getByText('And 250 more.')).toBeVisible()
  },
}
