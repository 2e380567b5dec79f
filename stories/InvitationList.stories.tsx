import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { InvitationListView } from '../src/components/invitations/InvitationList.tsx'
import type { InvitationInfo } from '../src/client/invitations/invitationOptions.ts'
import { EchoError } from '../src/shared/echoError.ts'
import type { IdentityId } from '../src/shared/ids.ts'
import { storyTime, withUi } from './withUi.tsx'

const url = 'https://notes.example/#echo=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIz'
const sent: InvitationInfo = {
  id: 'a',
  status: 'open',
  inviter: 'ann' as IdentityId,
  isMine: true,
  isSent: true,
  role: 'editor',
  uses: 5,
  usesLeft: 3,
  approval: false,
  delegated: true,
  expiresAt: storyTime + 6 * 86_400_000,
  url,
  requests: [],
}
const attended: InvitationInfo = {
  ...sent,
  id: 'b',
  isSent: false,
  role: 'reader',
  uses: 1,
  usesLeft: 1,
  delegated: false,
  expiresAt: storyTime + 9 * 60_000,
  code: '048215',
}
const { url: _hers, ...withoutUrl } = sent
const hers: InvitationInfo = { ...withoutUrl, id: 'c', isMine: false, inviter: 'dora' as IdentityId }
const asking: InvitationInfo = { ...attended, id: 'd', approval: true, requests: [{ guest: 'aa', name: 'Bob' }] }

const meta = {
  title: 'InvitationList',
  component: InvitationListView,
  decorators: [withUi],
  args: {
    invitations: [sent, attended, hers],
    spaceName: 'Garden',
    nameOf: (identity: string) => (identity === 'dora' ? 'Dora' : undefined),
    onCommand: fn(),
  },
} satisfies Meta<typeof InvitationListView>
export default meta
type Story = StoryObj<typeof meta>

export const None: Story = { args: { invitations: [] } }
export const Open: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getAllByText('Expires in 6 days · 3 of 5 people left · other admins let people in, too')).toHaveLength(2)
    await expect(canvas.getByText('Expires in 9 minutes · for one person · with a code')).toBeVisible()
    await expect(canvas.getByText('by Dora')).toBeVisible()
    await expect(canvas.getAllByRole('button', { name: 'Show link' })).toHaveLength(2)
    await userEvent.click(canvas.getAllByRole('button', { name: 'Show link' })[1]!)
    await expect(canvas.getByLabelText('Invitation link')).toHaveValue(url)
    await expect(canvas.getByText('048215')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Withdraw Invitation as reader' }))
    await expect(args.onCommand).toHaveBeenCalledWith({ name: 'revoke', id: 'b' })
  },
}
export const WaitingForApproval: Story = {
  args: { invitations: [asking] },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText(/^1 person waiting to be let in/)).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Let Bob in' }))
    await expect(args.onCommand).toHaveBeenCalledWith({ name: 'approve', id: 'd', guest: 'aa' })
  },
}
export const Ended: Story = {
  args: {
    invitations: [...(['locked', 'used-up', 'expired', 'revoked'] as const).map((status) => ({ ...sent, id: status, status })), attended],
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem')[0]).toHaveTextContent('Invitation as reader')
    await expect(canvas.getByText('Locked after three wrong codes')).toBeVisible()
    await expect(canvas.getByText('Withdrawn')).toBeVisible()
    await expect(canvas.getAllByRole('button')).toHaveLength(2)
  },
}
export const OnlyShown: Story = {
  args: { invitations: [hers], onCommand: undefined as never },
  play: async ({ canvas }) => {
    await expect(canvas.queryByRole('button')).toBeNull()
  },
}
export const Withdrawing: Story = {
  args: { command: { status: 'pending', call: { name: 'revoke', id: 'a' } } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^One moment…/)).toBeVisible()
  },
}
export const Refused: Story = {
  args: { command: { status: 'error', call: { name: 'revoke', id: 'a' }, error: new EchoError('not-authorised', 'No admin any more.') } },
}
