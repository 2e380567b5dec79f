import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, userEvent } from 'storybook/test'
import { englishMessages } from '../src/components/config/englishMessages.ts'
import { JoinRequests } from '../src/components/invitations/JoinRequests.tsx'
import { withUi } from './withUi.tsx'

const { invite } = englishMessages

const meta = {
  title: 'JoinRequests',
  component: JoinRequests,
  decorators: [withUi],
  args: { requests: [{ guest: 'a', name: 'Ann Archer' }], onApprove: fn(), onDeny: fn() },
} satisfies Meta<typeof JoinRequests>
export default meta
type Story = StoryObj<typeof meta>

export const One: Story = {}

/** Each answer names whom it is about. */
export const Several: Story = {
  args: {
    requests: [
      { guest: 'a', name: 'Ann Archer' },
      { guest: 'b', name: 'Bob Birch' },
    ],
  },
  play: async ({ canvas, args }) => {
    await userEvent.click(canvas.getByRole('button', { name: invite.approve('Bob Birch') }))
    await userEvent.click(canvas.getByRole('button', { name: invite.deny('Ann Archer') }))
    await expect(args.onApprove).toHaveBeenCalledWith('b')
    await expect(args.onDeny).toHaveBeenCalledWith('a')
  },
}
