import * as Y from 'yjs'
import type { Clock } from '../../shared/ports.ts'
import type { ItemId } from '../../shared/ids.ts'
import { bringBackValues, findValuesOfOthers, type ValueOfOthers } from '../verdicts/valuesOfOthers.ts'
import { reissueOrigin } from '../verdicts/reissueEdits.ts'

/** Something that was typed into a text here at once, and can be taken back. */
export interface TextStep {
  readonly item: ItemId
  /** @returns whether that changed anything; nothing does once the document was replaced */
  undo(): boolean
  redo(): boolean
  /** Keeps the text open until the returned function is called. */
  retain(): () => void
}

/** Where the steps of all texts of a space go. */
export interface TextSteps {
  /** Takes a new step. @returns tells whether it is still the newest of all, and may grow */
  take(step: TextStep): () => boolean
  /** The steps of this text are of no use any more. */
  forget(item: ItemId): void
}

/** Marks a transaction that is a step of its own, whatever was done just before it. */
export const wholeStepOrigin = Symbol('a whole step')

/** What is typed without a longer pause, at one place, is one step. */
const pauseMs = 1000

/** Every origin: which edits are followed is decided by transaction. */
class AllOrigins extends Set<unknown> {
  override has(): boolean {
    return true
  }
}

/**
 * Makes steps of what is edited here in one text. What others do is in none, and stays when one is taken back.
 * @param retain keeps the text open until the returned function is called
 * @returns the function that ends it
 */
export function followTextHistory(options: {
  readonly item: ItemId
  /** The parts of its document that are followed. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as Yjs itself names any of its types
  readonly types: readonly Y.AbstractType<any>[]
  readonly clock: Clock
  readonly steps: TextSteps
  readonly retain: () => () => void
}): () => void {
  const { item, types, clock, steps, retain } = options
  const doc = types[0]!.doc!
  let editedAt = 0
  let isNewest = (): boolean => false
  let isOver = false
  /** What was known when the last transaction began. */
  let seen: ReadonlyMap<number, number> = new Map()
  const manager = new Y.UndoManager([...types], {
    trackedOrigins: new AllOrigins(),
    captureTimeout: 0,
    deleteFilter: (struct) => !isFilledNode(struct),
    captureTransaction(transaction) {
      if (!transaction.local || transaction.origin === reissueOrigin) return false
      seen = transaction.beforeState
      const isLate = clock.now() - editedAt > pauseMs
      editedAt = clock.now()
      const last = manager.undoStack.at(-1)
      const isPart = !isLate && transaction.origin !== wholeStepOrigin
      const continues = isPart && last !== undefined && isNewest() && continuesEdit(transaction, last)
      manager.captureTimeout = continues ? Infinity : 0
      return true
    },
  })
  manager.on('stack-item-added', ({ stackItem, type }) => {
    // Those of an undo and of a redo are taken over where they are made.
    if (manager.undoing || manager.redoing || type !== 'undo') return
    manager.undoStack = [stackItem]
    isNewest = steps.take(createStep(stackItem))
  })

  /**
   * The manager is given one step at a time: it would skip steps of which nothing is left and take back the next.
   */
  function createStep(first: StackItem): TextStep {
    let stackItem: StackItem | null | undefined = first
    const seenBefore = seen
    return {
      item,
      retain,
      undo() {
        if (isOver || !stackItem) return false
        ;[manager.undoStack, manager.redoStack] = [[stackItem], []]
        const changed = replay('undo', stackItem, (transaction) => findValuesOfOthers(transaction, first, seenBefore))
        stackItem = manager.redoStack.pop()
        return changed
      },
      redo() {
        if (isOver || !stackItem) return false
        ;[manager.undoStack, manager.redoStack] = [[], [stackItem]]
        const changed = replay('redo', stackItem, () => [])
        stackItem = manager.undoStack.pop()
        return changed
      },
    }
  }

  /** @returns whether that changed anything */
  function replay(
    direction: 'undo' | 'redo',
    { insertions }: StackItem,
    find: (transaction: Y.Transaction) => readonly ValueOfOthers[],
  ): boolean {
    const flag = direction === 'undo' ? 'undoing' : 'redoing'
    try {
      return doc.transact((transaction) => {
        partCopies(transaction, insertions)
        const ofOthers = find(transaction)
        const changed = manager[direction]() !== null
        bringBackValues(ofOthers)
        // The transaction ends only now, and the manager has to take it for its own.
        manager[flag] = true
        return changed
      }, manager)
    } finally {
      manager[flag] = false
    }
  }

  return () => {
    isOver = true
    manager.destroy()
  }
}

type StackItem = Y.UndoManager['undoStack'][number]

/**
 * Parts what was inserted, deleted and brought back into single characters, and their copies from those of others: Yjs follows a run of them by its first
 * only, and would leave those that were deleted and brought back again apart from it, or take others along.
 */
function partCopies(transaction: Y.Transaction, inserted: StackItem['insertions']): void {
  const { store } = transaction.doc
  const part = (id: Y.ID): Y.Item => {
    Y.getItemCleanEnd(transaction, store, id)
    return Y.getItemCleanStart(transaction, id)
  }
  for (const [client, ranges] of inserted.clients) {
    for (const { clock, len } of ranges) {
      for (let at = clock; at < clock + len; at++) {
        let item = Y.getItem(store, Y.createID(client, at)) as Y.Item | Y.GC
        if (!(item instanceof Y.Item) || item.redone === null) {
          at = item.id.clock + item.length - 1
          continue
        }
        item = part(Y.createID(client, at))
        while (item.redone !== null) item = part(item.redone)
      }
    }
  }
}

/**
 * Whether it is a node of a rich text in which something is: one's own was taken out of it before, so that is somebody else's, and would go with it.
 */
function isFilledNode({ content }: Y.Item): boolean {
  if (!(content instanceof Y.ContentType)) return false
  const { type } = content
  return (type instanceof Y.XmlElement || type instanceof Y.XmlText) && type.length > 0
}

/** Whether an edit only inserts where the last one inserted, or only deletes beside what the last one deleted. */
function continuesEdit(transaction: Y.Transaction, last: StackItem): boolean {
  const { doc, beforeState, afterState, deleteSet } = transaction
  const from = beforeState.get(doc.clientID) ?? 0
  const inserts = (afterState.get(doc.clientID) ?? 0) > from
  if (inserts) {
    const structs = doc.store.clients.get(doc.clientID)!
    const first = structs[Y.findIndexSS(structs, from)]!
    return deleteSet.clients.size === 0 && first instanceof Y.Item && first.origin !== null && Y.isDeleted(last.insertions, first.origin)
  }
  if (last.insertions.clients.size > 0) return false
  let isBeside = false
  Y.iterateDeletedStructs(transaction, deleteSet, (struct) => {
    if (!(struct instanceof Y.Item)) return
    const neighbours = [struct.left?.lastId, struct.right?.id]
    isBeside ||= neighbours.some((id) => id !== undefined && Y.isDeleted(last.deletions, id))
  })
  return isBeside
}
