'use client'
import type { Editor } from '@tiptap/core'
import { useState, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { useMessages } from '../../components/config/EchoUiConfig.tsx'
import { plainName } from '../../components/basics/plainName.ts'
import { useReadable } from '../../react/useReadable.ts'
import { EditorToolbar, type EditorTool } from '../EditorToolbar.tsx'
import { ImageForm } from './ImageForm.tsx'
import { insertImages, selectedImage, type PictureFault } from './imageNode.ts'
import { LinkForm } from './LinkForm.tsx'
import { richTextActions } from './richTextActions.ts'
import { useEditorState } from './useEditorState.ts'

interface ToolbarProps {
  readonly editor: Editor
  /** Of the editor. */
  readonly label: string
  readonly undo: Space['undo'] | undefined
  /** Whether there is anybody to mention. */
  readonly canMention: boolean
  /** Whether items can be found to link to. */
  readonly canLinkItems: boolean
  readonly onPictureFault: (fault: PictureFault) => void
}

const linkIcon = 'M8.5 11.5a3 3 0 0 0 4.2 0l2.6-2.6a3 3 0 0 0-4.2-4.2l-1 1m1.4 2.8a3 3 0 0 0-4.2 0l-2.6 2.6a3 3 0 0 0 4.2 4.2l1-1'

/** The names of what is switched on at the caret, with a blank around each. */
function readActive(editor: Editor): string {
  const names = richTextActions.filter(({ isActive }) => isActive(editor)).map(({ name }) => name)
  return ` ${names.join(' ')} ${editor.isActive('link') ? 'link ' : ''}`
}

const readHasImage = (editor: Editor): boolean => selectedImage(editor.state) !== undefined

/** What an editor can do, as buttons. */
export function RichTextToolbar({ editor, label, undo, canMention, canLinkItems, onPictureFault }: ToolbarProps): ReactNode {
  const { editor: common, richText } = useMessages()
  const active = useEditorState(editor, readActive)
  const history = useReadable(undo?.state)
  const hasImage = useEditorState(editor, readHasImage)
  const [form, setForm] = useState<'link' | 'image'>()
  const [files, setFiles] = useState<HTMLInputElement | null>(null)
  const closeForm = (): void => {
    setForm(undefined)
    editor.commands.focus()
  }

  const tools: EditorTool[] = richTextActions.map(({ name, label: words, icon, run }) => ({
    id: name,
    label: words({ ...common, ...richText }),
    icon: <path d={icon} />,
    pressed: active.includes(` ${name} `),
    onPress: () => run(editor),
  }))
  tools.push({
    id: 'link',
    label: common.link,
    icon: <path d={linkIcon} />,
    pressed: active.includes(' link '),
    onPress: () => setForm(form === 'link' ? undefined : 'link'),
  })
  tools.push(
    {
      id: 'image',
      label: richText.image,
      icon: <path d="M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M13 7.5h.01" />,
      onPress: () => files?.click(),
    },
    {
      id: 'describe',
      label: richText.imageDescribe,
      icon: <path d="M3 5h14v8h-6l-4 3v-3H3zM6.5 8h7M6.5 10.5h4" />,
      disabled: !hasImage,
      onPress: () => setForm(form === 'image' ? undefined : 'image'),
    },
  )
  if (canMention) {
    tools.push({
      id: 'mention',
      label: richText.mention,
      icon: <path d="M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zm0 0v1a2 2 0 0 0 4 0v-1a7 7 0 1 0-2.8 5.6" />,
      onPress: () => typeTrigger(editor, '@'),
    })
  }
  if (canLinkItems) {
    tools.push({
      id: 'itemLink',
      label: richText.itemLink,
      icon: <path d="M7 4H4v12h3M13 4h3v12h-3M7.5 10h5M10.5 8l2 2-2 2" />,
      onPress: () => typeTrigger(editor, '[['),
    })
  }
  if (undo !== undefined && history !== undefined) {
    tools.push(
      {
        id: 'undo',
        label: richText.undo,
        icon: <path d="M7 4 3 8l4 4M3 8h9a4.5 4.5 0 0 1 0 9H8" />,
        disabled: !history.canUndo,
        onPress: () => undo.undo(),
      },
      {
        id: 'redo',
        label: richText.redo,
        icon: <path d="m13 4 4 4-4 4M17 8H8a4.5 4.5 0 0 0 0 9h4" />,
        disabled: !history.canRedo,
        onPress: () => undo.redo(),
      },
    )
  }

  return (
    <div data-slot="rich-text-toolbar">
      <EditorToolbar tools={tools} label={common.toolbar(plainName(label))} />
      <input
        ref={setFiles}
        type="file"
        hidden
        multiple
        accept="image/png,image/jpeg,image/webp,image/gif"
        aria-label={richText.image}
        onChange={({ target }) => {
          editor.commands.focus()
          void insertImages(editor.view, [...(target.files ?? [])], onPictureFault)
          target.value = ''
        }}
      />
      {form === 'link' && <LinkForm editor={editor} onClose={closeForm} />}
      {form === 'image' && hasImage && <ImageForm editor={editor} onClose={closeForm} />}
    </div>
  )
}

/** Opens a list of suggestions as typing does. */
function typeTrigger(editor: Editor, trigger: string): void {
  const { $from } = editor.state.selection
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset, undefined, ' ')
  editor
    .chain()
    .focus()
    .insertContent(/\S/u.test(before) ? ` ${trigger}` : trigger)
    .run()
}
