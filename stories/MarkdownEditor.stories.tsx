import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ReactNode } from 'react'
import { expect, waitFor, within } from 'storybook/test'
import { z } from 'zod'
import type { Space } from '../src/client/echo.ts'
import { defineType } from '../src/database/types/defineType.ts'
import { MarkdownEditor, MarkdownEditorView } from '../src/editors/markdown/MarkdownEditor.tsx'
import { useText } from '../src/react/useText.ts'
import { openStoryText } from './openStoryText.ts'
import { withPeers } from './withPeers.tsx'
import { withUi } from './withUi.tsx'

const plan = `# Spring

Water **the beans** *twice* a day, see [the plan](https://garden.example).

- Peas on Monday
- [ ] Weed the path
- [x] Order \`seeds\`

> Nothing grows ~~overnight~~.

גינה קטנה ליד הבית
`

const meta = {
  title: 'MarkdownEditor',
  component: MarkdownEditorView,
  decorators: [withUi],
  args: { label: 'Notes', text: undefined },
} satisfies Meta<typeof MarkdownEditorView>
export default meta
type Story = StoryObj<typeof meta>

export const Written: Story = { args: { text: openStoryText(plan) } }
export const Placeholder: Story = { args: { text: openStoryText(''), placeholder: 'Write something' } }
export const Closed: Story = { args: { text: undefined } }
export const ReadOnly: Story = { args: { text: openStoryText(plan), readOnly: true } }
export const WithoutToolbar: Story = { args: { text: openStoryText(plan), toolbar: false, hideLabel: true } }
export const Dark: Story = {
  args: { text: openStoryText(plan) },
  render: (args) => (
    <div data-theme="dark" style={{ padding: '1rem', background: 'var(--echo-bg)' }}>
      <MarkdownEditorView {...args} />
    </div>
  ),
}
export const RightToLeft: Story = {
  args: { text: openStoryText(`${plan}\nwith English at its end`) },
  render: (args) => (
    <div dir="rtl">
      <MarkdownEditorView {...args} />
    </div>
  ),
}

/** What would make the text too long is left out, and a message says so. */
export const Limit: Story = {
  args: { text: openStoryText('No room'), maxLength: 7 },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('textbox'))
    await userEvent.keyboard('!')
    await waitFor(() => expect(canvas.getByText(/There is room for 7 characters/)).toBeVisible())
  },
}

/** What a peer may have written is shown as text, and stays inside. */
export const Hostile: Story = {
  args: {
    text: openStoryText(
      [
        '<script>alert(1)</script> <img src=x onerror=alert(1)>',
        'safe \u202Etxt.exe',
        `Z${'\u0351\u036B\u0343\u036A\u0302'.repeat(40)}algo`,
        'x'.repeat(10_000),
      ].join('\n'),
    ),
  },
}

const NoteType = defineType('note', z.object({ title: z.string() }), { model: 'text' })

function Note({ space, note }: { readonly space: Space; readonly note: string }): ReactNode {
  return <MarkdownEditor space={space} text={useText(space, note)} label="Notes" />
}

/** Two people in one text: each sees the other's caret with its name, until it leaves the editor. */
export const TwoPeople: Story = {
  ...withPeers(
    {
      types: [NoteType],
      async prepare(space) {
        const { id } = space.create(NoteType, { title: 'Plan' })
        const text = await space.openText(id)
        text.insert(0, 'Water the beans twice a day.\n\nPeas on Monday.')
        text.release()
        return id
      },
    },
    ({ space, data }) => <Note space={space} note={data} />,
  ),
  play: async ({ canvas, userEvent }) => {
    const side = async (name: string) => {
      const box = await within(canvas.getByRole('region', { name })).findByRole('textbox', {}, { timeout: 8000 })
      await waitFor(() => expect(box).toHaveTextContent('Peas on Monday.'), { timeout: 5000 })
      return box
    }
    const [hers, his] = [await side('Alice'), await side('Bob')]
    await userEvent.click(hers)
    await userEvent.keyboard('Soon: ')
    await waitFor(() => expect(his).toHaveTextContent('Soon:'), { timeout: 5000 })
    await waitFor(() => expect(his.querySelector('.echo-caret bdi')).toHaveTextContent('Alice'), { timeout: 5000 })
    await userEvent.tab()
    await waitFor(() => expect(his.querySelector('.echo-caret bdi')).toBe(null), { timeout: 5000 })
    await userEvent.click(hers)
    await waitFor(() => expect(his.querySelector('.echo-caret bdi')).toHaveTextContent('Alice'), { timeout: 5000 })
  },
}
