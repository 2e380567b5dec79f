import * as Y from 'yjs'
import { createWritable } from '../src/shared/readable.ts'

/** A text as from `useText`, in a document of its own. */
export function openStoryText(content: string) {
  const yText = new Y.Doc().getText('text')
  yText.insert(0, content)
  return { current: createWritable({ generation: 0, yText }) }
}
