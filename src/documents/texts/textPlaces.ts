import * as Y from 'yjs'

/** A place between two characters that stays there whatever is written around it, as JSON. */
export type TextPlace = unknown

/** @param index UTF-16 units from the start */
export function placeAt(yText: Y.Text, index: number): TextPlace {
  return Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(yText, index))
}

/**
 * Where a place is now, in UTF-16 units from the start; undefined where it is in another text, or beside a character that has not come yet. Never throws,
 * whatever a peer sent.
 */
export function indexOfPlace(yText: Y.Text, place: TextPlace): number | undefined {
  if (typeof place !== 'object' || place === null || yText.doc === null) return undefined
  const { type, tname, item, assoc } = place as Readonly<Record<string, unknown>>
  const [typeId, itemId] = [idOf(type), idOf(item)]
  if (typeId === false || itemId === false || !(tname == null || typeof tname === 'string')) return undefined
  if (!(assoc == null || typeof assoc === 'number')) return undefined
  if (tname != null && (yText.doc.share.get(tname) as unknown) !== yText) return undefined
  if (typeId !== undefined || (itemId === undefined && tname == null)) return undefined
  const position = new Y.RelativePosition(null, tname ?? null, itemId ?? null, assoc ?? 0)
  const found = Y.createAbsolutePositionFromRelativePosition(position, yText.doc)
  return found?.type === yText ? found.index : undefined
}

/** False for what is no id; undefined for none. */
function idOf(value: unknown): Y.ID | undefined | false {
  if (value == null) return undefined
  if (typeof value !== 'object') return false
  const { client, clock } = value as Readonly<Record<string, unknown>>
  if (!Number.isSafeInteger(client) || !Number.isSafeInteger(clock) || (client as number) < 0 || (clock as number) < 0) return false
  return Y.createID(client as number, clock as number)
}
