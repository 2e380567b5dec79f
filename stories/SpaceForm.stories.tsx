import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { SpaceFormView } from '../src/components/spaces/SpaceForm.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const meta = {
  title: 'SpaceForm',
  component: SpaceFormView,
  decorators: [withUi],
  args: { state: { status: 'idle' }, onSubmit: fn(), onCancel: fn() },
} satisfies Meta<typeof SpaceFormView>
export default meta
type Story = StoryObj<typeof meta>

export const Create: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Create space' }))
    await expect(canvas.getByText('Enter a name.')).toBeVisible()
    await expect(canvas.getByLabelText('Name of the space')).toHaveAccessibleDescription('Enter a name.')
    await expect(args.onSubmit).not.toHaveBeenCalled()
    await userEvent.type(canvas.getByLabelText('Name of the space'), '  Garden {Enter}')
    await expect(args.onSubmit).toHaveBeenCalledWith('Garden')
    await expect(canvas.queryByText('Enter a name.')).toBeNull()
  },
}
export const Rename: Story = {
  args: { name: 'Garden' },
  play: async ({ args, canvas, userEvent }) => {
    const rename = canvas.getByRole('button', { name: 'Rename' })
    await expect(rename).toHaveAttribute('aria-disabled', 'true')
    await userEvent.click(rename)
    await expect(args.onSubmit).not.toHaveBeenCalled()
    await userEvent.type(canvas.getByLabelText('Name of the space'), ' club')
    await expect(rename).toHaveAttribute('aria-disabled', 'false')
    await userEvent.click(rename)
    await expect(args.onSubmit).toHaveBeenCalledWith('Garden club')
  },
}
export const Busy: Story = {
  args: { name: 'Garden', state: { status: 'pending', call: 'Garden' } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'One moment…' }))
    await expect(args.onSubmit).not.toHaveBeenCalled()
  },
}
export const Failed: Story = {
  args: { name: 'Garden', state: { status: 'error', call: 'Garden', error: new EchoError('storage-full', 'The quota is exceeded.') } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText(/The disk is full/)).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Try again' }))
    await expect(args.onSubmit).toHaveBeenCalledWith('Garden')
  },
}
