import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState } from 'react'
import { expect } from 'storybook/test'
import { TextField } from '../src/components/editing/TextField.tsx'
import { openStoryText } from './openStoryText.ts'
import { withUi } from './withUi.tsx'

function Notes() {
  const [text] = useState(() => openStoryText('Beans: water twice a day.\nWeed the path.'))
  return <TextField multiline label="Notes" text={text} />
}

function Pair() {
  const [text] = useState(() => openStoryText('shared'))
  return (
    <>
      <TextField label="Here" text={text} />
      <TextField label="There" text={text} />
    </>
  )
}

const meta = { title: 'TextField', component: TextField, decorators: [withUi], args: { label: 'Title', text: undefined } } satisfies Meta<
  typeof TextField
>
export default meta
type Story = StoryObj<typeof meta>

export const SingleLine: Story = { args: { text: openStoryText('Water the beans') } }
export const Multiline: Story = {
  render: () => <Notes />,
}
export const Closed: Story = { args: { text: undefined } }
export const ReadOnly: Story = { args: { text: openStoryText('You may look'), readOnly: true } }
export const HiddenLabel: Story = { args: { text: openStoryText('Only a screen reader hears my label'), hideLabel: true } }

/** It takes no more, and says so. */
export const Full: Story = { args: { text: openStoryText('Water the beans'), maxLength: 15 } }

/** Two fields on one text: what is typed in one appears in the other. */
export const TwoFields: Story = {
  render: () => <Pair />,
  play: async ({ canvas, userEvent }) => {
    await userEvent.type(canvas.getByLabelText('Here'), '!')
    await expect(canvas.getByLabelText('There')).toHaveValue('shared!')
  },
}
