/** A change of a text, front to back: the form of Yjs text events. */
export type TextDelta = readonly { readonly retain?: number; readonly delete?: number; readonly insert?: string | object }[]

/**
 * Where a character is after changes that were made one after the other, and whether one of them deleted it. An insertion right at the
 * position moves it: it stands before the character that is there.
 */
export function mapPosition(position: number, deltas: readonly TextDelta[]): { readonly position: number; readonly deleted: boolean } {
  let deleted = false
  let mapped = position
  for (const delta of deltas) {
    let index = 0
    for (const { retain, delete: removed, insert } of delta) {
      if (index > mapped) break
      if (retain !== undefined) index += retain
      if (insert !== undefined) {
        const length = typeof insert === 'string' ? insert.length : 1
        mapped += length
        index += length
      }
      if (removed !== undefined) {
        if (mapped < index + removed) deleted = true
        mapped = Math.max(index, mapped - removed)
      }
    }
  }
  return { position: mapped, deleted }
}
