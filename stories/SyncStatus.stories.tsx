import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { SyncStatusView } from '../src/components/status/SyncStatus.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import type { SavedState } from '../src/client/states.ts'
import { withUi } from './withUi.tsx'

const here: SavedState = { unsaved: 0, copies: { own: 0, others: 0 }, waiting: 0 }
const elsewhere: SavedState = { ...here, copies: { own: 1, others: 2 } }

const meta = { title: 'SyncStatus', component: SyncStatusView, decorators: [withUi] } satisfies Meta<typeof SyncStatusView>
export default meta
type Story = StoryObj<typeof meta>

export const Offline: Story = {
  args: { state: { status: 'offline', ...elsewhere } },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent(/^Offline$/)
    await expect(canvas.getByText('Saved on this device, 1 other device of yours, and devices of 2 people')).toBeVisible()
  },
}
export const OfflineWithChanges: Story = {
  args: { state: { status: 'offline', ...here, waiting: 3 } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('3 changes not handed on yet · Saved on this device')).toBeVisible()
  },
}
export const ServerUnreachable: Story = {
  args: { state: { status: 'offline', ...here, waiting: 1, error: new EchoError('signaling-unreachable', 'No server answers.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent(/^No signaling server answers$/)
    await expect(canvas.getByText('1 change not handed on yet · Saved on this device')).toBeVisible()
  },
}
export const NoServer: Story = {
  args: {
    state: { status: 'offline', ...here, error: new EchoError('signaling-unreachable', 'None is named.', { details: { signaling: [] } }) },
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent(/^Offline$/)
    await expect(canvas.getByText(/^This app names no signaling server.* · Saved on this device$/)).toBeVisible()
  },
}
export const Connecting: Story = { args: { state: { status: 'connecting', ...here } } }
/** Something is written at this moment: nothing else is said to be saved meanwhile. */
export const Saving: Story = {
  args: { state: { status: 'up-to-date', peers: 1, ...here, unsaved: 2 } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Saving…')).toBeVisible()
    await expect(canvas.queryByText(/Saved/)).toBeNull()
  },
}
/** How much is done is said of what takes longer than a moment, as after a long absence. */
export const Syncing: Story = {
  args: { state: { status: 'syncing', peers: 1, received: 40, total: 100, ...here } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('40 % · Saved on this device')).toBeVisible()
  },
}
export const Alone: Story = {
  args: { state: { status: 'alone', ...here } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Saved on this device')).toBeVisible()
  },
}
export const UpToDate: Story = { args: { state: { status: 'up-to-date', peers: 2, ...here } } }
export const SavedElsewhere: Story = {
  args: { state: { status: 'up-to-date', peers: 2, ...here, copies: { own: 0, others: 1 } } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Saved on this device and devices of 1 person')).toBeVisible()
  },
}
export const Ended: Story = {
  args: { state: { status: 'alone', ...here, unsaved: 2 }, ended: true },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent('Not kept up to date any more')
    await expect(canvas.queryByText(/Sav/)).toBeNull()
  },
}
export const NewerVersion: Story = { args: { state: { status: 'newer-version', peers: 2, ...here } } }
export const NotSaved: Story = {
  args: { state: { status: 'error', error: new EchoError('storage-full', 'The disk is full.'), ...here, unsaved: 12 } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^The disk is full\. Make room.* · 12 changes not saved yet$/)).toBeVisible()
  },
}
