import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { expect, fn } from 'storybook/test'
import { Button } from '../src/components/basics/Button.tsx'
import { SpaceNoticeView } from '../src/components/spaces/SpaceNotice.tsx'
import type { SpaceState } from '../src/client/states.ts'
import type { WithdrawnContent } from '../src/documents/verdicts/readWithdrawn.ts'
import { EchoError } from '../src/shared/echoError.ts'
import { rootDocumentId, type DeviceId, type IdentityId } from '../src/shared/ids.ts'
import { storyTime, withUi } from './withUi.tsx'

const dora = { id: 'dora' as IdentityId, name: 'Dora', isMe: false }
const me = { id: 'ann' as IdentityId, name: 'Ann', isMe: true }
const since = storyTime - 3_600_000
const removed: SpaceState = { status: 'removed', by: [dora], since }
const late: WithdrawnContent = {
  identity: 'bob' as IdentityId,
  device: 'phone' as DeviceId,
  document: rootDocumentId,
  writtenAt: since,
  values: { 'a/title': 'Water', 'b/title': 'Prune' },
  update: new Uint8Array(),
}
const nothing = { status: 'ready', contents: [] } as const

const meta = {
  title: 'SpaceNotice',
  component: SpaceNoticeView,
  decorators: [withUi],
  args: { state: removed, withdrawn: nothing, onSave: fn(), onJoinAgain: fn(), onForget: fn() },
} satisfies Meta<typeof SpaceNoticeView>
export default meta
type Story = StoryObj<typeof meta>

export const Removed: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('complementary', { name: 'Dora removed you from this space' })).toBeVisible()
    await expect(canvas.getByText(/stays readable on this device/)).toBeVisible()
    await expect(canvas.queryByRole('button', { name: 'Save a copy' })).toBeNull()
    await userEvent.click(canvas.getByRole('button', { name: 'Join again' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Delete from your devices' }))
    await expect(args.onJoinAgain).toHaveBeenCalledOnce()
    await expect(args.onForget).toHaveBeenCalledOnce()
  },
}
export const RemovedWithLateChanges: Story = {
  args: { withdrawn: { status: 'ready', contents: [late] } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText(/^2 changes came too late/)).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Save a copy' }))
    await expect(args.onSave).toHaveBeenCalledOnce()
  },
}
export const RemovedBySeveral: Story = {
  args: { state: { status: 'removed', by: [dora, { ...dora, id: 'cid' as IdentityId, name: 'Cid' }], since } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Dora and Cid removed you from this space')).toBeVisible()
  },
}
export const ShutOut: Story = {
  args: { state: { status: 'removed', by: [me], since } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('This device was shut out from another device of yours')).toBeVisible()
  },
}
export const Left: Story = {
  args: { state: { status: 'left', since } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('You have left this space')).toBeVisible()
  },
}
export const WithdrawnOfOthers: Story = {
  args: { state: { status: 'ready' }, withdrawn: { status: 'ready', contents: [late] } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Some changes were taken out')).toBeVisible()
    await expect(canvas.queryByRole('button', { name: 'Join again' })).toBeNull()
  },
}
export const Unreadable: Story = {
  args: { withdrawn: { status: 'error', error: new EchoError('storage-unavailable', 'The database is gone.'), retry: fn() } },
}
export const NothingToSay: Story = {
  args: { state: { status: 'ready' } },
  play: async ({ canvas }) => {
    await expect(canvas.queryByRole('complementary')).toBeNull()
  },
}

function Falling(args: ComponentProps<typeof SpaceNoticeView>): ReactNode {
  const [state, setState] = useState<SpaceState>({ status: 'ready' })
  return (
    <>
      <SpaceNoticeView {...args} state={state} />
      <Button onClick={() => setState(removed)}>Remove me</Button>
    </>
  )
}

/** An end that comes while one looks on interrupts a screen reader. */
export const RemovedJustNow: Story = {
  render: (args) => <Falling {...args} />,
  play: async ({ canvas, userEvent }) => {
    await expect(canvas.getByRole('alert')).toHaveTextContent('')
    await userEvent.click(canvas.getByRole('button', { name: 'Remove me' }))
    await expect(canvas.getByRole('alert')).toHaveTextContent('Dora removed you from this space')
  },
}
