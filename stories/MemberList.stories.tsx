import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ReactNode } from 'react'
import { expect, fn, screen, waitFor } from 'storybook/test'
import { MemberListView, type MemberListViewProps } from '../src/components/members/MemberList.tsx'
import type { MemberPermissions, Permissions } from '../src/client/spaces/spacePermissions.ts'
import type { CommandState } from '../src/react/useCommand.ts'
import type { MemberCall } from '../src/react/useMemberCommands.ts'
import { EchoError } from '../src/shared/echoError.ts'
import type { IdentityId } from '../src/shared/ids.ts'
import { announced } from './announced.ts'
import { withUi } from './withUi.tsx'

const ann = {
  id: 'ann' as IdentityId,
  name: 'Ann Archer',
  role: 'owner',
  isMe: true,
  activity: 'offline',
  deviceCount: 2,
  hue: 210,
} as const
const dora = { id: 'dora' as IdentityId, name: 'Dora', role: 'admin', isMe: false, activity: 'active', deviceCount: 1, hue: 210 } as const
const bob = {
  id: 'bob' as IdentityId,
  name: 'Bob',
  role: 'editor',
  isMe: false,
  activity: 'idle',
  deviceCount: 1,
  hue: 150,
  emoji: '🐻',
  colour: '#f7e463',
} as const
const cid = { id: 'cid' as IdentityId, name: '', role: 'reader', isMe: false, activity: 'offline', deviceCount: 1, hue: 210 } as const
const all = [ann, dora, bob, cid]

const everyRole: MemberPermissions = { canRemove: true, roles: ['owner', 'admin', 'editor', 'reader'] }
const asOwner: Permissions = {
  role: 'owner',
  can: { write: true, invite: true, manageMembers: true, leave: false },
  why: { leave: 'last-owner' },
  members: new Map<IdentityId, MemberPermissions>([
    [ann.id, { canRemove: false, roles: ['owner'], why: 'yourself' }],
    [dora.id, everyRole],
    [bob.id, everyRole],
    [cid.id, everyRole],
  ]),
}
const asAdmin: Permissions = {
  role: 'admin',
  can: { write: true, invite: true, manageMembers: true, leave: true },
  why: {},
  members: new Map<IdentityId, MemberPermissions>([
    [ann.id, { canRemove: false, roles: ['owner'], why: 'outranked' }],
    [dora.id, { canRemove: false, roles: ['admin'], why: 'outranked' }],
    [bob.id, { canRemove: true, roles: ['admin', 'editor', 'reader'] }],
    [cid.id, { canRemove: true, roles: ['admin', 'editor', 'reader'] }],
  ]),
}
const asReader: Permissions = {
  role: 'reader',
  can: { write: false, invite: false, manageMembers: false, leave: true },
  why: { write: 'reader', invite: 'not-admin', manageMembers: 'not-admin' },
  members: new Map(),
}

/** Does what is asked for, as a space would. */
function Live(args: MemberListViewProps): ReactNode {
  const [members, setMembers] = useState(args.members)
  const [command, setCommand] = useState<CommandState<MemberCall>>({ status: 'idle' })
  return (
    <MemberListView
      {...args}
      members={members}
      command={command}
      onRemove={(member) => {
        args.onRemove?.(member)
        setMembers((before) => before.filter(({ id }) => id !== member))
        setCommand({ status: 'done', call: { name: 'remove', member } })
      }}
      onSetRole={(member, role) => {
        args.onSetRole?.(member, role)
        setMembers((before) => before.map((each) => (each.id === member ? { ...each, role } : each)))
        setCommand({ status: 'done', call: { name: 'set-role', member, role } })
      }}
      onLeave={() => {
        args.onLeave?.()
        setCommand({ status: 'done', call: { name: 'leave' } })
      }}
      onSettled={() => setCommand({ status: 'idle' })}
    />
  )
}

const meta = {
  title: 'MemberList',
  component: MemberListView,
  decorators: [withUi],
  args: { members: all, spaceName: 'Garden', onRemove: fn(), onSetRole: fn(), onLeave: fn() },
} satisfies Meta<typeof MemberListView>
export default meta
type Story = StoryObj<typeof meta>

