import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ReactNode } from 'react'
import { expect, fn, waitFor, within } from 'storybook/test'
import * as Y from 'yjs'
import { z } from 'zod'
import type { Space } from '../src/client/echo.ts'
import { defineType } from '../src/database/types/defineType.ts'
import { plainTextOf } from '../src/documents/texts/plainText.ts'
import { RichTextEditor, type RichTextEditorProps } from '../src/editors/rich-text/RichTextEditor.tsx'
import { useText } from '../src/react/useText.ts'
import { createWritable } from '../src/shared/readable.ts'
import { withPeers } from './withPeers.tsx'
import { withUi } from './withUi.tsx'

type Inner = string | Y.XmlElement | Y.XmlText

function node(name: string, inner: readonly Inner[] = [], attributes: Record<string, unknown> = {}): Y.XmlElement {
  const made = new Y.XmlElement<Record<string, never>>(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as never)
  made.insert(
    0,
    inner.map((part) => (typeof part === 'string' ? new Y.XmlText(part) : part)),
  )
  return made as unknown as Y.XmlElement
}

/** Text of which some has marks. */
function marked(...parts: readonly (readonly [string, Record<string, object>?])[]): Y.XmlText {
  const text = new Y.XmlText()
  text.applyDelta(parts.map(([insert, attributes]) => ({ insert, attributes: attributes ?? {} })))
  return text
}

const paragraph = (...inner: readonly Inner[]) => node('paragraph', inner)
const item = (text: string) => node('listItem', [paragraph(text)])
const task = (text: string, checked: boolean) => node('taskItem', [paragraph(text)], { checked })

/** A page with everything that the editor knows. */
const everything = () => [
  node('heading', ['Spring'], { level: 1 }),
  paragraph(
    marked(['Water '], ['the beans', { bold: {} }], [' twice', { italic: {} }], [' a day, see ']),
    marked(['the plan', { link: { href: 'https://garden.example' } }], [' and not '], ['the old one', { strike: {} }], ['.']),
  ),
  node('heading', ['To do'], { level: 2 }),
  node('taskList', [task('Weed the path', false), task('Order seeds', true)]),
  node('bulletList', [item('Peas on Monday'), item('Leeks')]),
  node('orderedList', [item('Dig'), item('Sow')]),
  node('blockquote', [paragraph('Nothing grows overnight.')]),
  node('codeBlock', ['sow(beans)\n  .then(water)']),
  node('heading', ['Later'], { level: 3 }),
  paragraph('גינה קטנה ליד הבית'),
]

/** A rich text as from `useText`, in a document of its own. */
function openPage(nodes: readonly Y.XmlElement[]): RichTextEditorProps['text'] {
  const doc = new Y.Doc()
  const yXml = doc.getXmlFragment('xml')
  yXml.push([...nodes])
  const content = { get: () => plainTextOf(doc, 'rich-text'), subscribe: () => () => {} }
  return { item: 'page', current: createWritable({ generation: 1, yXml }), content } as unknown as RichTextEditorProps['text']
}

const meta = {
  title: 'RichTextEditor',
  component: RichTextEditor,
  decorators: [withUi],
  args: { label: 'Page', text: undefined },
} satisfies Meta<typeof RichTextEditor>
export default meta
type Story = StoryObj<typeof meta>

export const Written: Story = { args: { text: openPage(everything()) } }
export const Placeholder: Story = { args: { text: openPage([]), placeholder: 'Write something' } }
export const Closed: Story = { args: { text: undefined } }
export const ReadOnly: Story = { args: { text: openPage(everything()), readOnly: true } }
export const WithoutToolbar: Story = { args: { text: openPage(everything()), hideToolbar: true, hideLabel: true } }

const people = [
  { id: 'ann', name: 'Ann Weber', isMe: true, emoji: '🌻' },
  { id: 'bob', name: 'Bob', colour: '#1d7a4f' },
  { id: 'bea', name: 'Béa Noir' },
]
const mention = (id: string, name: string) => node('mention', [], { id, name })

/** By `@` a list of the members opens beside the caret, which stays in the text; arrows, Enter, Tab and Escape are the list's until it closes. */
export const Mentioning: Story = {
  args: { text: openPage([paragraph()]), people },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('textbox'))
    await userEvent.keyboard('Who waters the beans? @')
    await expect(await canvas.findByRole('listbox', { name: 'People to mention' })).toBeVisible()
    const box = canvas.getByRole('combobox', { name: 'Page' })
    await expect(box).toHaveAttribute('aria-expanded', 'true')
    await userEvent.keyboard('{ArrowDown}{Enter}')
    await waitFor(() => expect(box).toHaveTextContent('Who waters the beans? @Bob'))
    await expect(canvas.queryByRole('listbox')).toBe(null)
    await userEvent.keyboard('and @')
    await expect(await canvas.findByRole('listbox')).toBeVisible()
  },
}

/** Nobody has such a name. */
export const MentioningNobody: Story = {
  args: { text: openPage([paragraph()]), people },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('textbox'))
    await userEvent.keyboard('To @zz')
    await expect(await canvas.findByText('Nobody here has such a name.', { selector: 'p' })).toBeVisible()
  },
}

