'use client'
import type { ReactNode } from 'react'
import { useMessages } from '../../components/config/EchoUiConfig.tsx'
import { plainName } from '../../components/basics/plainName.ts'
import { useReadable } from '../../react/useReadable.ts'
import { EditorToolbar } from '../EditorToolbar.tsx'
import type { MarkdownEditorHandle } from './createMarkdownEditor.ts'
import type { Mark } from './markCommands.ts'

const icons: readonly (readonly [Mark, ReactNode])[] = [
  ['bold', <path key="b" d="M6 4h5a3 3 0 0 1 0 6H6zm0 6h6a3 3 0 0 1 0 6H6z" strokeWidth="2.25" />],
  ['italic', <path key="i" d="M8.5 4H14M6 16h5.5M11.5 4l-3 12" />],
  ['code', <path key="c" d="m7 6-4 4 4 4m6-8 4 4-4 4" />],
  [
    'link',
    <path key="l" d="M8.5 11.5a3 3 0 0 0 4.2 0l2.6-2.6a3 3 0 0 0-4.2-4.2l-1 1m1.4 2.8a3 3 0 0 0-4.2 0l-2.6 2.6a3 3 0 0 0 4.2 4.2l1-1" />,
  ],
  ['heading', <path key="h" d="M5 4v12m10-12v12M5 10h10" />],
  ['list', <path key="u" d="M8 5h9M8 10h9M8 15h9M4 5h.01M4 10h.01M4 15h.01" />],
  ['task', <path key="t" d="m3 5.5 1.5 1.5L7 4M3 14.5 4.5 16 7 13m3-7.5h7m-7 9h7" />],
]

/** The usual marks of an editor, as buttons. */
export function MarkdownToolbar({
  editor,
  label,
  disabled,
}: {
  /** Undefined while there is none in the page. */
  readonly editor: MarkdownEditorHandle | undefined
  /** Of the editor. */
  readonly label: string
  readonly disabled: boolean
}): ReactNode {
  const { editor: messages } = useMessages()
  const active = useReadable(editor?.active)
  const tools = icons.map(([mark, icon]) => ({
    id: mark,
    label: messages[mark],
    icon,
    pressed: active?.has(mark) ?? false,
    onPress: () => editor?.toggle(mark),
  }))
  return <EditorToolbar tools={tools} label={messages.toolbar(plainName(label))} disabled={disabled} />
}
