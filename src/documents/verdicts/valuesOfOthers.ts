import * as Y from 'yjs'

/** What a key of a map has to say once a step is taken back. */
export interface ValueOfOthers {
  readonly map: Y.Map<unknown>
  readonly key: string
  readonly value: unknown
}

type Step = Pick<Y.UndoManager['undoStack'][number], 'insertions' | 'deletions'>

/**
 * What others wrote to the keys of maps that a step wrote, where Yjs would lose it when the step is taken back: what has taken the step's place, also if
 * it was brought back by an undo; and what was written at the same time and lost against the step, for without the step the key would say that. Types
 * inside maps are not among it: what lost of those is deleted with all that was in it.
 * @param step as it was first made, also where it was taken back and done again since
 * @param seen how far the structs of each client were known when the step was made
 */
export function findValuesOfOthers(transaction: Y.Transaction, step: Step, seen: ReadonlyMap<number, number>): readonly ValueOfOthers[] {
  const { clientID, store } = transaction.doc
  const found: ValueOfOthers[] = []
  const written = new Set<Y.Item>()
  Y.iterateDeletedStructs(transaction, step.insertions, (struct) => {
    if (!(struct instanceof Y.Item) || struct.parentSub === null || !(struct.parent instanceof Y.Map)) return
    // What was brought back since is another struct.
    let present: Y.Item = struct
    while (present.redone !== null) present = Y.getItem(store, present.redone)
    written.add(present)
  })
  for (const struct of written) collect(struct, struct.parent as Y.Map<unknown>, struct.parentSub!)
  return found

  function collect(struct: Y.Item, map: Y.Map<unknown>, key: string): void {
    const note = ({ content }: Y.Item): void => {
      if (!(content instanceof Y.ContentType)) found.push({ map, key, value: content.getContent().at(-1) })
    }
    const winner = map._map.get(key)!
    if (winner.deleted) return
    if (!written.has(winner)) return note(winner)
    if (winner !== struct) return
    for (let left = struct.left; left !== null; left = left.left) {
      if (Y.isDeleted(step.insertions, left.lastId)) continue
      if (Y.isDeleted(step.deletions, left.lastId)) return
      const { client, clock } = left.lastId
      if (client === clientID || clock < (seen.get(client) ?? 0)) continue
      return note(left)
    }
  }
}

/** Gives keys those values, once the step is taken back. */
export function bringBackValues(values: readonly ValueOfOthers[]): void {
  for (const { map, key, value } of values) if (map.get(key) !== value) map.set(key, value)
}
