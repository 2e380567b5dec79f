import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { PairDeviceDialogView } from '../src/components/devices/PairDeviceDialogView.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { storyTime, withUi } from './withUi.tsx'

const preview = { spaceName: undefined, inviterName: 'Ann', role: undefined, expiresAt: undefined } as const
const deadline = storyTime + 272_000

const meta = {
  title: 'PairDeviceDialog',
  component: PairDeviceDialogView,
  decorators: [withUi],
  args: {
    open: true,
    state: { status: 'idle' },
    onClose: fn(),
    onLink: fn(),
    onAccept: fn(),
    onCode: fn(),
    onConfirm: fn(),
    onCancel: fn(),
  },
} satisfies Meta<typeof PairDeviceDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Idle: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.type(canvas.getByLabelText('Link from your other device'), 'https://notes.example/#echo=abc')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.onLink).toHaveBeenCalledWith('https://notes.example/#echo=abc')
  },
}
export const Invalid: Story = {
  args: { state: { status: 'invalid', error: new EchoError('invitation-malformed', 'The check digits do not fit.') } },
}
export const LinkToASpace: Story = {
  args: { state: { status: 'invalid', error: new EchoError('wrong-kind', 'This link invites a person to a space.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/of another kind than is expected here/)).toBeVisible()
  },
}
export const Preview: Story = {
  args: { state: { status: 'preview', preview } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText(/one of the devices of Ann/)).toBeVisible()
    await expect(args.onAccept).not.toHaveBeenCalled()
    await userEvent.click(canvas.getByRole('button', { name: 'Use my account here' }))
    await expect(args.onAccept).toHaveBeenCalledOnce()
  },
}
export const PreviewWithoutName: Story = { args: { state: { status: 'preview', preview: { ...preview, inviterName: undefined } } } }
export const Occupied: Story = {
  args: { state: { status: 'occupied', spaces: 2 } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/with 2 spaces. Nothing of it is touched/)).toBeVisible()
  },
}
export const OccupiedByWords: Story = { args: { state: { status: 'occupied', spaces: 0 } } }
export const Connecting: Story = { args: { state: { status: 'connecting', preview, slow: false } } }
export const ClosingWhileConnecting: Story = {
  ...Connecting,
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Close' }))
    const question = canvas.getByRole('group', { name: 'Close all the same?' })
    await expect(question).toHaveFocus()
    await expect(question).toHaveAccessibleDescription('This device is not added yet. Closing cancels it.')
    await expect(args.onClose).not.toHaveBeenCalled()
  },
}
export const ConnectingSlowly: Story = { args: { state: { status: 'connecting', preview, slow: true } } }
export const PeerOffline: Story = { args: { state: { status: 'peer-offline', preview, deadline } } }
export const Verifying: Story = {
  args: { state: { status: 'verifying', preview, attemptsLeft: 3, deadline, isChecking: false } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText('Your other device shows it.')).toBeVisible()
    await userEvent.type(canvas.getByLabelText('Code of six digits'), '048215')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.onCode).toHaveBeenCalledWith('048215')
  },
}
export const WrongCode: Story = {
  args: { state: { status: 'wrong-code', preview, attemptsLeft: 1, deadline, isChecking: false } },
}
export const Comparing: Story = {
  args: { state: { status: 'comparing', preview, digits: '730154', deadline, isConfirmed: false } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText('730154')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'They differ' }))
    await expect(args.onCancel).toHaveBeenCalledOnce()
    await userEvent.click(canvas.getByRole('button', { name: 'The numbers are the same' }))
    await expect(args.onConfirm).toHaveBeenCalledOnce()
  },
}
export const ComparingConfirmedHere: Story = {
  args: { state: { status: 'comparing', preview, digits: '730154', deadline, isConfirmed: true } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Confirm it on your other device, too.')).toBeVisible()
    await expect(canvas.queryByRole('button', { name: 'The numbers are the same' })).toBeNull()
  },
}
export const PendingApproval: Story = { args: { state: { status: 'pending-approval', preview, deadline } } }
export const Syncing: Story = { args: { state: { status: 'syncing', preview, progress: 0.4 } } }
export const Success: Story = {
  args: { state: { status: 'success' } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Done' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
  },
}
export const Expired: Story = { args: { state: { status: 'expired' } } }
export const Revoked: Story = { args: { state: { status: 'revoked' } } }
export const UsedUp: Story = { args: { state: { status: 'used-up' } } }
export const Denied: Story = { args: { state: { status: 'denied' } } }
export const CancelledByMe: Story = { args: { state: { status: 'cancelled', by: 'me' } } }
export const CancelledByHost: Story = { args: { state: { status: 'cancelled', by: 'host' } } }
export const Locked: Story = {
  args: { state: { status: 'error', error: new EchoError('wrong-code', 'Three wrong codes.'), retryable: false } },
}
export const Insecure: Story = {
  args: { state: { status: 'error', error: new EchoError('insecure-peer', 'Another identity.'), retryable: false } },
}
