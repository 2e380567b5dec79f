import * as Y from 'yjs'
import type { LiveDocument } from './liveDocument.ts'

/** How many bytes a document takes as one Yjs update. It is written for that, so ask on demand. */
export function encodedSize({ doc }: LiveDocument): number {
  return Y.encodeStateAsUpdate(doc).length
}