export const OnlyYou: Story = {
  args: { members: [ann], permissions: { ...asOwner, can: { ...asOwner.can, leave: true }, why: {} } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText('Only you are a member so far.')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Leave' }))
    await expect(screen.getByText(/nobody can ever come in again/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Leave the space' }))
    await expect(args.onLeave).toHaveBeenCalledOnce()
  },
}
export const Several: Story = {
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem')).toHaveLength(4)
    await expect(canvas.getByText('Editor · here, idle')).toBeVisible()
    await expect(canvas.queryByRole('button')).toBeNull()
  },
}
export const AsOwner: Story = {
  args: { permissions: asOwner },
  render: (args) => <Live {...args} />,
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.selectOptions(canvas.getByLabelText('Role of Bob'), 'reader')
    await expect(args.onSetRole).toHaveBeenCalledWith('bob', 'reader')
    await expect(canvas.getByText('Bob now has the role: Reader.', announced)).toBeInTheDocument()
    // Making an owner asks first.
    await userEvent.selectOptions(canvas.getByLabelText('Role of Dora'), 'owner')
    await expect(screen.getByRole('dialog', { name: 'Make Dora an owner?' })).toBeVisible()
    await expect(args.onSetRole).toHaveBeenCalledTimes(1)
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    await expect(canvas.getByLabelText('Role of Dora')).toHaveValue('admin')
  },
}
export const RemoveByKeyboard: Story = {
  args: { permissions: asOwner },
  render: (args) => <Live {...args} />,
  play: async ({ args, canvas, userEvent }) => {
    const opener = canvas.getByRole('button', { name: 'Remove Bob' })
    opener.focus()
    await userEvent.keyboard('{Enter}')
    await expect(screen.getByRole('heading', { name: 'Remove Bob?' })).toHaveFocus()
    await expect(screen.getByText(/cannot read what is written from now on/)).toBeVisible()
    await expect(screen.getByText(/All their devices are shut out/)).toBeVisible()
    await expect(screen.getByText(/gets new keys/)).toBeVisible()
    screen.getByRole('button', { name: 'Cancel' }).focus()
    await userEvent.keyboard('{Enter}')
    await expect(args.onRemove).not.toHaveBeenCalled()
    await waitFor(() => expect(opener).toHaveFocus())
    await userEvent.keyboard('{Enter}')
    await userEvent.click(screen.getAllByRole('button', { name: 'Remove Bob' }).at(-1)!)
    await expect(args.onRemove).toHaveBeenCalledWith('bob')
    await expect(canvas.queryByText('Bob')).toBeNull()
    await expect(canvas.getByText('Bob was removed.', announced)).toBeInTheDocument()
    // The row that had the focus is gone.
    await waitFor(() => expect(canvas.getByRole('list', { name: 'Members' })).toHaveFocus())
  },
}
export const LastOwnerCannotLeave: Story = {
  args: { permissions: asOwner },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Leave' }))
    await expect(screen.getByText(/Make someone else an owner first/)).toBeVisible()
    await expect(screen.queryByRole('button', { name: 'Leave the space' })).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Done' }))
    await expect(args.onLeave).not.toHaveBeenCalled()
  },
}
export const AsAdmin: Story = {
  args: { permissions: asAdmin, members: [{ ...ann, isMe: false }, dora, { ...bob, role: 'admin', isMe: true }, cid] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Owner · Owners cannot be removed')).toBeVisible()
    await expect(canvas.getByText('Admin · here now · Only an owner can change this')).toBeVisible()
    await expect(canvas.queryByRole('button', { name: 'Remove Dora' })).toBeNull()
  },
}
export const AsReader: Story = {
  args: { permissions: asReader, members: [{ ...ann, isMe: false }, bob, { ...cid, isMe: true }], unsent: true },
  play: async ({ canvas, userEvent }) => {
    await expect(canvas.getByText('Only owners and admins can change roles or remove people.')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Leave' }))
    await expect(screen.getByText(/Not everything that you wrote has reached the others/)).toBeVisible()
  },
}
export const Removing: Story = {
  args: { permissions: asOwner, command: { status: 'pending', call: { name: 'remove', member: 'bob' } } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Remove Bob' }))
    await expect(screen.getByText('Removing, and changing the keys…')).toBeVisible()
    await userEvent.click(screen.getAllByRole('button', { name: 'Remove Bob' }).at(-1)!)
    await expect(args.onRemove).not.toHaveBeenCalled()
  },
}
export const RefusedChange: Story = {
  args: {
    permissions: asOwner,
    command: {
      status: 'error',
      call: { name: 'set-role', member: 'bob', role: 'admin' },
      error: new EchoError('not-authorised', 'Your role was lowered meanwhile.'),
    },
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^Your role does not allow this/)).toBeVisible()
  },
}
