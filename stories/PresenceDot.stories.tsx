import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { PresenceDot } from '../src/components/presence/PresenceDot.tsx'
import { withUi } from './withUi.tsx'

const meta = { title: 'PresenceDot', component: PresenceDot, decorators: [withUi] } satisfies Meta<typeof PresenceDot>
export default meta
type Story = StoryObj<typeof meta>

export const Active: Story = { args: { activity: 'active' } }
export const Idle: Story = { args: { activity: 'idle' } }
export const Away: Story = { args: { activity: 'away' } }
export const Offline: Story = { args: { activity: 'offline' } }

/** All four beside each other: no two have the same shape. */
export const All: Story = {
  args: { activity: 'active' },
  render: () => (
    <ul style={{ display: 'grid', gap: '0.5rem', padding: 0, listStyle: 'none' }}>
      {(['active', 'idle', 'away', 'offline'] as const).map((activity) => (
        <li key={activity} style={{ display: 'flex', gap: '0.5rem', alignItems: 'center' }}>
          <PresenceDot activity={activity} /> <span aria-hidden="true">{activity}</span>
        </li>
      ))}
    </ul>
  ),
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem').map((item) => item.querySelector('[data-slot]')!.textContent)).toEqual([
      'here now',
      'here, idle',
      'away',
      'not here',
    ])
  },
}
