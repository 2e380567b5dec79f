import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ComponentProps } from 'react'
import { expect, userEvent } from 'storybook/test'
import { AuthCodeDisplay } from '../src/components/invitations/AuthCodeDisplay.tsx'
import { AuthCodeInput } from '../src/components/invitations/AuthCodeInput.tsx'
import { withUi } from './withUi.tsx'

function Filled(props: ComponentProps<typeof AuthCodeInput>) {
  const [value, setValue] = useState(props.value)
  return <AuthCodeInput {...props} value={value} onChange={setValue} />
}

const meta = {
  title: 'AuthCode',
  component: AuthCodeInput,
  decorators: [withUi],
  args: { label: 'Title', value: '', onChange: () => {} },
  render: (args) => <Filled {...args} />,
} satisfies Meta<typeof AuthCodeInput>
export default meta
type Story = StoryObj<typeof meta>

/** A code that somebody copied from a message comes with spaces and dashes, and goes in without. */
export const Pasted: Story = {
  play: async ({ canvas }) => {
    const input = canvas.getByRole('textbox', { name: 'Title' })
    await userEvent.click(input)
    await userEvent.paste('048-215 7')
    await expect(input).toHaveValue('048215')
    await userEvent.keyboard('{Backspace}x9')
    await expect(input).toHaveValue('048219')
    await expect(input).toHaveAttribute('inputmode', 'numeric')
  },
}

export const WithHint: Story = { args: { hint: 'Notes' } }

/** What was wrong stands where the hint did, and the field says it. */
export const Wrong: Story = {
  args: { value: '048', hint: 'Notes', error: 'Garden' },
  play: async ({ canvas }) => {
    const input = canvas.getByRole('textbox', { name: 'Title' })
    await expect(input).toBeInvalid()
    await expect(input).toHaveAccessibleDescription('Garden')
    await expect(canvas.queryByText('Notes')).toBeNull()
  },
}

export const Checking: Story = { args: { value: '048215', readOnly: true } }
export const Disabled: Story = { args: { value: '048215', disabled: true } }

/** A code to be told: read digit by digit, not as a number. */
export const Shown: Story = {
  render: () => <AuthCodeDisplay code="048215" />,
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('img', { name: '0 4 8 2 1 5' })).toHaveTextContent('048215')
  },
}
