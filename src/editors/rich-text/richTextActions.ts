import type { Editor } from '@tiptap/core'
import type { Messages } from '../../components/config/messages.ts'

/** What the toolbars of all editors have, and what this one's has besides. */
type Words = Messages['editor'] & Messages['richText']

/** A button of the toolbar that switches something on and off. */
export interface RichTextAction {
  readonly name: string
  readonly label: (messages: Words) => string
  /** Of the drawing, in a square of 20 units. */
  readonly icon: string
  readonly isActive: (editor: Editor) => boolean
  readonly run: (editor: Editor) => void
}

type Plain = 'bold' | 'italic' | 'strike' | 'code' | 'bulletList' | 'orderedList' | 'taskList' | 'blockquote' | 'codeBlock'

function action(name: Plain, icon: string, run: (editor: Editor) => void): RichTextAction {
  return { name, label: (messages) => messages[name], icon, isActive: (editor) => editor.isActive(name), run }
}

function heading(level: 1 | 2 | 3, digit: string): RichTextAction {
  return {
    name: `heading${level}`,
    label: (messages) => messages.headingOf(level),
    icon: `M3 4v12M10 4v12M3 10h7${digit}`,
    isActive: (editor) => editor.isActive('heading', { level }),
    run: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
  }
}

/** In the order of the toolbar. */
export const richTextActions: readonly RichTextAction[] = [
  action('bold', 'M6 4h5a3 3 0 0 1 0 6H6zM6 10h6a3 3 0 0 1 0 6H6z', (editor) => editor.chain().focus().toggleBold().run()),
  action('italic', 'M8 4h7M5 16h7M12 4 8 16', (editor) => editor.chain().focus().toggleItalic().run()),
  action('strike', 'M3 10h14M14 6.5C13.5 5 12 4 10 4 7.5 4 6 5.2 6 7M6 13.5C6.5 15 8 16 10 16c2.5 0 4-1.2 4-3', (editor) =>
    editor.chain().focus().toggleStrike().run(),
  ),
  action('code', 'm7 6-4 4 4 4M13 6l4 4-4 4', (editor) => editor.chain().focus().toggleCode().run()),
  heading(1, 'M14 10l2-1v7'),
  heading(2, 'M13.5 10.5a1.5 1.5 0 1 1 2.7 1L13.5 16H17'),
  heading(3, 'M13.5 9.5h3L15 12a2 2 0 1 1-1.7 3'),
  action('bulletList', 'M8 5h9M8 10h9M8 15h9M3.5 5h.01M3.5 10h.01M3.5 15h.01', (editor) => editor.chain().focus().toggleBulletList().run()),
  action('orderedList', 'M8 5h9M8 10h9M8 15h9M3 4l1-.5V7M3 9.5h1.5L3 12h1.5M3 14h1.5L3.7 15.2 4.5 16 3 17', (editor) =>
    editor.chain().focus().toggleOrderedList().run(),
  ),
  action('taskList', 'M10 5h7M10 14h7m-14-9 1.5 1.5L7.5 3.5M3 12h4v4H3z', (editor) => editor.chain().focus().toggleTaskList().run()),
  action('blockquote', 'M4 5v10M8 6h9M8 10h9M8 14h6', (editor) => editor.chain().focus().toggleBlockquote().run()),
  action('codeBlock', 'M3 4h14v12H3zM8 8l-2 2 2 2M12 8l2 2-2 2', (editor) => editor.chain().focus().toggleCodeBlock().run()),
]
