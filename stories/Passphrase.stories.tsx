import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, screen, waitFor } from 'storybook/test'
import { PassphraseDialogView } from '../src/components/identity/PassphraseDialogView.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const wrong = new EchoError('bad-passphrase', 'This is not the passphrase of this device.')

const meta = {
  title: 'PassphraseDialog',
  component: PassphraseDialogView,
  decorators: [withUi],
  args: { open: true, onClose: fn(), isSet: false, state: { status: 'idle' }, onCall: fn(), onReset: fn() },
} satisfies Meta<typeof PassphraseDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Setting: Story = {
  play: async ({ args, userEvent }) => {
    await expect(screen.getByRole('heading', { name: 'Lock this device with a passphrase' })).toHaveFocus()
    const [next, again] = [screen.getByLabelText('New passphrase'), screen.getByLabelText('The same again')]
    await userEvent.type(next, 'short')
    await userEvent.click(screen.getByRole('button', { name: 'Set passphrase' }))
    await expect(screen.getByText(/^Choose at least 8 characters/)).toBeVisible()
    await expect(next).toHaveFocus()
    await expect(next).toHaveAccessibleDescription(/at least 8/)
    await userEvent.type(next, ' but longer')
    await userEvent.type(again, 'short but lnger')
    await userEvent.click(screen.getByRole('button', { name: 'Set passphrase' }))
    await expect(screen.getByText('The two are not the same.')).toBeVisible()
    await expect(again).toHaveFocus()
    await expect(args.onCall).not.toHaveBeenCalled()
    await expect(next).toHaveAttribute('type', 'password')
    await userEvent.click(screen.getByLabelText('Show what I type'))
    await expect(next).toHaveAttribute('type', 'text')
    await userEvent.clear(again)
    await userEvent.type(again, 'short but longer{Enter}')
    await expect(args.onCall).toHaveBeenCalledWith('set', { current: '', next: 'short but longer' })
  },
}
export const BeingSet: Story = {
  args: { state: { status: 'pending', call: 'set' } },
  play: async () => {
    await expect(screen.getByText('Locking what is stored…')).toBeVisible()
    await expect(screen.getByRole('button', { name: 'Set passphrase' })).toHaveAttribute('aria-disabled', 'true')
  },
}
export const WasSet: Story = {
  args: { isSet: true, state: { status: 'done', call: 'set' } },
  play: async ({ args, userEvent }) => {
    await expect(screen.getByText('This device has a passphrase now.')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Done' }))
    await expect(args.onClose).toHaveBeenCalledTimes(1)
  },
}
export const NotSet: Story = {
  args: { state: { status: 'error', call: 'set', error: new EchoError('storage-full', 'The write did not fit.') } },
  play: async () => {
    await expect(screen.getByText(/^The disk is full/)).toBeVisible()
    await expect(screen.getByRole('button', { name: 'Set passphrase' })).toBeEnabled()
  },
}
export const Choosing: Story = {
  args: { isSet: true },
  play: async ({ args, userEvent }) => {
    await userEvent.click(screen.getByRole('button', { name: 'Lock now' }))
    await expect(args.onCall).toHaveBeenCalledWith('lock', { current: '', next: '' })
  },
}
export const Changing: Story = {
  args: { isSet: true },
  play: async ({ args, userEvent }) => {
    await userEvent.click(screen.getByRole('button', { name: 'Change passphrase' }))
    await expect(screen.getByRole('heading', { name: 'Change the passphrase' })).toHaveFocus()
    await userEvent.type(screen.getByLabelText('Present passphrase'), 'the former one')
    await userEvent.type(screen.getByLabelText('New passphrase'), 'the next one')
    await userEvent.type(screen.getByLabelText('The same again'), 'the next one{Enter}')
    await expect(args.onCall).toHaveBeenCalledWith('change', { current: 'the former one', next: 'the next one' })
  },
}
export const WrongWhenChanging: Story = {
  args: { isSet: true, state: { status: 'error', call: 'change', error: wrong } },
  play: async ({ args, userEvent }) => {
    await expect(screen.getByLabelText('Present passphrase')).toBeInvalid()
    await expect(screen.getByText(/^This is not the passphrase/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    await expect(args.onReset).toHaveBeenCalledTimes(1)
  },
}
export const WasChanged: Story = { args: { isSet: true, state: { status: 'done', call: 'change' } } }
export const Removing: Story = {
  args: { isSet: true },
  play: async ({ args, userEvent }) => {
    await userEvent.click(screen.getByRole('button', { name: 'Remove passphrase' }))
    await waitFor(() => expect(screen.getByText(/Whoever can use this browser/)).toBeVisible())
    await userEvent.type(screen.getByLabelText('Present passphrase'), 'the former one{Enter}')
    await expect(args.onCall).toHaveBeenCalledWith('remove', { current: 'the former one', next: '' })
  },
}
export const WasRemoved: Story = { args: { isSet: false, state: { status: 'done', call: 'remove' } } }
export const NotLocked: Story = {
  args: { isSet: true, state: { status: 'error', call: 'lock', error: new EchoError('storage-unavailable', 'The database is gone.') } },
  play: async () => {
    await expect(screen.getByText('storage-unavailable')).toBeInTheDocument()
  },
}
