import { deleteDB, openDB } from 'idb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BlockId, DocumentId, SpaceId } from '../../../src/shared/ids.ts'
import { systemClock, type Clock } from '../../../src/shared/ports.ts'
import { openEchoDatabase, schemaVersion, type EchoDatabase } from '../../../src/storage/indexeddb/indexedDbSchema.ts'
import { createIndexedDbStorage } from '../../../src/storage/indexeddb/indexedDbStorage.ts'
import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'
import type { PendingRow, Storage } from '../../../src/storage/storage.ts'

const space = 'space' as SpaceId
const mark = { space, slot: 0, seq: 0, block: 'block' as BlockId }

/** Turns one bit of a stored header or envelope, as a bad disk does. */
export async function damageBlock(name: string, of: SpaceId, block: BlockId, part: 'header' | 'envelope'): Promise<void> {
  const database: EchoDatabase = await openEchoDatabase(name, {})
  if (part === 'header') {
    const row = (await database.getAll('headers')).find((candidate) => candidate.space === of && candidate.block === block)!
    row.header[3]! ^= 1
    await database.put('headers', row)
  } else {
    const row = (await database.getAll('envelopes')).find((candidate) => candidate.space === of && candidate.block === block)!
    row.envelope[3]! ^= 1
    await database.put('envelopes', row)
  }
  database.close()
}

/** The same for a membership operation. */
export async function damageOperation(name: string, of: SpaceId, id: string): Promise<void> {
  const database: EchoDatabase = await openEchoDatabase(name, {})
  for (let cursor = await database.transaction('membership', 'readwrite').store.openCursor(); cursor; cursor = await cursor.continue()) {
    if (cursor.value.space !== of || cursor.value.id !== id) continue
    cursor.value.operation[3]! ^= 1
    await cursor.update(cursor.value)
  }
  database.close()
}

