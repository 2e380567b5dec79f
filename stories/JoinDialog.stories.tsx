import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { JoinDialogView } from '../src/components/JoinDialogView.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import type { SpaceId } from '../src/shared/ids.ts'
import { storyTime, withUi } from './withUi.tsx'

const preview = { spaceName: 'Garden', inviterName: 'Ann', role: 'editor', expiresAt: undefined } as const

const meta = {
  title: 'JoinDialog',
  component: JoinDialogView,
  decorators: [withUi],
  args: {
    open: true,
    state: { status: 'idle' },
    identityForm: { mode: 'create', onModeChange: fn(), onCreate: fn(), onRecover: fn(), busy: false, error: undefined },
    onClose: fn(),
    onLink: fn(),
    onAccept: fn(),
    onCode: fn(),
    onCancel: fn(),
    onJoined: fn(),
  },
} satisfies Meta<typeof JoinDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Idle: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('button', { name: 'Continue' })).toBeDisabled()
    await userEvent.type(canvas.getByLabelText('Invitation link'), '  https://notes.example/#echo=abc ')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.onLink).toHaveBeenCalledWith('https://notes.example/#echo=abc')
  },
}
export const Invalid: Story = {
  args: { state: { status: 'invalid', error: new EchoError('invitation-malformed', 'The check digits do not fit.') } },
}
export const WrongApp: Story = {
  args: { state: { status: 'invalid', error: new EchoError('invitation-wrong-app', 'The link names another app.') } },
}
export const Preview: Story = {
  args: { state: { status: 'preview', preview } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('dialog', { name: 'Join Garden?' })).toBeVisible()
    await expect(canvas.getByText('These names come from the link and are not verified yet.')).toBeVisible()
    await expect(args.onAccept).not.toHaveBeenCalled()
    await userEvent.click(canvas.getByRole('button', { name: 'Join' }))
    await expect(args.onAccept).toHaveBeenCalledOnce()
  },
}
export const PreviewWithoutNames: Story = {
  args: { state: { status: 'preview', preview: { spaceName: undefined, inviterName: undefined, role: undefined, expiresAt: undefined } } },
}
export const PreviewWithHostileNames: Story = {
  args: { state: { status: 'preview', preview: { ...preview, spaceName: `\u202Enedrag ${'W'.repeat(120)}`, inviterName: '\u202EnnA' } } },
}
export const NeedsIdentity: Story = {
  args: { state: { status: 'needs-identity', preview } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(canvas.getByText('Enter a name.')).toBeVisible()
    await userEvent.type(canvas.getByLabelText('Your name'), 'Bob')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.identityForm.onCreate).toHaveBeenCalledWith('Bob')
  },
}
export const Connecting: Story = { args: { state: { status: 'connecting', preview, slow: false } } }
export const ConnectingSlowly: Story = { args: { state: { status: 'connecting', preview, slow: true } } }
export const PeerOffline: Story = { args: { state: { status: 'peer-offline', preview, deadline: storyTime + 272_000 } } }
export const PreviewSwitchedOff: Story = {
  args: { state: { status: 'preview', preview }, network: { status: 'off' } },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByText('You are offline: switch the network on.')[0]).toBeVisible()
    await expect(canvas.queryByRole('button', { name: 'Switch on' })).toBeNull()
  },
}
export const PeerOfflineWithoutServer: Story = {
  args: {
    state: { status: 'peer-offline', preview, deadline: storyTime + 272_000 },
    network: { status: 'unreachable', connections: 0, error: new EchoError('signaling-unreachable', 'No answer.') },
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByText(/lets devices find each other does not answer/)[0]).toBeVisible()
    await expect(canvas.queryByText(/Ask Ann/)).toBeNull()
    await expect(canvas.getByText('4:32')).toBeVisible()
  },
}
export const ConnectingUnsupported: Story = {
  args: {
    state: { status: 'connecting', preview, slow: true },
    network: { status: 'unsupported', error: new EchoError('no-webrtc', 'RTCPeerConnection is missing.') },
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/Use another browser/)).toBeVisible()
    await expect(canvas.queryByText(/longer than usual/)).toBeNull()
  },
}
const verifying = { status: 'verifying', preview, attemptsLeft: 3, deadline: storyTime + 272_000, isChecking: false } as const
export const Verifying: Story = {
  args: { state: verifying },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('button', { name: 'Continue' })).toBeDisabled()
    await userEvent.click(canvas.getByLabelText('Code of six digits'))
    await userEvent.paste('048-215')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.onCode).toHaveBeenCalledWith('048215')
  },
}
export const CheckingCode: Story = { args: { state: { ...verifying, isChecking: true } } }
export const WrongCode: Story = {
  args: { state: { ...verifying, status: 'wrong-code', attemptsLeft: 1 } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Wrong code. One try is left.')).toBeVisible()
  },
}
export const Locked: Story = {
  args: { state: { status: 'error', error: new EchoError('wrong-code', 'Three wrong codes.'), retryable: false } },
}
export const PendingApproval: Story = { args: { state: { status: 'pending-approval', preview, deadline: storyTime + 572_000 } } }
export const Revoked: Story = { args: { state: { status: 'revoked' } } }
export const Syncing: Story = { args: { state: { status: 'syncing', preview, progress: 0.4 } } }
export const SyncingUnknown: Story = { args: { state: { status: 'syncing', preview, progress: undefined } } }
export const Success: Story = {
  args: { state: { status: 'success', space: 'garden' as SpaceId, alreadyMember: false } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Open the space' }))
    await expect(args.onJoined).toHaveBeenCalledWith('garden')
  },
}
export const AlreadyMember: Story = { args: { state: { status: 'success', space: 'garden' as SpaceId, alreadyMember: true } } }
export const Expired: Story = { args: { state: { status: 'expired' } } }
export const UsedUp: Story = { args: { state: { status: 'used-up' } } }
export const Denied: Story = { args: { state: { status: 'denied' } } }
export const CancelledByMe: Story = { args: { state: { status: 'cancelled', by: 'me' } } }
export const CancelledByHost: Story = { args: { state: { status: 'cancelled', by: 'host' } } }
export const Insecure: Story = {
  args: {
    state: {
      status: 'error',
      error: new EchoError('insecure-peer', 'The host could not prove that it holds the invitation.'),
      retryable: false,
    },
  },
}
export const TimedOut: Story = {
  args: { state: { status: 'error', error: new EchoError('timeout', 'Nothing arrived for 30 s.'), retryable: true } },
}
