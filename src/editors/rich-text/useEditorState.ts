import type { Editor } from '@tiptap/core'
import { useCallback, useSyncExternalStore } from 'react'

/** What `read` makes of an editor, kept up to date. It has to answer with the same value until something changes, and be the same function each time. */
export function useEditorState<T>(editor: Editor, read: (editor: Editor) => T): T {
  const subscribe = useCallback(
    (listener: () => void) => {
      editor.on('transaction', listener)
      return () => void editor.off('transaction', listener)
    },
    [editor],
  )
  const get = (): T => read(editor)
  return useSyncExternalStore(subscribe, get, get)
}
