import type * as Y from 'yjs'
import type { ItemId } from '../shared/ids.ts'
import { createWritable, type Readable, type Writable } from '../shared/readable.ts'
import { textName } from './createYDoc.ts'
import type { LiveDocument } from './liveDocument.ts'
import type { TextGeneration, TextHandle } from './textHandle.ts'

/** The clientID of documents that were replaced: what is written there goes nowhere but through {@link carryOver}. */
const replacedClient = 0

/** One open text document, shared by everyone who opened it here. */
export interface OpenText {
  /** The handle for one more user; the document closes when all are released. */
  handle(): TextHandle
  /** How many handles are not released. */
  users(): number
  /** A handle that holds nothing open. */
  readonly peek: TextHandle
  /** Puts a rebuilt document in the place of the former one. */
  replace(live: LiveDocument): void
  destroy(): void
}

/** @param onUnused called when the last user has released its handle */
export function createOpenText(item: ItemId, first: LiveDocument, onUnused: () => void): OpenText {
  let users = 0
  let stop = () => {}
  const current: Writable<TextGeneration> = createWritable({ generation: 1, yText: first.doc.getText(textName) })
  const changes = createWritable(0)
  let known: string | undefined
  // Put together when it is asked for: a key in a long text must not cost the text's length.
  const content: Readable<string> = {
    get: () => (known ??= current.get().yText.toString()),
    subscribe: changes.subscribe,
  }
  watch()

  function watch(): void {
    const { yText } = current.get()
    const update = (): void => {
      known = undefined
      changes.set(changes.get() + 1)
    }
    yText.observe(update)
    stop = () => yText.unobserve(update)
    update()
  }

  function createHandle(release: () => void): TextHandle {
    return { item, current: current as Readable<TextGeneration>, content, release }
  }

  return {
    handle() {
      users++
      let released = false
      return createHandle(() => {
        if (released) return
        released = true
        users--
        if (users === 0) onUnused()
      })
    },
    users: () => users,
    peek: createHandle(() => {}),
    replace(live) {
      stop()
      const former = current.get()
      current.set({ generation: former.generation + 1, yText: live.doc.getText(textName) })
      carryOver(former.yText, () => current.get().yText)
      watch()
    },
    destroy: () => stop(),
  }
}

/** Types what an editor still types into the former text into the new one, at the same place: it may rebind a moment late. */
function carryOver(former: Y.Text, present: () => Y.Text): void {
  // Under the slot's own id, two documents would give one clock two contents.
  former.doc!.clientID = replacedClient
  former.observe((event, transaction) => {
    if (!transaction.local) return
    const text = present()
    text.doc!.transact(() => text.applyDelta(withinLength(event.delta, text.length)))
  })
}

/** A delta whose positions do not pass the end of a text of `length`. */
function withinLength(delta: Y.YTextEvent['delta'], length: number): Y.YTextEvent['delta'] {
  let left = length
  return delta.map((step) => {
    if (step.retain !== undefined) {
      const retain = Math.min(step.retain, left)
      left -= retain
      return { ...step, retain }
    }
    if (step.delete !== undefined) {
      const deleted = Math.min(step.delete, left)
      left -= deleted
      return { ...step, delete: deleted }
    }
    return step
  })
}
