import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, screen } from 'storybook/test'
import { SignOutDialogView } from '../src/components/identity/SignOutDialog.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const meta = {
  title: 'SignOutDialog',
  component: SignOutDialogView,
  decorators: [withUi],
  args: { open: true, onClose: fn(), state: { status: 'asking' }, wordsUnsaved: false, onErase: fn() },
} satisfies Meta<typeof SignOutDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Asking: Story = {
  play: async ({ args, userEvent }) => {
    const button = screen.getByRole('button', { name: 'Delete everything' })
    await expect(button).toBeDisabled()
    await userEvent.type(screen.getByLabelText(/^Type/), 'delet')
    await expect(button).toBeDisabled()
    await userEvent.type(screen.getByLabelText(/^Type/), 'e')
    await userEvent.click(button)
    await expect(args.onErase).toHaveBeenCalledTimes(1)
  },
}
export const WordsUnsaved: Story = {
  args: { wordsUnsaved: true },
  play: async () => {
    await expect(screen.getByText(/not written down your recovery words/)).toBeVisible()
  },
}
export const Erasing: Story = { args: { state: { status: 'erasing' } } }
export const Failed: Story = {
  args: { state: { status: 'error', error: new EchoError('storage-unavailable', 'The database is gone.') } },
  play: async () => {
    await expect(screen.getByText('storage-unavailable')).toBeInTheDocument()
  },
}
