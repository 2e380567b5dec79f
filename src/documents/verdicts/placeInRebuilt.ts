import * as Y from 'yjs'

/** A place in a text of a document. */
interface Place {
  readonly text: Y.Text
  /** UTF-16 units from the start. */
  readonly index: number
}

/**
 * Where a caret of a text belongs when the document was rebuilt: behind the nearest character before it that the new one has too. Where the new one goes on
 * with what stood between the two, as it does with what no block held yet, the caret is behind that. Undefined where nothing before it is left.
 */
export function placeInRebuilt({ text, index }: Place, next: Y.Doc): Place | undefined {
  const character = text.doc === null ? undefined : Y.createRelativePositionFromTypeIndex(text, index, -1).item
  if (!character) return undefined
  const nearest = Y.getItem(text.doc!.store, character)
  let between = 0
  for (let item: Y.Item | null = nearest; item !== null; item = item.left) {
    if (item.deleted || !item.countable) continue
    const length = item === nearest ? character.clock - item.id.clock + 1 : item.length
    // Of what a device wrote, the new document has the beginning.
    const kept = Math.min(length, Y.getState(next.store, item.id.client) - item.id.clock)
    const found = kept > 0 ? placeBehind(Y.createID(item.id.client, item.id.clock + kept - 1), next) : undefined
    if (found === undefined) {
      between += length
      continue
    }
    const since = lettersOf(text).slice(index - between - length + kept, index)
    return lettersOf(found.text).startsWith(since, found.index) ? { ...found, index: found.index + since.length } : found
  }
  return undefined
}

/** {@link placeInRebuilt} as an index of the text that took the former one's place. */
export function indexInRebuilt(former: Y.Text, index: number, next: Y.Text): number {
  const place = next.doc === null ? undefined : placeInRebuilt({ text: former, index }, next.doc)
  return place?.text === next ? place.index : Math.min(index, next.length)
}

function placeBehind(character: Y.ID, doc: Y.Doc): Place | undefined {
  const found = Y.createAbsolutePositionFromRelativePosition(new Y.RelativePosition(null, null, character, -1), doc)
  return found?.type instanceof Y.Text ? { text: found.type, index: found.index } : undefined
}

/** Without the marks that a text in a tree says of itself. */
function lettersOf(text: Y.Text): string {
  return Y.Text.prototype.toString.call(text)
}
