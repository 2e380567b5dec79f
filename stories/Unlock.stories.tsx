import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, screen } from 'storybook/test'
import { IdentityGateView } from '../src/components/identity/IdentityGate.tsx'
import { UnlockView } from '../src/components/identity/Unlock.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const form = { mode: 'create', onModeChange: fn(), onCreate: fn(), onRecover: fn(), busy: false, error: undefined } as const

const meta = {
  title: 'Unlock',
  component: UnlockView,
  decorators: [
    (Story) => (
      <IdentityGateView status="locked" form={form}>
        <Story />
      </IdentityGateView>
    ),
    withUi,
  ],
  args: { state: { status: 'idle' }, onUnlock: fn(), onForgot: fn() },
} satisfies Meta<typeof UnlockView>
export default meta
type Story = StoryObj<typeof meta>

export const Locked: Story = {
  play: async ({ args, userEvent }) => {
    const button = screen.getByRole('button', { name: 'Unlock' })
    await expect(button).toBeDisabled()
    await userEvent.type(screen.getByLabelText('Passphrase'), 'correct horse{Enter}')
    await expect(args.onUnlock).toHaveBeenCalledWith('correct horse')
    await userEvent.click(screen.getByRole('button', { name: 'I forgot it' }))
    await expect(args.onForgot).toHaveBeenCalledTimes(1)
  },
}
export const Unlocking: Story = {
  args: { state: { status: 'pending', call: 'unlock' } },
  play: async () => {
    await expect(screen.getByText('Unlocking…')).toBeVisible()
  },
}
export const Wrong: Story = {
  args: { state: { status: 'error', call: 'unlock', error: new EchoError('bad-passphrase', 'This is not it.') } },
  play: async () => {
    const field = screen.getByLabelText('Passphrase')
    await expect(field).toBeInvalid()
    await expect(field).toHaveAccessibleDescription(/Mind capital letters/)
  },
}
export const NotFetched: Story = {
  args: { state: { status: 'error', call: 'unlock', error: new EchoError('load-failed', 'Not fetched.') } },
  play: async () => {
    await expect(screen.getByText(/could not be loaded/)).toBeVisible()
  },
}
