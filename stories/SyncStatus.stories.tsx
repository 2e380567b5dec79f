import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { SyncStatusView } from '../src/components/SyncStatus.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const meta = { title: 'SyncStatus', component: SyncStatusView, decorators: [withUi] } satisfies Meta<typeof SyncStatusView>
export default meta
type Story = StoryObj<typeof meta>

export const Offline: Story = { args: { state: { status: 'offline', unsaved: 0 } } }
export const OfflineWithChanges: Story = {
  args: { state: { status: 'offline', unsaved: 3 } },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent('Offline')
    await expect(canvas.getByText('3 changes not saved yet')).toBeVisible()
  },
}
export const ServerUnreachable: Story = {
  args: { state: { status: 'offline', unsaved: 1, error: new EchoError('signaling-unreachable', 'No server answers.') } },
}
export const Connecting: Story = { args: { state: { status: 'connecting', unsaved: 0 } } }
export const Syncing: Story = { args: { state: { status: 'syncing', peers: 1, received: 40, total: 100, unsaved: 0 } } }
export const Alone: Story = { args: { state: { status: 'alone', unsaved: 0 } } }
export const UpToDate: Story = { args: { state: { status: 'up-to-date', peers: 2, unsaved: 0 } } }
export const Ended: Story = {
  args: { state: { status: 'alone', unsaved: 2 }, ended: true },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('status')[0]).toHaveTextContent('Not kept up to date any more')
    await expect(canvas.queryByText(/not saved yet/)).toBeNull()
  },
}
export const NewerVersion: Story = { args: { state: { status: 'newer-version', peers: 2, unsaved: 0 } } }
export const NotSaved: Story = {
  args: { state: { status: 'error', error: new EchoError('storage-full', 'The disk is full.'), unsaved: 12 } },
}