/** A member by the present name, oneself, somebody who is no member any more, and names made to mislead. */
export const Mentions: Story = {
  args: {
    text: openPage([
      paragraph('Please ', mention('bob', 'Robert'), ' and ', mention('ann', 'Ann'), ', as ', mention('gone', 'Gerda'), ' did.'),
      paragraph(
        mention('x', '\u202Etxt.exe'),
        ' ',
        mention('y', `Z${'\u0351\u036B\u0343'.repeat(60)}`),
        ' ',
        mention('z', 'long '.repeat(200)),
      ),
      paragraph('שלום ', mention('bea', ''), ' ומה'),
    ]),
    people,
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('textbox')).toHaveTextContent('Please @Bob and @Ann Weber, as @Gerda did.')
  },
}

const notes = [
  { id: 'plan-of-the-garden---A', label: 'Plan of the garden' },
  { id: 'order-of-the-seeds---A', label: 'Order of the seeds' },
  { id: 'right-to-left--------A', label: 'גינה קטנה' },
] as const
const [plan, seeds, garden] = notes.map(({ id }) => id)
const itemLink = (id: string, label: string) => node('itemLink', [], { id, label })
const withNotes = {
  findItems: (typed: string) => notes.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase())),
  itemLabel: (id: string) => notes.find((note) => note.id === id)?.label,
}

/** By `[[` a list of items opens as that of the members does; a link is opened by Tab and Enter, or by a click. */
export const LinkingItems: Story = {
  args: { text: openPage([paragraph()]), ...withNotes, onOpenItem: fn() },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('textbox'))
    await userEvent.keyboard('First the [[[[')
    await expect(await canvas.findByRole('listbox', { name: 'Items to link to' })).toBeVisible()
    await userEvent.keyboard('{ArrowDown}{Enter}')
    const link = await canvas.findByRole('link', { name: 'Order of the seeds' })
    await expect(canvas.queryByRole('listbox')).toBe(null)
    await userEvent.keyboard('then the [[[[plan')
    await expect(await canvas.findByRole('option', { name: 'Plan of the garden' })).toBeVisible()
    link.focus()
    await userEvent.keyboard('{Enter}')
    await expect(args.onOpenItem).toHaveBeenCalledWith(seeds)
  },
}

/** Each by its present label, which is not the one that was written; one of them is deleted. */
export const ItemLinks: Story = {
  args: {
    text: openPage([
      paragraph('After the ', itemLink(plan!, 'Old plan'), ' comes the ', itemLink('deleted--------------A', 'List of tools'), '.'),
      paragraph('קודם ', itemLink(garden!, ''), ' ואז ', itemLink(seeds!, '')),
    ]),
    ...withNotes,
    onOpenItem: fn(),
  },
  play: async ({ args, canvas, canvasElement, userEvent }) => {
    const separator = canvasElement.querySelector('.ProseMirror-separator')!.getBoundingClientRect()
    await expect([separator.width, separator.height], 'what the editor sets behind a link at the end is not seen').toEqual([0, 0])
    await expect(canvas.getByRole('link', { name: 'Plan of the garden' })).not.toHaveAttribute('aria-disabled')
    const gone = canvas.getByRole('link', { name: 'List of tools (not there any more)' })
    await expect(gone).toHaveAttribute('aria-disabled', 'true')
    gone.focus()
    await userEvent.keyboard('{Enter}')
    await expect(args.onOpenItem).not.toHaveBeenCalled()
  },
}

export const ItemLinksReadOnly: Story = {
  args: { ...ItemLinks.args, onOpenItem: fn(), readOnly: true },
  play: async ({ args, canvas, userEvent }) => {
    canvas.getByRole('textbox').focus()
    await userEvent.tab()
    await expect(canvas.getByRole('link', { name: 'Plan of the garden' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect(args.onOpenItem).toHaveBeenCalledWith(plan)
  },
}

/** The app could not look for items: the list says so, and what is typed stays. */
export const LinkingItemsFailed: Story = {
  args: { text: openPage([paragraph()]), findItems: () => Promise.reject(new Error('no search today')) },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('textbox'))
    await userEvent.keyboard('To [[[[plan')
    await expect(await canvas.findByText('The search failed. Type on to try again.', { selector: 'p' })).toBeVisible()
  },
}

/** Labels made to mislead, as a peer may have written them. */
export const ItemLinksHostile: Story = {
  args: {
    text: openPage([
      paragraph(
        'See ',
        itemLink(plan!, '\u202Etxt.exe'),
        ' ',
        itemLink(seeds!, `Z${'\u0351\u036B\u0343'.repeat(60)}`),
        ' ',
        itemLink(garden!, 'long '.repeat(200)),
        ' ',
        itemLink(plan!, '<img src=x onerror=alert(1)>'),
        '.',
      ),
    ]),
    onOpenItem: fn(),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('link', { name: 'txt.exe' })).toBeVisible()
    await expect(canvas.getByRole('link', { name: '<img src=x onerror=alert(1)>' })).toBeVisible()
  },
}

