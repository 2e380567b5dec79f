import type * as Y from 'yjs'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { DocumentCache } from '../../storage/documentCache.ts'

/** Keeps the cache of one open document up to date, in the background. */
export interface CacheKeeper {
  /** Blocks were applied to the document or cut from it: the mark is renewed in a while. */
  touch(): void
  /** Another document stands in the place of the former one. */
  replace(doc: Y.Doc, cache: DocumentCache | undefined): void
  /** Marks what is there, then gives the cache back. Call it before the document is destroyed. */
  close(): Promise<void>
}

export interface CacheKeeperOptions {
  readonly clock: Clock
  readonly doc: Y.Doc
  /** What the document was filled from, or may be kept in. */
  readonly cache: DocumentCache | undefined
  /** Takes the cache, where there is none yet and the document is worth one by now. */
  readonly take: () => Promise<DocumentCache | undefined>
  /** The encoded mark; undefined while the document is not just what its applied blocks make. */
  readonly mark: () => Uint8Array | undefined
  /** Resolves when the blocks applied so far are stored, rejects where they cannot be. */
  readonly stored: () => Promise<unknown>
}

const markEveryMs = 3_000
/** A cache that fails on a full disk will fail again. */
const retryEveryMs = 60_000
/** So many rows load noticeably slower than one. */
const rowsAfterLoad = 50
const rowsWhileOpen = 500

export function createCacheKeeper(options: CacheKeeperOptions): CacheKeeper {
  const { clock } = options
  let { doc, cache } = options
  let maxRows = rowsAfterLoad
  let timer: Timer | undefined
  let isDue = true
  let isClosed = false
  let saving: Promise<boolean> | undefined
  cache?.followLast()
  schedule(markEveryMs)

  function schedule(delayMs: number): void {
    timer ??= clock.after(delayMs, () => void run())
  }

  function touch(): void {
    isDue = true
    if (!isClosed && saving === undefined) schedule(markEveryMs)
  }

  async function run(): Promise<void> {
    timer = undefined
    saving = save()
    const isSaved = await saving
    saving = undefined
    if (isDue && !isClosed) schedule(isSaved ? markEveryMs : retryEveryMs)
  }

  async function save(): Promise<boolean> {
    cache ??= await options.take()
    if (cache === undefined) {
      isDue = false
      return false
    }
    if (isClosed) return false
    if (!cache.isFollowing || cache.rows > maxRows) {
      if (!(await cache.renew(doc))) return false
      maxRows = rowsWhileOpen
    }
    const value = isClosed ? undefined : options.mark()
    // Something is not cut or not applied yet.
    if (value === undefined) return true
    isDue = false
    const isMarked = await cache.mark(value, options.stored)
    isDue ||= !isMarked
    return isMarked
  }

  return {
    touch,
    replace(next, given) {
      doc = next
      void cache?.stop()
      cache ??= given
      touch()
    },
    async close() {
      isClosed = true
      clock.clear(timer)
      const value = isDue && saving === undefined && cache?.isFollowing ? options.mark() : undefined
      const marking = value && cache?.mark(value, options.stored)
      await saving
      await marking
      await cache?.release()
    },
  }
}
