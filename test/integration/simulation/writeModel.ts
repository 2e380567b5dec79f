/** What was written in a history, and what may be read after it: causality told apart exactly, crashes taken into account. */

/** Who had seen how much: for each writer, how many of its writes. */
export type Seen = Readonly<Record<string, number>>

interface Write {
  readonly writer: string
  /** From 1, without gaps. */
  readonly index: number
  readonly seen: Seen
  readonly key: string
  readonly value: unknown
}

/** Writes of items, by key; last writer wins. */
export interface WriteModel {
  /** The index that the writer's next batch gets. */
  nextIndex(writer: string): number
  /** Notes the writes of one batch. */
  note(writer: string, index: number, seen: Seen, writes: Readonly<Record<string, unknown>>): void
  /** A crash took the writes after `index`. */
  forgetAfter(writer: string, index: number): void
  /** The values that may stand at a key: those of the writes that no other write of the key had seen. */
  candidates(key: string): readonly unknown[]
  keys(): readonly string[]
}

export function createWriteModel(): WriteModel {
  let writes: Write[] = []
  const indices = new Map<string, number>()

  return {
    nextIndex: (writer) => (indices.get(writer) ?? 0) + 1,
    note(writer, index, seen, values) {
      indices.set(writer, index)
      for (const [key, value] of Object.entries(values)) writes.push({ writer, index, seen: { ...seen, [writer]: index }, key, value })
    },
    forgetAfter(writer, index) {
      writes = writes.filter((write) => write.writer !== writer || write.index <= index)
      indices.set(writer, index)
    },
    candidates(key) {
      const own = writes.filter((write) => write.key === key)
      return own.filter((write) => !own.some((later) => sees(later, write))).map((write) => write.value)
    },
    keys: () => [...new Set(writes.map((write) => write.key))],
  }
}

function sees(later: Write, earlier: Write): boolean {
  if (later.writer === earlier.writer) return later.index > earlier.index
  return (later.seen[earlier.writer] ?? 0) >= earlier.index
}

interface TextEdit {
  readonly writer: string
  readonly inserted: readonly string[]
  readonly deleted: readonly string[]
  state: 'unsaved' | 'saved' | 'doubtful'
}

/** Texts whose every character is unique, so that it is known for each whether it must be there. */
export interface TextModel {
  note(text: string, writer: string, inserted: readonly string[], deleted: readonly string[]): void
  /** Everything of a writer is on disk. */
  saved(writer: string): void
  /** A crash: what was not on disk may be gone or not. */
  crashed(writer: string): void
  /** What is wrong with the characters of a text, or undefined. */
  fault(text: string, characters: readonly string[]): string | undefined
}

export function createTextModel(): TextModel {
  const editsByText = new Map<string, TextEdit[]>()

  function mark(writer: string, state: 'saved' | 'doubtful'): void {
    for (const edits of editsByText.values())
      for (const edit of edits) if (edit.writer === writer && edit.state === 'unsaved') edit.state = state
  }

  return {
    note(text, writer, inserted, deleted) {
      const edits = editsByText.get(text) ?? []
      editsByText.set(text, edits)
      edits.push({ writer, inserted, deleted, state: 'unsaved' })
    },
    saved: (writer) => mark(writer, 'saved'),
    crashed: (writer) => mark(writer, 'doubtful'),
    fault(text, characters) {
      const present = new Set(characters)
      if (present.size !== characters.length) return 'a character stands twice'
      const edits = editsByText.get(text) ?? []
      const certain = edits.filter((edit) => edit.state !== 'doubtful')
      const deletedByAnyone = new Set(edits.flatMap((edit) => edit.deleted))
      const deletedForSure = new Set(certain.flatMap((edit) => edit.deleted))
      const lost = certain.flatMap((edit) => edit.inserted).find((character) => !deletedByAnyone.has(character) && !present.has(character))
      if (lost !== undefined) return `an insertion is lost (U+${lost.codePointAt(0)!.toString(16)})`
      const possible = new Set(edits.flatMap((edit) => edit.inserted).filter((character) => !deletedForSure.has(character)))
      const ghost = characters.find((character) => !possible.has(character))
      return ghost === undefined ? undefined : `a deleted or unknown character stands (U+${ghost.codePointAt(0)!.toString(16)})`
    },
  }
}
