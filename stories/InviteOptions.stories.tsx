import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ComponentProps } from 'react'
import { expect, userEvent } from 'storybook/test'
import { englishMessages } from '../src/components/config/englishMessages.ts'
import { defaultInviteChoices, InviteOptions, toInvitationOptions } from '../src/components/invitations/InviteOptions.tsx'
import { withUi } from './withUi.tsx'

const { invite } = englishMessages

/** The options as an invitation takes them stand below. */
function Chosen(props: ComponentProps<typeof InviteOptions>) {
  const [value, setValue] = useState(props.value)
  return (
    <>
      <InviteOptions {...props} value={value} onChange={setValue} />
      <pre data-slot="json">
        <code>{JSON.stringify(toInvitationOptions('editor', value))}</code>
      </pre>
    </>
  )
}

const meta = {
  title: 'InviteOptions',
  component: InviteOptions,
  decorators: [withUi],
  args: { value: defaultInviteChoices, onChange: () => {} },
  render: (args) => <Chosen {...args} />,
} satisfies Meta<typeof InviteOptions>
export default meta
type Story = StoryObj<typeof meta>

export const Now: Story = {}
export const ForAWeek: Story = { args: { value: { ...defaultInviteChoices, lasts: 'week', people: 5 } } }
export const Disabled: Story = { args: { disabled: true } }

/** Others can let people in only where a link is for several and asks for no code. */
export const WhatDoesNotGoTogether: Story = {
  args: { value: { ...defaultInviteChoices, lasts: 'day' } },
  play: async ({ canvas, canvasElement }) => {
    const others = canvas.getByRole('checkbox', { name: invite.withOthers })
    const options = (): unknown => JSON.parse(canvasElement.querySelector('code')!.textContent!)
    await expect(others).toBeDisabled()
    const people = canvas.getByLabelText(invite.people)
    await userEvent.clear(people)
    await userEvent.type(people, '3')
    await userEvent.click(others)
    await expect(options()).toMatchObject({ kind: 'sent', expiresInMs: 86_400_000, delegated: true })
    await userEvent.click(canvas.getByRole('checkbox', { name: invite.withCode }))
    await expect(others).toBeDisabled()
    await expect(options()).not.toHaveProperty('delegated')
  },
}
