import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { AvatarStackView } from '../src/components/presence/AvatarStack.tsx'
import { withUi } from './withUi.tsx'

const names = ['Ann Archer', 'Bob', 'Çelik Aydın', '王 小明', 'Dee de Vries', 'Eve', 'Ünal 🌻']
const people = names.map((name, index) => ({ identity: `person-${index}`, name }))

const meta = { title: 'AvatarStack', component: AvatarStackView, decorators: [withUi] } satisfies Meta<typeof AvatarStackView>
export default meta
type Story = StoryObj<typeof meta>

export const Nobody: Story = { args: { people: [] } }
export const One: Story = { args: { people: people.slice(0, 1) } }
export const Four: Story = { args: { people: people.slice(0, 4) } }
/** Idle and away are told by the mark's shape, and in words to screen readers. */
export const IdleAndAway: Story = {
  args: {
    people: (['active', 'idle', 'away'] as const).map((activity, index) => ({ ...people[index]!, activity })),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'AAAnn Archerhere now',
      'BBobhere, idle',
      'ÇAÇelik Aydınaway',
    ])
  },
}
export const Many: Story = {
  args: { people },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem')).toHaveLength(4)
    await expect(canvas.getByText('And 王 小明, Dee de Vries, Eve, and Ünal 🌻')).toBeInTheDocument()
  },
}
/** Names that somebody made up to turn, widen or overpaint what is around them, or none at all. */
export const Hostile: Story = {
  args: {
    people: ['\u202Egnorw', 'W'.repeat(5_000), '\u2067', `Z${'\u0301'.repeat(500)}`, '<img src=x onerror=alert(1)>', ''].map(
      (name, index) => ({
        identity: `person-${index}`,
        name,
        activity: 'active',
      }),
    ),
  },
  play: async ({ canvas, canvasElement }) => {
    await expect(canvas.getAllByRole('listitem')).toHaveLength(4)
    await expect(canvasElement.querySelector('img')).toBeNull()
    await expect(canvas.getByRole('list').getBoundingClientRect().height).toBeLessThan(40)
    await expect(canvas.getByText(/^And Z\u0301{6}, <img src=x onerror=alert\(1\)>, and Someone without a name$/u)).toBeInTheDocument()
  },
}
