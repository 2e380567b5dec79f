import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { RecoveryPhraseDialog } from '../src/components/identity/RecoveryPhraseDialog.tsx'
import { RecoveryPhraseNoticeView } from '../src/components/identity/RecoveryPhraseNotice.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const phrase =
  'legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title'

const meta = {
  title: 'RecoveryPhrase',
  component: RecoveryPhraseDialog,
  decorators: [withUi],
  args: { open: true, state: { status: 'hidden' }, onClose: fn(), onReveal: fn(), onWritten: fn(), onConfirm: fn() },
} satisfies Meta<typeof RecoveryPhraseDialog>
export default meta
type Story = StoryObj<typeof meta>

export const Notice: Story = {
  args: { open: false },
  render: (args) => (
    <>
      <RecoveryPhraseNoticeView onShow={args.onReveal} onLater={args.onClose} />
      <p>The app goes on below.</p>
    </>
  ),
}
export const Hidden: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.queryByRole('list')).toBeNull()
    await userEvent.click(canvas.getByRole('button', { name: 'Reveal the words' }))
    await expect(args.onReveal).toHaveBeenCalledOnce()
  },
}
export const Loading: Story = { args: { state: { status: 'loading' } } }
export const Shown: Story = {
  args: { state: { status: 'shown', phrase } },
  play: async ({ canvas }) => {
    const words = canvas.getAllByRole('listitem').map((word) => word.textContent)
    await expect(words.join(' ')).toBe(phrase)
  },
}
export const Confirming: Story = { args: { state: { status: 'confirming' } } }
export const Failed: Story = {
  args: { state: { status: 'error', error: new EchoError('storage-unavailable', 'The database is closed.') } },
}
