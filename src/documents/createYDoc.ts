import * as Y from 'yjs'

/** The one root type of a space's root document. */
export const rootMapName = 'items'
/** The root type of a text document. */
export const textName = 'text'
/** The other root types that an item's own document may have (feed/guard/structs.ts), for models of an app's. */
export const mapName = 'map'
export const listName = 'list'
export const xmlName = 'xml'

/**
 * A Y.Doc that is a pure function of the blocks applied to it: nothing is garbage-collected (references into deleted content stay valid), and
 * the clean-up of redundant formatting, by which readers would write, is off from before the first byte is loaded.
 */
export function createYDoc(): Y.Doc {
  const doc = new Y.Doc({ gc: false })
  doc.on('afterTransaction', (transaction) => {
    transaction._needFormattingCleanup = false
  })
  return doc
}

/** Marks transactions that apply blocks, so that they are told from local edits. */
export const remoteOrigin = Symbol('blocks')