/** A picture of a few stripes, as a file holds it. */
function stripes(): string {
  const canvas = document.createElement('canvas')
  canvas.width = 240
  canvas.height = 90
  const context = canvas.getContext('2d')!
  for (const [index, colour] of ['#2f6f4f', '#7fb069', '#e6aa68'].entries()) {
    context.fillStyle = colour
    context.fillRect(0, index * 30, 240, 30)
  }
  return canvas.toDataURL('image/png')
}

/** One picture is described, the other not yet: a selected one is, by the button for it. */
export const Pictures: Story = {
  args: {
    text: openPage([
      paragraph('The beds:'),
      node('image', [], { src: stripes(), alt: 'Three beds' }),
      node('image', [], { src: stripes(), alt: '' }),
    ]),
  },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('img', { name: 'Three beds' })).toBeVisible()
    await expect(canvas.getByRole('img', { name: 'Picture without a description' })).toBeVisible()
    await expect(canvas.getByRole('button', { name: 'Describe picture' })).toHaveAttribute('aria-disabled', 'true')
  },
}

/** A file that is no picture is refused with a word, as is one that cannot be made small enough. */
export const PictureRefused: Story = {
  args: { text: openPage([paragraph('The beds:')]) },
  play: async ({ canvas, canvasElement, userEvent }) => {
    const input = canvasElement.querySelector<HTMLInputElement>('input[type="file"]')!
    await userEvent.upload(input, new File(['<svg/>'], 'bed.png', { type: 'image/png' }))
    await expect(await canvas.findByText(/Only pictures can be put in/, { selector: 'p' })).toBeVisible()
  },
}

/** A newer version of the app wrote something into it: it is kept, and the text can be read. */
export const NewerContent: Story = {
  args: { text: openPage([paragraph('Water the beans.'), node('drawing', [], { of: 'a bed' }), paragraph('Peas on Monday.')]) },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('You can only read this text here', { selector: 'strong' })).toBeVisible()
    await expect(canvas.queryByRole('textbox')).toBe(null)
    await expect(canvas.getByText(/Peas on Monday/)).toBeVisible()
  },
}

export const Limit: Story = {
  args: { text: openPage([paragraph('No room')]), maxLength: 9 },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('textbox'))
    await userEvent.keyboard('!')
    await waitFor(() => expect(canvas.getByText(/as long as it may be/, { selector: 'p' })).toBeVisible())
  },
}

/** The button for a link opens a form, which refuses whatever is no address; Escape leads back into the text. */
export const Linking: Story = {
  args: { text: openPage([paragraph('See the plan')]) },
  play: async ({ canvas, userEvent }) => {
    const box = canvas.getByRole('textbox', { name: 'Page' })
    await userEvent.click(box)
    await userEvent.click(canvas.getByRole('button', { name: 'Link' }))
    const address = canvas.getByLabelText('Address of the link')
    await expect(address).toHaveFocus()
    await userEvent.keyboard('javascript:alert(1){Enter}')
    await expect(canvas.getByText(/Only addresses/)).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(box).toHaveFocus())
    await userEvent.click(canvas.getByRole('button', { name: 'Link' }))
  },
}

/** What a peer may have written is shown as text, and stays inside. */
export const Hostile: Story = {
  args: {
    text: openPage([
      paragraph('<script>alert(1)</script> <img src=x onerror=alert(1)>'),
      paragraph('safe \u202Etxt.exe', marked(['no way out', { link: { href: 'javascript:alert(1)' } }])),
      node('heading', [`Z${'\u0351\u036B\u0343\u036A\u0302'.repeat(40)}algo`], { level: 99 }),
      node('codeBlock', ['x'.repeat(10_000)], { language: '" onload="' }),
    ]),
  },
}

const Page = defineType('page', z.object({ title: z.string() }), { model: 'rich-text' })

function PageEditor({ space, id }: { readonly space: Space; readonly id: string }): ReactNode {
  return <RichTextEditor space={space} text={useText(space, id, 'rich-text')} label="Page" />
}

/** Two people in one page: each sees the other's caret with its name, until it leaves the editor. */
export const TwoPeople: Story = {
  ...withPeers(
    {
      types: [Page],
      async prepare(space) {
        const { id } = space.create(Page, { title: 'Plan' })
        const text = await space.openText(id, 'rich-text')
        text.current.get().yXml.push([node('heading', ['Spring'], { level: 2 }), paragraph('Peas on Monday.')])
        text.release()
        return id
      },
    },
    ({ space, data }) => <PageEditor space={space} id={data} />,
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
    await waitFor(() => expect(his.querySelector('.echo-caret')).toHaveTextContent('Alice'), { timeout: 5000 })
    await userEvent.click(his)
    await waitFor(() => expect(his.querySelector('.echo-caret')).toBe(null), { timeout: 5000 })
    await waitFor(() => expect(hers.querySelector('.echo-caret')).toHaveTextContent('Bob'), { timeout: 5000 })
  },
}
