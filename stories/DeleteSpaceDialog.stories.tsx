import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, screen } from 'storybook/test'
import { DeleteSpaceDialogView } from '../src/components/spaces/DeleteSpaceDialog.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const meta = {
  title: 'DeleteSpaceDialog',
  component: DeleteSpaceDialogView,
  decorators: [withUi],
  args: {
    open: true,
    spaceName: 'Garden',
    standing: 'out',
    withdrawn: 0,
    command: { status: 'idle' },
    onClose: fn(),
    onSave: fn(),
    onDelete: fn(),
  },
} satisfies Meta<typeof DeleteSpaceDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Out: Story = {
  play: async ({ args, userEvent }) => {
    await expect(screen.getByRole('heading', { name: 'Delete Garden?' })).toHaveFocus()
    await expect(screen.getByText(/deleted from all your devices/)).toBeVisible()
    await expect(screen.getByText(/The others keep theirs/)).toBeVisible()
    const button = screen.getByRole('button', { name: 'Delete the space' })
    await userEvent.type(screen.getByLabelText('Type “delete” to go on'), 'Delet')
    await expect(button).toBeDisabled()
    await userEvent.keyboard('{Enter}')
    await expect(args.onDelete).not.toHaveBeenCalled()
    await userEvent.keyboard('e{Enter}')
    await expect(args.onDelete).toHaveBeenCalledOnce()
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
  },
}
export const WithChangesOfOnesOwn: Story = {
  args: { withdrawn: 2 },
  play: async ({ args, userEvent }) => {
    await expect(screen.getByText(/^2 changes that came too late/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Save a copy' }))
    await expect(args.onSave).toHaveBeenCalledOnce()
    await expect(args.onDelete).not.toHaveBeenCalled()
  },
}
export const Alone: Story = {
  args: { standing: 'alone' },
  play: async () => {
    await expect(screen.getByText(/lost for good/)).toBeVisible()
    await expect(screen.queryByText(/The others keep theirs/)).toBeNull()
  },
}
export const ShutOut: Story = {
  args: { standing: 'shut-out', spaceName: '' },
  play: async () => {
    await expect(screen.getByRole('dialog', { name: 'Delete this space?' })).toBeVisible()
    await expect(screen.getByText(/Your other devices keep theirs/)).toBeVisible()
    await expect(screen.queryByText(/deleted from all your devices/)).toBeNull()
  },
}
export const Member: Story = {
  args: { standing: 'member' },
  play: async ({ args, userEvent }) => {
    await expect(screen.getByText(/Leave the space first/)).toBeVisible()
    await expect(screen.queryByRole('button', { name: 'Delete the space' })).toBeNull()
    await expect(screen.queryByRole('textbox')).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Done' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
  },
}
export const LastOwner: Story = {
  args: { standing: 'last-owner' },
  play: async () => {
    await expect(screen.getByText(/Make someone else an owner and leave/)).toBeVisible()
    await expect(screen.queryByRole('button', { name: 'Delete the space' })).toBeNull()
  },
}
export const Deleting: Story = {
  args: { command: { status: 'pending', call: 'garden' } },
  play: async ({ args, userEvent }) => {
    await expect(screen.getByText('Deleting…')).toBeVisible()
    await userEvent.type(screen.getByLabelText(/^Type/), 'delete{Enter}')
    await expect(args.onDelete).not.toHaveBeenCalled()
  },
}
export const Failed: Story = {
  args: { command: { status: 'error', call: 'garden', error: new EchoError('already-member', 'Somebody let you in again meanwhile.') } },
  play: async () => {
    await expect(screen.getByText('You are a member of this space. Leave it first.')).toBeVisible()
    await expect(screen.getByRole('button', { name: 'Cancel' })).toBeEnabled()
  },
}
