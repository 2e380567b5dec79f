import type { Life } from './lives.ts'

/** What was written in a history, and what may be read after it: causality told apart exactly, losses taken into account. */

/** Who had seen how much: for each life, by name, how many of its batches. */
export type Seen = Readonly<Record<string, number>>

interface Write {
  readonly life: Life
  /** Number of the batch, from 1, without gaps. */
  readonly batch: number
  readonly seen: Seen
  readonly key: string
  readonly value: unknown
}

/** Writes of items, by key; last writer wins. */
export interface WriteModel {
  /** Notes the writes of one batch. */
  note(life: Life, batch: number, seen: Seen, writes: Readonly<Record<string, unknown>>): void
  /** A loss took the life's batches after this one. */
  forgetAfter(life: Life, batch: number): void
  /** The values that may stand at a key: those of the writes that no other write of the key had seen. */
  candidates(key: string): readonly unknown[]
  /** All values that anyone wrote at a key. */
  values(key: string): readonly unknown[]
  keys(): readonly string[]
  /** The keys that were written for sure, whatever was lost. */
  certainKeys(): readonly string[]
}

export function createWriteModel(): WriteModel {
  const writesByKey = new Map<string, Write[]>()

  return {
    note(life, batch, seen, values) {
      for (const [key, value] of Object.entries(values)) {
        const writes = writesByKey.get(key) ?? []
        writesByKey.set(key, writes)
        writes.push({ life, batch, seen: { ...seen, [life.name]: batch }, key, value })
      }
    },
    forgetAfter(life, batch) {
      for (const [key, writes] of writesByKey) {
        const kept = writes.filter((write) => write.life !== life || write.batch <= batch)
        if (kept.length === 0) writesByKey.delete(key)
        else writesByKey.set(key, kept)
      }
    },
    candidates(key) {
      const own = writesByKey.get(key) ?? []
      return own.filter((write) => !own.some((later) => sees(later, write))).map((write) => write.value)
    },
    values: (key) => (writesByKey.get(key) ?? []).map((write) => write.value),
    keys: () => [...writesByKey.keys()],
    certainKeys: () => [...writesByKey].filter(([, writes]) => writes.some(isCertainWrite)).map(([key]) => key),
  }
}

function isCertainWrite({ life, batch }: Write): boolean {
  return !life.isOver || batch <= life.certain.batches
}

function sees(later: Write, earlier: Write): boolean {
  if (later.life === earlier.life) return later.batch > earlier.batch
  return (later.seen[earlier.life.name] ?? 0) >= earlier.batch
}

interface TextEdit {
  readonly life: Life
  readonly edit: number
  readonly inserted: readonly string[]
  readonly deleted: readonly string[]
}

/** Texts whose every character is unique, so that it is known for each whether it must be there. */
export interface TextModel {
  note(text: string, life: Life, edit: number, inserted: readonly string[], deleted: readonly string[]): void
  /** An undo brought characters back, as copies: of them nothing is asked any more. */
  revived(text: string, characters: readonly string[]): void
  /** What a life wrote after one edit up to another may be written again beside itself. */
  mayStandTwice(life: Life, after: number, upTo: number): void
  /**
   * What is wrong with the characters of a text, or undefined.
   * @param isForked edits may have been written again: then what was deleted may stand again, but nothing may be lost or stand twice
   */
  fault(text: string, characters: readonly string[], isForked: boolean): string | undefined
}

export function createTextModel(): TextModel {
  const editsByText = new Map<string, TextEdit[]>()
  const revived = new Set<string>()
  const doubtful = new Set<string>()

  function isCertain({ life, edit }: TextEdit): boolean {
    return !life.isOver || edit <= life.certain.edits
  }

  return {
    note(text, life, edit, inserted, deleted) {
      const edits = editsByText.get(text) ?? []
      editsByText.set(text, edits)
      edits.push({ life, edit, inserted, deleted })
    },
    revived: (_text, characters) => {
      for (const character of characters) revived.add(character)
    },
    mayStandTwice(life, after, upTo) {
      for (const edit of [...editsByText.values()].flat())
        if (edit.life === life && edit.edit > after && edit.edit <= upTo) for (const character of edit.inserted) doubtful.add(character)
    },
    fault(text, characters, isForked) {
      const firm = characters.filter((character) => !revived.has(character))
      const present = new Set(firm)
      const once = firm.filter((character) => !doubtful.has(character))
      if (new Set(once).size !== once.length) return 'a character stands twice'
      const edits = editsByText.get(text) ?? []
      const certain = edits.filter(isCertain)
      const deletedByAnyone = new Set(edits.flatMap((edit) => edit.deleted))
      const deletedForSure = new Set(certain.flatMap((edit) => edit.deleted))
      for (const { inserted, life, edit } of certain) {
        const lost = inserted.find((character) => !deletedByAnyone.has(character) && !present.has(character) && !revived.has(character))
        if (lost !== undefined) return `edit ${edit} of ${life.name} is lost (U+${lost.codePointAt(0)!.toString(16)})`
      }
      const possible = new Set(edits.flatMap((edit) => edit.inserted).filter((character) => isForked || !deletedForSure.has(character)))
      const ghost = firm.find((character) => !possible.has(character))
      return ghost === undefined ? undefined : `a deleted or unknown character stands (U+${ghost.codePointAt(0)!.toString(16)})`
    },
  }
}
