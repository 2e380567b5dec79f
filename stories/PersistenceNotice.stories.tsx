import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { PersistenceNoticeView } from '../src/components/status/PersistenceNotice.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const meta = {
  title: 'PersistenceNotice',
  component: PersistenceNoticeView,
  decorators: [withUi],
  args: { state: { status: 'ready', persistent: false }, onPersist: fn(), onLater: fn() },
} satisfies Meta<typeof PersistenceNoticeView>
export default meta
type Story = StoryObj<typeof meta>

/** The browser may evict the data: it is asked only when somebody clicks. */
export const MayBeEvicted: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(args.onPersist).not.toHaveBeenCalled()
    await userEvent.click(canvas.getByRole('button', { name: 'Keep my data' }))
    await expect(args.onPersist).toHaveBeenCalledOnce()
    await userEvent.click(canvas.getByRole('button', { name: 'Not now' }))
    await expect(args.onLater).toHaveBeenCalledOnce()
  },
}
export const Asking: Story = {
  args: { asking: 'waiting' },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Keep my data' }))
    await expect(args.onPersist).not.toHaveBeenCalled()
  },
}
export const Denied: Story = {
  args: { asking: 'denied' },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^The browser did not agree\./)).toBeVisible()
    await expect(canvas.getByRole('button', { name: 'Ask again' })).toBeVisible()
  },
}
/** All is well: nothing is shown. */
export const Kept: Story = {
  args: { state: { status: 'ready', persistent: true } },
  play: async ({ canvas }) => {
    await expect(canvas.queryByRole('complementary')).toBeNull()
  },
}
/** Nothing is lost yet: there is time to make room. */
export const NearlyFull: Story = {
  args: { state: { status: 'ready', persistent: true }, used: 0.874 },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText(/free space on the disk/)).toBeVisible()
    await expect(canvas.getByText(/87 % is used\./)).toBeVisible()
    await expect(canvas.queryByRole('button', { name: 'Keep my data' })).toBeNull()
    await userEvent.click(canvas.getByRole('button', { name: 'Not now' }))
    await expect(args.onLater).toHaveBeenCalledOnce()
  },
}
export const NearlyFullAndMayBeEvicted: Story = {
  args: { used: 0.8 },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/80 % is used\./)).toBeVisible()
    await expect(canvas.getByRole('button', { name: 'Keep my data' })).toBeVisible()
  },
}
export const RoomEnough: Story = {
  args: { state: { status: 'ready', persistent: true }, used: 0.79 },
  play: async ({ canvas }) => {
    await expect(canvas.queryByRole('complementary')).toBeNull()
  },
}
export const Full: Story = {
  args: { state: { status: 'full', error: new EchoError('storage-full', 'The disk is full.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^The disk is full\. Make room/)).toBeVisible()
  },
}
export const Blocked: Story = {
  args: { state: { status: 'blocked', error: new EchoError('storage-blocked', 'Another tab holds the database open.') } },
}
/** Private mode, or storage is switched off for the site. */
export const Unavailable: Story = {
  args: { state: { status: 'unavailable', error: new EchoError('storage-unavailable', 'The browser has no database for this app.') } },
}
export const Emptied: Story = {
  args: { state: { status: 'emptied', error: new EchoError('storage-unavailable', 'The database was deleted while the app was open.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/is being stored again/)).toBeVisible()
  },
}
