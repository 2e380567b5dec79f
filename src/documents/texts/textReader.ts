import { asEchoError, EchoError } from '../../shared/echoError.ts'
import type { BlockId, DocumentId, ItemId } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { LiveDocument } from '../liveDocument.ts'
import type { LoadedDocument } from '../loading/loadDocument.ts'
import { plainTextOf } from './plainText.ts'
import type { TextModel } from './textHandle.ts'

/** What a text said when it was read. */
export interface ReadText {
  /** Without formatting, cut off at the length that was asked for. */
  readonly text: string
  /** What {@link TextReader.markOf} gives as long as that is all there is; undefined where it says more or less than the blocks do. */
  readonly mark: string | undefined
}

/** Reads texts without keeping them open. */
export interface TextReader {
  /** Names the blocks that stand of a document, and by that what it says; undefined while there are none, which is an empty text. */
  markOf(item: ItemId): string | undefined
  isOpen(item: ItemId): boolean
  /** Reads a text that is open; undefined where it is not. */
  readOpen(item: ItemId, model: TextModel, maxLength: number): ReadText | undefined
  /** Reads a text, open or not. @returns data-corrupt where it cannot be read here; an error of storage; space-closed */
  read(item: ItemId, model: TextModel, maxLength: number): Promise<Result<ReadText, EchoError>>
  /** Calls `listener` when a document may say something else; undefined: any may. */
  onChange(listener: TextListener): () => void
}

/** @param isClosing whether the document is about to be closed, and can be read at once for the last time */
export type TextListener = (item: ItemId | undefined, isClosing: boolean) => void

/** How often a text is built anew because blocks came meanwhile. */
const maxTries = 3

export function createTextReader(options: {
  readonly graph: BlockGraph
  readonly live: ReadonlyMap<DocumentId, LiveDocument>
  readonly isWhole: (id: DocumentId) => boolean
  readonly load: (id: DocumentId) => Promise<Result<LoadedDocument, EchoError>>
  readonly unstored: (id: BlockId) => Uint8Array | undefined
  readonly isDisposed: () => boolean
}): TextReader & { note: TextListener } {
  const { graph, live, isWhole } = options
  const listeners = new Set<TextListener>()

  /** Of each branch its newest block, since the ones before it are those that it follows. */
  function markOf(item: ItemId): string | undefined {
    const newest = new Map<number, BlockId>()
    const nodes = graph.blocksOf(item as string as DocumentId)
    for (const { branch, id } of nodes) newest.set(branch, id)
    return nodes.length === 0 ? undefined : [nodes.length, ...[...newest.values()].sort()].join(' ')
  }

  function readOpen(item: ItemId, model: TextModel, maxLength: number): ReadText | undefined {
    const id = item as string as DocumentId
    const document = live.get(id)
    return document && { text: plainTextOf(document.doc, model, maxLength), mark: isWhole(id) ? markOf(item) : undefined }
  }

  async function load(id: DocumentId): Promise<Result<LoadedDocument, EchoError>> {
    try {
      const loaded = await options.load(id)
      return options.isDisposed() ? fail(closedError()) : loaded
    } catch (cause) {
      return fail(options.isDisposed() ? closedError() : asEchoError(cause, 'data-corrupt', 'A text could not be read. See the cause.'))
    }
  }

  return {
    markOf,
    isOpen: (item) => live.has(item as string as DocumentId),
    readOpen,
    async read(item, model, maxLength) {
      for (let tries = 1; ; tries++) {
        const open = readOpen(item, model, maxLength)
        if (open !== undefined) return ok(open)
        const loaded = await load(item as string as DocumentId)
        if (!loaded.ok) return loaded
        const { doc, catchUp } = loaded.value
        try {
          const isCurrent = catchUp(options.unstored)
          if (!isCurrent && tries < maxTries) continue
          return ok({ text: plainTextOf(doc, model, maxLength), mark: isCurrent ? markOf(item) : undefined })
        } finally {
          doc.destroy()
        }
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    note(item, isClosing) {
      for (const listener of listeners) listener(item, isClosing)
    },
  }
}

function closedError(): EchoError {
  return new EchoError('space-closed', 'This space is closed. Open it again before reading a text.')
}
