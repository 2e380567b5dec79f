import { deleteDB } from 'idb'
import { rootDocumentId, type DocumentId, type SpaceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { cacheRowPrefix, type DocumentCache, type DocumentCaches } from '../documentCache.ts'
import { followDocument, type Following } from './followDocument.ts'
import { nothingCovered, readChecked } from './indexedDbCacheRows.ts'
import type { Lock, Locks } from '../locks.ts'
import type { Storage } from '../storage.ts'

export interface IndexedDbCachesOptions {
  /** What the names of the caches' databases begin with. */
  readonly name: string
  readonly locks: Locks
  readonly clock: Clock
  /** Where the caches are listed: `document-cache/<space>/<document>` in the keys table. */
  readonly storage: Pick<Storage, 'readKey' | 'listKeys' | 'write'>
}

/** What the list says of a cache. */
interface Listed {
  /** Part of the database's name, so that a new generation never touches the rows of one in use. */
  readonly generation: number
  /** Milliseconds since the Unix epoch. */
  readonly usedAt: number
}

/** Texts that keep a cache, those used last: each is a database of its own. */
const maxTexts = 50

/** {@link DocumentCaches} on y-indexeddb, with one database for each document and generation. */
export function createIndexedDbCaches({ name, locks, clock, storage }: IndexedDbCachesOptions): DocumentCaches {
  const databaseOf = (space: string, document: string, generation: number): string => `${name}/cache/${space}/${document}/${generation}`

  async function list(prefix: string): Promise<(Listed & { readonly space: string; readonly document: string; readonly key: string })[]> {
    const rows = await storage.listKeys(prefix)
    return rows.flatMap(({ key, value }) => {
      const [, space, document] = key.split('/')
      const listed = readListed(value)
      return space === undefined || document === undefined || listed === undefined ? [] : [{ ...listed, space, document, key }]
    })
  }

  async function deleteAll(caches: Awaited<ReturnType<typeof list>>): Promise<void> {
    for (const { space, document, generation, key } of caches) {
      // The one after it may be there unmarked.
      await Promise.all([0, 1].map((more) => deleteDB(databaseOf(space, document, generation + more))))
      await storage.write({ deleteKeys: [key] }, 'relaxed')
    }
  }

  async function dropOldTexts(): Promise<void> {
    const texts = (await list(cacheRowPrefix)).filter(({ document }) => document !== rootDocumentId)
    for (const text of texts.sort((a, b) => b.usedAt - a.usedAt).slice(maxTexts)) {
      const lock = await locks.acquire(lockOf(text.space, text.document), 'no')
      if (lock !== undefined) await deleteAll([text]).finally(() => lock.release())
    }
  }

  async function open(space: SpaceId, document: DocumentId, lock: Lock): Promise<DocumentCache> {
    const key = `${cacheRowPrefix}${space}/${document}`
    const listed = readListed(await storage.readKey(key))
    let generation = listed?.generation ?? -1
    let listedGeneration = generation
    let following: Following | undefined
    if (listed !== undefined) await record()

    async function record(): Promise<void> {
      const value: Listed = { generation, usedAt: clock.now() }
      await storage.write({ putKeys: [{ key, value }] }, 'relaxed')
      listedGeneration = generation
    }

    async function stop(): Promise<void> {
      const former = following
      following = undefined
      await former?.stop()
    }

    return {
      get rows() {
        return following?.covered.rows ?? 0
      },
      get isFollowing() {
        return following?.isGood ?? false
      },
      async fill(doc) {
        await stop()
        if (generation < 0) return undefined
        return orUndefined(async () => {
          const checked = await readChecked(databaseOf(space, document, generation))
          if (checked === undefined) return undefined
          following = await followDocument(databaseOf(space, document, generation), doc, clock, checked.mark, checked.rows)
          return following && checked.mark.value
        })
      },
      async renew(doc) {
        const next = generation + 1
        const fresh = await orUndefined(async () => {
          const database = databaseOf(space, document, next)
          await deleteDB(database)
          // Opened once before, because a database that does not open would leave y-indexeddb with an unhandled rejection.
          await readChecked(database)
          return followDocument(database, doc, clock, nothingCovered, [])
        })
        if (fresh === undefined) return false
        await stop()
        following = fresh
        generation = next
        return true
      },
      async mark(value, stored) {
        const marking = following
        if (marking === undefined || !(await marking.mark(value, stored))) return false
        if (following !== marking || listedGeneration === generation) return true
        const former = listedGeneration
        const isListed = await orUndefined(async () => {
          await record()
          return true
        })
        if (isListed === undefined) return false
        for (let old = Math.max(0, former); old < generation; old++) void orUndefined(() => deleteDB(databaseOf(space, document, old)))
        if (former < 0 && document !== rootDocumentId) void orUndefined(dropOldTexts)
        return true
      },
      followLast: () => following?.followLast(),
      stop,
      async release() {
        await stop()
        lock.release()
      },
    }
  }

  return {
    worthFromBlocks: 64,
    async take(space, document) {
      const lock = await orUndefined(() => locks.acquire(lockOf(space, document), 'no'))
      if (lock === undefined) return undefined
      const cache = await orUndefined(() => open(space, document, lock))
      if (cache === undefined) lock.release()
      return cache
    },
    async deleteSpace(space) {
      await orUndefined(async () => deleteAll(await list(`${cacheRowPrefix}${space}/`)))
      // One whose first mark was never stored is in no list; not every browser tells of it.
      await orUndefined(async () => {
        for (const { name: found } of await indexedDB.databases())
          if (found?.startsWith(`${name}/cache/${space}/`) === true) await deleteDB(found)
      })
    },
  }
}

function lockOf(space: string, document: string): string {
  return `cache/${space}/${document}`
}

function readListed(value: unknown): Listed | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { generation, usedAt } = value as Partial<Listed>
  const isGood = Number.isSafeInteger(generation) && generation! >= 0 && Number.isFinite(usedAt)
  return isGood ? { generation: generation!, usedAt: usedAt! } : undefined
}

/** A cache that cannot be had is none; what is wrong with the disk shows in the state of storage. */
async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
