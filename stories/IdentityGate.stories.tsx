import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, waitFor } from 'storybook/test'
import { IdentityGateView } from '../src/components/identity/IdentityGate.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const form = { mode: 'create', onModeChange: fn(), onCreate: fn(), onRecover: fn(), busy: false, error: undefined } as const

const phrase = `${'abandon '.repeat(23)}art`

const meta = {
  title: 'IdentityGate',
  component: IdentityGateView,
  decorators: [withUi],
  args: { status: 'none', form, delayMs: 0 },
} satisfies Meta<typeof IdentityGateView>
export default meta
type Story = StoryObj<typeof meta>

export const Loading: Story = { args: { status: 'loading' } }
export const Create: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.type(canvas.getByLabelText('Your name'), '  Ann ')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.form.onCreate).toHaveBeenCalledWith('Ann')
  },
}
export const Creating: Story = { args: { form: { ...form, busy: true } } }
export const CreateFailed: Story = {
  args: { form: { ...form, error: new EchoError('storage-unavailable', 'IndexedDB could not be opened.') } },
}
export const Recover: Story = {
  args: { form: { ...form, mode: 'recover' } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.type(canvas.getByLabelText('Recovery words'), '1. Abandon, 2. ability')
    await expect(canvas.getByText('2 of 24 words')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Recover' }))
    await expect(await canvas.findByText('There must be 24 words, and here are 2.')).toBeVisible()
    await expect(canvas.queryByText('Enter a name.')).toBeNull()
    await expect(canvas.getByLabelText('Your name')).toHaveAccessibleDescription(/^Can stay empty/)
    await expect(canvas.getByLabelText('Recovery words')).toHaveFocus()
    await userEvent.type(canvas.getByLabelText('Your name'), 'Ann')
    await userEvent.clear(canvas.getByLabelText('Recovery words'))
    await userEvent.paste(phrase)
    await userEvent.click(canvas.getByRole('button', { name: 'Recover' }))
    await waitFor(() => expect(args.form.onRecover).toHaveBeenCalledWith(phrase, 'Ann'))
  },
}
export const UnknownWord: Story = {
  args: {
    form: {
      ...form,
      mode: 'recover',
      error: new EchoError('bad-phrase', 'Word 7 is not in the list.', { details: { reason: 'unknown-word', position: 7 } }),
    },
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^Word 7 is not one/)).toBeVisible()
    await expect(canvas.queryByText('Details')).toBeNull()
  },
}
export const WrongWords: Story = {
  args: { form: { ...form, mode: 'recover', error: new EchoError('bad-phrase', 'These words do not fit.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getByLabelText('Recovery words')).toBeInvalid()
    await expect(canvas.getByText(/These are not the 24 words/)).toBeVisible()
  },
}
