import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { ProfileFormView } from '../src/components/identity/ProfileForm.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const meta = {
  title: 'ProfileForm',
  component: ProfileFormView,
  decorators: [withUi],
  args: { id: 'ann', profile: { name: 'Ann Archer', emoji: '🌱', colour: '#2a7f62' }, state: { status: 'editing' }, onSave: fn() },
} satisfies Meta<typeof ProfileFormView>
export default meta
type Story = StoryObj<typeof meta>

export const Editing: Story = {
  play: async ({ args, canvas, userEvent }) => {
    const save = canvas.getByRole('button', { name: 'Save' })
    await expect(save).toHaveAttribute('aria-disabled', 'true')
    await userEvent.click(save)
    await expect(args.onSave).not.toHaveBeenCalled()
    await userEvent.clear(canvas.getByLabelText('Your name'))
    await expect(save).toHaveAttribute('aria-disabled', 'false')
    await userEvent.click(save)
    await expect(canvas.getByText('Enter a name.')).toBeVisible()
    await userEvent.type(canvas.getByLabelText('Your name'), ' Änn ')
    await userEvent.clear(canvas.getByLabelText('Emoji'))
    await userEvent.click(canvas.getByRole('button', { name: 'Save' }))
    await expect(args.onSave).toHaveBeenCalledWith({ name: 'Änn', emoji: undefined, colour: '#2a7f62' })
  },
}
export const Nameless: Story = { args: { profile: { name: '' } } }
export const Saving: Story = {
  args: { state: { status: 'saving' } },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('button', { name: 'Save' })).toHaveAttribute('aria-disabled', 'true')
  },
}
export const Saved: Story = {
  args: { state: { status: 'saved' } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Saved. The others see it soon.')).toBeVisible()
  },
}
export const Failed: Story = {
  args: { state: { status: 'error', error: new EchoError('storage-full', 'The disk is full.') } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/^The disk is full\. Make room/)).toBeVisible()
  },
}
