import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { JsonView } from '../src/components/data/JsonView.tsx'
import { expectHarmless, inNarrowBox } from './inNarrowBox.tsx'
import { withUi } from './withUi.tsx'

/** A key and its value, which are each an element of their own. */
const line = (text: string) => (_content: string, element: Element | null) => element?.tagName === 'CODE' && element.textContent === text

const meta = {
  title: 'JsonView',
  component: JsonView,
  decorators: [withUi],
  args: { value: { title: 'Peas', done: false, weight: 2.5, tags: ['green', 'early'], place: { bed: 3, row: null } } },
} satisfies Meta<typeof JsonView>
export default meta
type Story = StoryObj<typeof meta>

export const Item: Story = {
  play: async ({ canvas, userEvent }) => {
    await expect(canvas.getByText(line('"title": "Peas"'))).toBeVisible()
    await expect(canvas.queryByText('"green"')).toBeNull()
    await userEvent.click(canvas.getByText(line('"tags": [2]')))
    await expect(await canvas.findByText('"green"')).toBeVisible()
  },
}
export const AllOpen: Story = {
  args: { openLevels: 5 },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(line('"row": null'))).toBeVisible()
  },
}
export const Kinds: Story = {
  args: { value: [undefined, 12n, new Uint8Array(120), new Date(0), '', {}, [], Number.NaN, () => 'no'] },
  play: async ({ canvas }) => {
    for (const text of ['undefined', '12', '"120 bytes"', '"1970-01-01T00:00:00.000Z"', '""', '{}']) {
      await expect(canvas.getByText(text)).toBeVisible()
    }
  },
}
const own: Record<string, unknown> = { title: '\u202Egnp.exe<script>alert(1)</script>', long: 'x'.repeat(10_000), ['k\u202Ey']: 1 }
own['self'] = own
/** It holds itself, hides its direction and is longer than anybody reads. */
export const Hostile: Story = {
  args: { openLevels: 2 },
  render: (args) => <JsonView {...args} value={{ ...own, many: Array.from({ length: 5_000 }, (_, index) => index) }} />,
  decorators: [inNarrowBox],
  play: async ({ canvas }) => {
    await expectHarmless(canvas.getByTestId('narrow'))
    await expect(canvas.getByText('And 4,900 more.')).toBeVisible()
  },
}
