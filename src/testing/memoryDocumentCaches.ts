import * as Y from 'yjs'
import type { DocumentCache, DocumentCaches } from '../storage/documentCache.ts'
import type { Locks } from '../storage/locks.ts'

/** The caches of one device in memory, shared by its tabs and kept over its restarts, with switches for what a disk can do to them. */
export interface MemoryCacheDisk {
  /** By `<space>/<document>`. */
  readonly caches: Map<string, MarkedCache>
  /** Whether writes fail from now on; a tab that meets it has a bad cache. */
  failing: boolean
}

/** What a restart finds. */
export interface MarkedCache {
  readonly rows: Uint8Array[]
  /** How many rows the mark covers. */
  covered: number
  value: Uint8Array
}

export function createMemoryCacheDisk(): MemoryCacheDisk {
  return { caches: new Map(), failing: false }
}

/**
 * {@link DocumentCaches} in memory, for tests and simulations; they take no time beyond a turn of promises, and every document is worth one.
 * @example
 * const cached = createMemoryCacheDisk()
 * const storage = createMemoryStorage({ disk, documentCaches: (locks) => createMemoryDocumentCaches(cached, locks) })
 */
export function createMemoryDocumentCaches(disk: MemoryCacheDisk, locks: Locks): DocumentCaches {
  return {
    worthFromBlocks: 1,
    async take(space, document) {
      const name = `${space}/${document}`
      const lock = await locks.acquire(`cache/${name}`, 'no')
      return lock && createMemoryCache(disk, name, () => lock.release())
    },
    async deleteSpace(space) {
      for (const name of disk.caches.keys()) if (name.startsWith(`${space}/`)) disk.caches.delete(name)
    },
  }
}

function createMemoryCache(disk: MemoryCacheDisk, name: string, letGo: () => void): DocumentCache {
  let rows: Uint8Array[] = []
  let doc: Y.Doc | undefined
  let origin = {}

  function onUpdate(update: Uint8Array, from: unknown): void {
    if (from === origin) return
    if (disk.failing) return unfollow()
    rows.push(update)
  }

  function unfollow(): void {
    doc?.off('update', onUpdate)
    doc = undefined
  }

  function follow(next: Y.Doc): void {
    unfollow()
    doc = next
    next.on('update', onUpdate)
  }

  return {
    get rows() {
      return rows.length
    },
    get isFollowing() {
      return doc !== undefined
    },
    async fill(empty) {
      const marked = disk.caches.get(name)
      if (marked === undefined) return undefined
      rows = marked.rows
      rows.length = marked.covered
      origin = {}
      try {
        Y.transact(empty, () => rows.forEach((row) => Y.applyUpdate(empty, row)), origin, false)
      } catch {
        // The real one never comes to an end then.
        return undefined
      }
      follow(empty)
      return marked.value
    },
    async renew(next) {
      if (disk.failing) return false
      unfollow()
      rows = [Y.encodeStateAsUpdate(next)]
      follow(next)
      return true
    },
    async mark(value, stored) {
      const [marking, covered] = [rows, rows.length]
      const isStored = await stored().then(
        () => true,
        () => false,
      )
      if (!isStored || doc === undefined || marking !== rows || disk.failing) return false
      disk.caches.set(name, { rows, covered, value })
      return true
    },
    followLast() {
      if (doc !== undefined) follow(doc)
    },
    async stop() {
      unfollow()
    },
    async release() {
      unfollow()
      letGo()
    },
  }
}
