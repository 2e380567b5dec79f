import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, screen } from 'storybook/test'
import { LeaveSpaceDialogView } from '../src/components/members/LeaveSpaceDialog.tsx'
import { RemoveMemberDialogView } from '../src/components/members/RemoveMemberDialog.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import type { IdentityId } from '../src/shared/ids.ts'
import { withUi } from './withUi.tsx'

const bob = {
  id: 'bob' as IdentityId,
  name: 'Bob\u202E',
  role: 'editor',
  isMe: false,
  activity: 'active',
  deviceCount: 1,
  hue: 210,
} as const

const meta = {
  title: 'LeaveSpaceDialog and RemoveMemberDialog',
  component: LeaveSpaceDialogView,
  decorators: [withUi],
  args: {
    open: true,
    spaceName: 'Garden',
    isLastOwner: false,
    isAlone: false,
    unsent: false,
    command: { status: 'idle' },
    onClose: fn(),
    onLeave: fn(),
  },
} satisfies Meta<typeof LeaveSpaceDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Leave: Story = {
  play: async ({ args, userEvent }) => {
    await expect(screen.getByRole('heading', { name: 'Leave Garden?' })).toHaveFocus()
    await expect(screen.queryByText(/has reached the others/)).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Leave the space' }))
    await expect(args.onLeave).toHaveBeenCalledOnce()
  },
}
export const LeaveWithUnsentWork: Story = {
  args: { unsent: true },
  play: async () => {
    await expect(screen.getByText(/Not everything that you wrote has reached the others/)).toBeVisible()
  },
}
export const LeaveAlone: Story = {
  args: { isAlone: true, unsent: true },
  play: async () => {
    await expect(screen.getByText(/nobody can ever come in again/)).toBeVisible()
    await expect(screen.queryByText(/has reached the others/)).toBeNull()
  },
}
export const LastOwner: Story = {
  args: { isLastOwner: true },
  play: async ({ args, userEvent }) => {
    await expect(screen.queryByRole('button', { name: 'Leave the space' })).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Done' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
  },
}
export const Leaving: Story = {
  args: { command: { status: 'pending', call: { name: 'leave' } } },
  play: async ({ args, userEvent }) => {
    await expect(screen.getByText('Leaving…')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Leave the space' }))
    await expect(args.onLeave).not.toHaveBeenCalled()
  },
}
export const LeavingFailed: Story = {
  args: { command: { status: 'error', call: { name: 'leave' }, error: new EchoError('last-owner', 'The other owner has left.') } },
  play: async () => {
    await expect(screen.getByText('You are the only owner. Make someone else an owner first.')).toBeVisible()
  },
}
const onRemove = fn()
export const Remove: Story = {
  render: ({ onClose, command }) => <RemoveMemberDialogView member={bob} onClose={onClose} command={command} onRemove={onRemove} />,
  play: async ({ args, userEvent }) => {
    onRemove.mockClear()
    await expect(screen.getByRole('heading', { name: 'Remove Bob?' })).toHaveFocus()
    await expect(screen.getByText(/cannot read what is written from now on/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
    await userEvent.click(screen.getByRole('button', { name: 'Remove Bob' }))
    await expect(onRemove).toHaveBeenCalledWith('bob')
  },
}
export const RemovingFailed: Story = {
  ...Remove,
  args: { command: { status: 'error', call: {}, error: new EchoError('not-authorised', 'Your role was lowered meanwhile.') } },
  play: async () => {
    await expect(screen.getByText(/^Your role does not allow this/)).toBeVisible()
  },
}