/** What holds for IndexedDB, be it the browser's or one in memory. */
export function describeIndexedDb(): void {
  let name: string
  let tabs: Storage[]
  let count = 0

  function tab(clock?: Clock): Storage {
    const storage = createIndexedDbStorage(name, { locks: createLockManager().locks(), ...(clock && { clock }) })
    tabs.push(storage)
    return storage
  }

  async function openTab(): Promise<Storage> {
    const storage = tab()
    await storage.open()
    return storage
  }

  beforeEach(() => {
    name = `cases-${Date.now()}-${count++}`
    tabs = []
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    for (const storage of tabs) await storage.dispose()
    await deleteDB(name)
  })

  describe('IndexedDB storage', () => {
    it('commits the one transaction of a write in the task that asks for it', async () => {
      const storage = await openTab()
      const commit = vi.spyOn(IDBTransaction.prototype, 'commit')
      const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
      const written = storage.write({ putMarks: [mark], putKeys: [{ key: 'k', value: 1 }] }, 'relaxed')
      expect(commit).toHaveBeenCalledTimes(1)
      expect(transaction).toHaveBeenCalledTimes(1)
      await written
    })

    it('touches only the tables it needs, and asks for the durability it was told', async () => {
      const storage = await openTab()
      const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
      await storage.write({ putMarks: [mark], deletePending: [{ space, key: 'p' }] }, 'strict')
      await storage.write({ putMarks: [mark], putPending: [] }, 'relaxed')
      expect(transaction).toHaveBeenNthCalledWith(1, ['pending', 'marks'], 'readwrite', { durability: 'strict' })
      expect(transaction).toHaveBeenNthCalledWith(2, ['marks'], 'readwrite', { durability: 'relaxed' })
    })

    it('does not say that a write is saved when its requests succeeded and the transaction was aborted afterwards', async () => {
      const storage = await openTab()
      const commit = vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
        const request = this.objectStore('marks').count()
        request.addEventListener('success', () => this.abort())
      })
      await expect(storage.write({ putMarks: [mark] }, 'relaxed')).rejects.toMatchObject({ code: 'storage-unavailable' })
      expect(storage.state.get()).toMatchObject({ status: 'unavailable' })
      commit.mockRestore()
      expect(await storage.readMarks(space)).toEqual([])
      await storage.write({ putMarks: [mark] }, 'relaxed')
      expect(storage.state.get().status).toBe('ready')
    })

    it('stops writing when a newer version of the kit opens the database, which goes ahead', async () => {
      const storage = await openTab()
      const newer = await openDB(name, schemaVersion + 1)
      expect(storage.state.get()).toMatchObject({ status: 'unavailable', error: { code: 'storage-version' } })
      newer.close()
      await expect(storage.write({ putMarks: [mark] }, 'strict')).rejects.toMatchObject({ code: 'storage-version' })
      await expect(storage.readMarks(space)).rejects.toMatchObject({ code: 'storage-version' })
    })

    it('does not open a database that a newer version of the kit made', async () => {
      ;(await openDB(name, schemaVersion + 1)).close()
      const storage = await openTab()
      expect(storage.state.get()).toMatchObject({ status: 'unavailable', error: { code: 'storage-version' } })
      await expect(storage.write({ putMarks: [mark] }, 'strict')).rejects.toMatchObject({ code: 'storage-version' })
    })

    it('leaves a database of an older version as it is, and says so', async () => {
      const older = await openDB(name, schemaVersion - 1, {
        upgrade: (database) => void database.createObjectStore('keys', { keyPath: 'key' }),
      })
      await older.put('keys', { key: 'identity/root', value: 1 })
      older.close()
      const storage = await openTab()
      expect(storage.state.get()).toMatchObject({
        status: 'unavailable',
        error: { code: 'storage-version', message: expect.stringContaining('older version') },
      })
      await expect(storage.write({ putMarks: [mark] }, 'strict')).rejects.toMatchObject({ code: 'storage-version' })
      await expect(storage.readKey('identity/root')).rejects.toMatchObject({ code: 'storage-version' })
      const again = await openDB(name, schemaVersion - 1)
      expect(await again.getAll('keys')).toEqual([{ key: 'identity/root', value: 1 }])
      again.close()
    })

    it('is blocked while another tab keeps an older database open, and goes on by itself after', async () => {
      const older = await openDB(name, schemaVersion)
      const deletion = deleteDB(name)
      const { clock, ring } = createHandClock()
      const storage = tab(clock)
      const opened = storage.open()
      expect(storage.state.get().status).toBe('opening')
      ring()
      await opened
      expect(storage.state.get()).toMatchObject({ status: 'blocked', error: { code: 'storage-blocked' } })
      await expect(storage.write({ putMarks: [mark] }, 'strict')).rejects.toMatchObject({ code: 'storage-blocked' })
      older.close()
      await deletion
      await expect.poll(() => storage.state.get().status).toBe('ready')
      await storage.write({ putMarks: [mark] }, 'strict')
    })

    it('stays closed when it was disposed while it waited to open', async () => {
      const older = await openDB(name, schemaVersion)
      const deletion = deleteDB(name)
      const { clock, ring } = createHandClock()
      const storage = tab(clock)
      const opened = storage.open()
      await storage.dispose()
      ring()
      await opened
      expect(storage.state.get().status).toBe('closed')
      older.close()
      await deletion
      expect(storage.state.get().status).toBe('closed')
      // The connection that came too late was closed again, so nothing blocks a newer version.
      ;(await openDB(name, schemaVersion + 1)).close()
    })

    it('leaves no timer behind when it has opened', async () => {
      const { clock, waiting } = createHandClock()
      await tab(clock).open()
      expect(waiting()).toBe(0)
    })

    it('lets the database be deleted under it, says so for good, and begins anew with the next write', async () => {
      const storage = await openTab()
      await storage.write({ putKeys: [{ key: 'k', value: 1 }] }, 'strict')
      await deleteDB(name)
      expect(storage.state.get()).toMatchObject({ status: 'unavailable', error: { code: 'storage-unavailable' } })
      await storage.write({ putMarks: [mark] }, 'strict')
      expect(storage.state.get()).toMatchObject({ status: 'emptied', error: { code: 'storage-unavailable' } })
      expect(await storage.listKeys('')).toEqual([])
      // It stays so: nobody else would say that the data is gone.
      await storage.write({ putMarks: [{ ...mark, slot: 1 }] }, 'strict')
      expect(storage.state.get().status).toBe('emptied')
      const next = await openTab()
      expect(next.state.get().status).toBe('ready')
    })

    it('fails the write that finds the connection gone without notice, and opens again for the next', async () => {
      const storage = await openTab()
      const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
      await storage.write({ putMarks: [mark] }, 'relaxed')
      const connection = transaction.mock.contexts[0] as unknown as IDBDatabase
      connection.close()
      await expect(storage.write({ putMarks: [{ ...mark, slot: 1 }] }, 'relaxed')).rejects.toMatchObject({ code: 'storage-unavailable' })
      expect(storage.state.get()).toMatchObject({ status: 'unavailable' })
      await storage.write({ putMarks: [{ ...mark, slot: 2 }] }, 'relaxed')
      expect(storage.state.get().status).toBe('ready')
      expect((await storage.readMarks(space)).map(({ slot }) => slot)).toEqual([0, 2])
    })

    it('refuses a row without a proper key and stores nothing of its batch', async () => {
      const storage = await openTab()
      await expect(
        storage.write({ putKeys: [{ key: 'k', value: 1 }], putMarks: [{ ...mark, slot: Number.NaN }] }, 'relaxed'),
      ).rejects.toMatchObject({ code: 'bad-value' })
      expect(await storage.listKeys('')).toEqual([])
      expect(storage.state.get().status).toBe('ready')
    })

    it('leaves out a header row that holds something else', async () => {
      const storage = await openTab()
      const database = await openEchoDatabase(name, {})
      const row = { space, feed: 'a', seq: 0, block: 'b' as BlockId, header: 'text' as never, signature: new Uint8Array(64), checksum: 0 }
      await database.put('headers', row)
      database.close()
      expect(await storage.readHeaders(space)).toEqual({ rows: [], damaged: 1 })
      expect(await storage.readBlocks(space, [row])).toEqual([undefined])
    })

    it('believes no row of the write-ahead log, and no mark, that a bad disk changed', async () => {
      const storage = await openTab()
      const row: PendingRow = {
        ...{
          space,
          slot: 0,
          document: 'document' as DocumentId,
          from: 3,
          to: 5,
          update: Uint8Array.of(1, 2, 3),
          heads: [new Uint8Array(32)],
        },
        key: '0/1',
        retracts: [{ first: new Uint8Array(32), last: new Uint8Array(32) }],
      }
      const damages: readonly ((stored: Record<string, unknown>) => void)[] = [
        ({ update }) => ((update as Uint8Array)[1]! ^= 1),
        ({ heads }) => ((heads as Uint8Array[])[0]![7]! ^= 1),
        ({ retracts }) => ((retracts as { last: Uint8Array }[])[0]!.last[7]! ^= 1),
        (stored) => (stored['from'] = 2),
        (stored) => (stored['slot'] = 'none'),
        (stored) => (stored['document'] = 'another'),
        (stored) => (stored['heads'] = 'none'),
        (stored) => (stored['update'] = undefined),
        (stored) => delete stored['retracts'],
        (stored) => delete stored['checksum'],
      ]
      const putPending = [row, ...damages.map((_, i) => ({ ...row, key: `1/${i}` }))]
      const putMarks = [mark, { ...mark, slot: 1 }, { ...mark, slot: 2 }, { ...mark, slot: 3 }]
      await storage.write({ putPending, putMarks }, 'strict')
      const database = await openEchoDatabase(name, {})
      for (const [i, damage] of damages.entries()) {
        const stored = (await database.get('pending', [space, `1/${i}`]))!
        damage(stored as unknown as Record<string, unknown>)
        await database.put('pending', stored)
      }
      await database.put('marks', { ...(await database.get('marks', [space, 1]))!, seq: 1 })
      await database.put('marks', { ...(await database.get('marks', [space, 2]))!, block: 'other' as BlockId })
      const { checksum: _, ...unsummed } = (await database.get('marks', [space, 3]))!
      await database.put('marks', unsummed as never)
      database.close()
      const [good, ...bad] = await storage.readPending(space)
      expect(good).toEqual(row)
      expect(bad.map(({ key, update }) => [key, update.length])).toEqual(damages.map((_, i) => [`1/${i}`, 0]))
      expect(bad.every(({ slot, from, to }) => slot === 0 && from === 0 && to === 0)).toBe(true)
      expect(await storage.readMarks(space)).toEqual([mark])
    })

    it('is unavailable where the browser has no database, and throws nothing while opening', async () => {
      const real = indexedDB
      vi.stubGlobal('indexedDB', undefined)
      const storage = await openTab()
      expect(storage.state.get()).toMatchObject({ status: 'unavailable', error: { code: 'storage-unavailable' } })
      await expect(storage.write({ putMarks: [mark] }, 'strict')).rejects.toMatchObject({ code: 'storage-unavailable' })
      vi.stubGlobal('indexedDB', {
        open: () => {
          throw new DOMException('denied', 'SecurityError')
        },
      })
      await expect(storage.readMarks(space)).rejects.toMatchObject({ code: 'storage-unavailable' })
      vi.stubGlobal('indexedDB', real)
      await storage.write({ putMarks: [mark] }, 'strict')
      expect(storage.state.get().status).toBe('ready')
    })
  })
}

/** A clock that tells the time but rings only by hand. */
function createHandClock(): { readonly clock: Clock; ring(): void; waiting(): number } {
  const callbacks = new Set<() => void>()
  const clock: Clock = {
    now: systemClock.now,
    after: (_delayMs, callback) => {
      callbacks.add(callback)
      return callback
    },
    clear: (timer) => void callbacks.delete(timer as () => void),
  }
  const ring = (): void => {
    for (const callback of callbacks) callback()
    callbacks.clear()
  }
  return { clock, ring, waiting: () => callbacks.size }
}
