import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { InvitationListView } from '../src/components/invitations/InvitationList.tsx'
import { InviteDialogView } from '../src/components/invitations/InviteDialogView.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import type { IdentityId } from '../src/shared/ids.ts'
import { storyTime, withUi } from './withUi.tsx'

const url = 'https://notes.example/#echo=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIz'
const link = { url, code: undefined, expiresAt: storyTime + 9 * 60_000 + 30_000, role: 'editor', usesLeft: 1, joined: [] } as const
const waiting = { status: 'waiting', ...link } as const

const meta = {
  title: 'InviteDialog',
  component: InviteDialogView,
  decorators: [withUi],
  args: {
    open: true,
    spaceName: 'Garden',
    onClose: fn(),
    onCreate: fn(),
    onApprove: fn(),
    onDeny: fn(),
    onAnother: fn(),
    onCancel: fn(),
    state: { status: 'idle' },
  },
} satisfies Meta<typeof InviteDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Idle: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('heading', { name: 'Invite to Garden' })).toHaveFocus()
    await expect(args.onCreate).not.toHaveBeenCalled()
    await userEvent.selectOptions(canvas.getByLabelText('Their role'), 'reader')
    await expect(canvas.getByText('Can look, but not change anything.')).toBeVisible()
    await userEvent.click(canvas.getByLabelText('Ask for a code that I tell them myself'))
    await userEvent.click(canvas.getByRole('button', { name: 'Create link' }))
    await expect(args.onCreate).toHaveBeenCalledWith({ role: 'reader', code: true, approval: false })
    await userEvent.selectOptions(canvas.getByLabelText('The link works'), 'week')
    await expect(canvas.getByLabelText('Other admins may let them in, too')).toBeDisabled()
    await userEvent.tripleClick(canvas.getByLabelText('For how many people'))
    await userEvent.keyboard('5')
    await userEvent.click(canvas.getByLabelText('Ask for a code that I tell them myself'))
    await userEvent.click(canvas.getByLabelText('Other admins may let them in, too'))
    await userEvent.click(canvas.getByRole('button', { name: 'Create link' }))
    await expect(args.onCreate).toHaveBeenLastCalledWith({
      role: 'reader',
      kind: 'sent',
      code: false,
      approval: false,
      expiresInMs: 7 * 86_400_000,
      maxUses: 5,
      delegated: true,
    })
    await userEvent.click(canvas.getByRole('button', { name: 'Close' }))
    await expect(args.onClose).toHaveBeenCalled()
  },
}
export const Creating: Story = { args: { state: { status: 'creating' } } }
export const Waiting: Story = {
  args: { state: waiting },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('dialog', { name: 'Send this link' })).toBeVisible()
    await expect(canvas.getByLabelText('Invitation link')).toHaveValue(url)
    await expect(canvas.getByText('9:30')).toBeVisible()
    await expect(canvas.getByText(/Keep this page open/)).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Make another link' }))
    await expect(args.onAnother).toHaveBeenCalledOnce()
    await expect(args.onCancel).not.toHaveBeenCalled()
  },
}
const others = (
  <details className="echo-more" open>
    <summary>1 open invitation besides</summary>
    <InvitationListView
      spaceName="Garden"
      nameOf={() => 'Ann'}
      onCommand={fn()}
      invitations={[
        {
          id: '1',
          status: 'open',
          inviter: 'ann' as IdentityId,
          isMine: true,
          isSent: true,
          role: 'reader',
          uses: 5,
          usesLeft: 3,
          approval: false,
          delegated: false,
          expiresAt: storyTime + 86_400_000,
          url,
          requests: [],
        },
      ]}
    />
  </details>
)
export const IdleBesideAnother: Story = {
  args: { others },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Invitation as reader')).toBeVisible()
    await expect(canvas.getByRole('button', { name: 'Create link' })).toBeEnabled()
  },
}
export const WaitingBesideAnother: Story = {
  args: { state: waiting, others },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Invitation as reader')).toBeVisible()
    await expect(canvas.getByRole('button', { name: 'Cancel invitation' })).toBeEnabled()
  },
}
export const WaitingWithoutServer: Story = {
  args: { state: waiting, network: { status: 'unreachable', connections: 0, error: new EchoError('signaling-unreachable', 'No answer.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getByLabelText('Invitation link')).toHaveValue(url)
    await expect(canvas.getAllByText(/by which devices find each other, does not answer/)[0]).toBeVisible()
    await expect(canvas.getByText(/goes on trying by itself/)).toBeVisible()
  },
}
export const WaitingUnconfigured: Story = {
  args: {
    state: waiting,
    network: {
      status: 'unreachable',
      connections: 0,
      error: new EchoError('signaling-unreachable', 'No signaling server is configured.', { details: { signaling: [] } }),
    },
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByText(/names no signaling server/)[0]).toBeVisible()
    await expect(canvas.queryByText(/does not answer|goes on trying/)).toBeNull()
  },
}
export const WaitingSwitchedOff: Story = {
  args: { state: waiting, network: { status: 'off', setEnabled: fn() } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getAllByText('You are offline: switch the network on.')[0]).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Switch on' }))
    await expect(args.network?.setEnabled).toHaveBeenCalledWith(true)
  },
}
export const IdleUnsupported: Story = {
  args: { network: { status: 'unsupported', error: new EchoError('no-webrtc', 'RTCPeerConnection is missing.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByText('This browser cannot connect to other devices.')[0]).toBeVisible()
    await expect(canvas.getByText(/Use another browser/)).toBeVisible()
  },
}
export const WaitingOnline: Story = {
  args: { state: waiting, network: { status: 'online', connections: 0 } },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector('[data-slot=error]')).toBeNull()
  },
}
export const ExpiringSoon: Story = { args: { state: { ...waiting, expiresAt: storyTime + 42_000, role: 'reader' } } }
export const Connecting: Story = { args: { state: { ...waiting, status: 'connecting' } } }
export const WaitingWithCode: Story = {
  args: { state: { ...waiting, code: '048215' } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('048215')).toBeVisible()
    await expect(canvas.getByText(/by another way than the link/)).toBeVisible()
  },
}
export const WaitingSent: Story = {
  args: { state: { ...waiting, expiresAt: storyTime + 7 * 86_400_000, usesLeft: 5 } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/It works for 5 people/)).toBeVisible()
    await expect(canvas.getByText('Expires in 7 days')).toBeVisible()
  },
}
export const Verifying: Story = { args: { state: { ...link, status: 'verifying', code: '048215' } } }
export const Approving: Story = {
  args: {
    state: {
      ...link,
      status: 'approving',
      requests: [
        { guest: 'aa', name: 'Bob' },
        { guest: 'bb', name: 'Cleo' },
      ],
    },
  },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Let Bob in' }))
    await expect(args.onApprove).toHaveBeenCalledWith('aa')
    await userEvent.click(canvas.getByRole('button', { name: 'Turn Cleo away' }))
    await expect(args.onDeny).toHaveBeenCalledWith('bb')
  },
}
export const UsedUp: Story = { args: { state: { status: 'used-up', joined: ['Bob', 'Cleo'], locked: false } } }
export const UsedUpByOne: Story = {
  args: { state: { status: 'used-up', joined: ['Bob'], locked: false } },
  play: async ({ canvas }) => void (await expect(await canvas.findByRole('heading', { name: 'Bob has joined' })).toBeVisible()),
}
export const Locked: Story = { args: { state: { status: 'used-up', joined: [], locked: true } } }
export const Admitting: Story = { args: { state: { status: 'admitting', guestName: 'Bob' } } }
export const Success: Story = {
  args: { state: { status: 'success', guestName: 'Bob' } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Done' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
    await expect(canvas.getAllByRole('button', { name: 'Close' })).toHaveLength(1)
  },
}
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
