import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { InviteDialogView } from '../src/components/InviteDialogView.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { storyTime, withUi } from './withUi.tsx'

const url = 'https://notes.example/#echo=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIz'

const meta = {
  title: 'InviteDialog',
  component: InviteDialogView,
  decorators: [withUi],
  args: { open: true, spaceName: 'Garden', onClose: fn(), onCreate: fn(), onCancel: fn(), state: { status: 'idle' } },
} satisfies Meta<typeof InviteDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Idle: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('heading', { name: 'Invite to Garden' })).toHaveFocus()
    await expect(args.onCreate).not.toHaveBeenCalled()
    await userEvent.selectOptions(canvas.getByLabelText('Their role'), 'reader')
    await expect(canvas.getByText('Can look, but not change anything.')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Create link' }))
    await expect(args.onCreate).toHaveBeenCalledWith('reader')
    await userEvent.click(canvas.getByRole('button', { name: 'Close' }))
    await expect(args.onClose).toHaveBeenCalled()
  },
}
export const Creating: Story = { args: { state: { status: 'creating' } } }
export const Waiting: Story = {
  args: { state: { status: 'waiting', url, expiresAt: storyTime + 9 * 60_000 + 30_000, role: 'editor' } },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('dialog', { name: 'Send this link' })).toBeVisible()
    await expect(canvas.getByLabelText('Invitation link')).toHaveValue(url)
    await expect(canvas.getByText('9:30')).toBeVisible()
  },
}
export const ExpiringSoon: Story = { args: { state: { status: 'waiting', url, expiresAt: storyTime + 42_000, role: 'reader' } } }
export const Connecting: Story = { args: { state: { status: 'connecting', url, expiresAt: storyTime + 500_000, role: 'editor' } } }
export const Admitting: Story = { args: { state: { status: 'admitting', guestName: 'Bob' } } }
export const Success: Story = { args: { state: { status: 'success', guestName: 'Bob' } } }
export const Expired: Story = { args: { state: { status: 'expired' } } }
export const Cancelled: Story = { args: { state: { status: 'cancelled' } } }
export const Failed: Story = {
  args: {
    state: { status: 'error', error: new EchoError('signaling-unreachable', 'No signaling server answered within 10 s.'), retryable: true },
  },
}
export const FailedForGood: Story = {
  args: { state: { status: 'error', error: new EchoError('no-webrtc', 'RTCPeerConnection is missing.'), retryable: false } },
}
