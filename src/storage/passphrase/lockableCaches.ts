import type { DocumentCache, DocumentCaches } from '../documentCache.ts'

/** Caches that end when their device gets a passphrase: what they hold lies open. */
export interface LockableCaches {
  readonly caches: DocumentCaches
  /** Stops those that this tab has taken; none of them writes any more. */
  stop(): Promise<void>
}

export function createLockableCaches(disk: DocumentCaches, isLocked: () => boolean): LockableCaches {
  const taken = new Set<DocumentCache>()

  function follow(cache: DocumentCache): DocumentCache {
    taken.add(cache)
    return {
      get rows() {
        return cache.rows
      },
      get isFollowing() {
        return !isLocked() && cache.isFollowing
      },
      fill: async (doc) => (isLocked() ? undefined : cache.fill(doc)),
      renew: async (doc) => !isLocked() && cache.renew(doc),
      mark: async (value, stored) => !isLocked() && cache.mark(value, stored),
      followLast: () => cache.followLast(),
      stop: () => cache.stop(),
      release() {
        taken.delete(cache)
        return cache.release()
      },
    }
  }

  return {
    caches: {
      worthFromBlocks: disk.worthFromBlocks,
      async take(space, document) {
        const cache = isLocked() ? undefined : await disk.take(space, document)
        if (cache === undefined) return undefined
        if (!isLocked()) return follow(cache)
        await cache.release()
        return undefined
      },
      deleteSpace: (space) => disk.deleteSpace(space),
    },
    async stop() {
      await Promise.all([...taken].map((cache) => cache.stop()))
    },
  }
}
