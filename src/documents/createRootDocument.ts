import type * as Y from 'yjs'
import type { EchoError } from '../shared/echoError.ts'
import { rootMapName } from './createYDoc.ts'
import { reissueOrigin } from './verdicts/reissueEdits.ts'
import type { LiveDocument } from './liveDocument.ts'
import type { HasSeen } from './verdicts/pastLookup.ts'
import type { Author, RootDocument } from './rootDocument.ts'

/** The root document as the database sees it, and the strings by which documents/ moves it. */
export interface RootDocumentControl {
  readonly root: RootDocument
  /** Tells what the splice that just ended changed. */
  flushRemote(): void
  /** Puts a rebuilt document in the place of the former one. */
  replace(live: LiveDocument): void
}

export function createRootDocument(
  first: LiveDocument,
  options: {
    /** Why writing is not allowed now, or undefined. */
    readonly obstacle: () => EchoError | undefined
    readonly authorOf: (client: number, clock: number) => Author | undefined
    readonly hasSeen: HasSeen
    readonly onListenerFault: (error: unknown) => void
  },
): RootDocumentControl {
  let live = first
  let changed = new Set<string>()
  const remoteListeners = new Set<(keys: ReadonlySet<string>) => void>()
  const replacedListeners = new Set<() => void>()
  watch()

  function map(): Y.Map<unknown> {
    return live.doc.getMap(rootMapName)
  }

  function watch(): void {
    map().observe((event, transaction) => {
      if (!transaction.local || transaction.origin === reissueOrigin) for (const key of event.keysChanged) changed.add(key as string)
    })
  }

  function assertWritable(): void {
    const obstacle = options.obstacle()
    if (obstacle !== undefined) throw obstacle
  }

  /** One listener's fault must not keep the next from hearing. */
  function tell<A extends unknown[]>(listeners: ReadonlySet<(...args: A) => void>, ...args: A): void {
    for (const listener of [...listeners]) {
      try {
        listener(...args)
      } catch (error) {
        options.onListenerFault(error)
      }
    }
  }

  return {
    root: {
      get map() {
        return map()
      },
      write(change) {
        assertWritable()
        live.doc.transact(() => change(map()))
      },
      assertWritable,
      onRemoteChange(listener) {
        remoteListeners.add(listener)
        return () => remoteListeners.delete(listener)
      },
      onReplaced(listener) {
        replacedListeners.add(listener)
        return () => replacedListeners.delete(listener)
      },
      authorOf: options.authorOf,
      hasSeen: options.hasSeen,
    },
    flushRemote() {
      if (changed.size === 0) return
      const keys = changed
      changed = new Set()
      tell(remoteListeners, keys)
    },
    replace(next) {
      live = next
      changed = new Set()
      watch()
      tell(replacedListeners)
    },
  }
}
