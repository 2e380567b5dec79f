import { describe, expect, it } from 'vitest'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import * as rowCipher from '../../../src/crypto/rowCipher.ts'
import { concatBytes, toHex, utf8 } from '../../../src/shared/bytes.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { DocumentId, SpaceId } from '../../../src/shared/ids.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { createLockableStorage, type PutRows, type StorageLock } from '../../../src/storage/passphrase/lockableStorage.ts'
import type { LoadLocking } from '../../../src/storage/passphrase/loadLocking.ts'
import { createLocking } from '../../../src/storage/passphrase/locking.ts'
import { sealedMark } from '../../../src/storage/passphrase/sealedForm.ts'
import { storageFullError } from '../../../src/storage/storageError.ts'
import { createMemoryDisk, type MemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import type { Disk, Storage } from '../../../src/storage/storage.ts'
import { describeStorage } from '../../../src/testing/storageAcceptance.ts'

const crypto = await createWebCrypto()
const passphrase = 'correct horse battery'
const space = 'space' as SpaceId
const pending = {
  space,
  key: '0/1',
  slot: 0,
  document: 'document' as DocumentId,
  from: 0,
  to: 1,
  update: utf8('an edit'),
  heads: [],
}

/** No row has to take another form. */
const nothing: PutRows = (put) => put([])

/** What the key costs is tried in one test only. */
const quickCipher = {
  ...rowCipher,
  derivePassphraseKey: async (text: string, salt: Uint8Array) => crypto.hash(concatBytes(salt, utf8(text))),
}

function lockable(
  disk: MemoryDisk,
  loadLocking: LoadLocking = async () => ok(createLocking(quickCipher)),
  raw: Disk = createMemoryStorage({ disk }),
) {
  return {
    raw,
    ...createLockableStorage(raw, {
      crypto: () => crypto,
      open: ['open'],
      cachedSpaces: async () => [],
      loadLocking,
      restartOthers: async () => {},
    }),
  }
}

async function opened(disk: MemoryDisk, loadLocking?: LoadLocking) {
  const tab = lockable(disk, loadLocking)
  await tab.storage.open()
  await tab.lock.load()
  return tab
}

async function unlocked(disk: MemoryDisk): Promise<Storage> {
  const { storage, lock } = await opened(disk)
  expect(done(await lock.unlock(passphrase))).toBe('done')
  return storage
}

function done(result: Awaited<ReturnType<StorageLock['unlock']>>): string {
  return result.ok ? 'done' : result.error.code
}

function code(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof EchoError ? error.code : String(error)),
  )
}

describeStorage(
  'under a passphrase',
  async () => {
    const disk = createMemoryDisk()
    return {
      tab(): Storage {
        const { storage, lock } = lockable(disk)
        return {
          ...storage,
          async open() {
            await storage.open()
            if (storage.state.get().status !== 'ready') return
            await lock.load()
            if (lock.status.get() === 'locked') await lock.unlock(passphrase)
            else await lock.set(passphrase, nothing)
          },
        }
      },
      fill: async () => void (disk.quotaBytes = disk.usedBytes + 10_000),
      free: async () => void (disk.quotaBytes = Infinity),
      damage: async (of, block, part) => disk.damageBlock(of, block, part),
      damageOperation: async (of, id) => disk.damageOperation(of, id),
      closeUnder: async () => disk.close(),
      dispose: async () => disk.crash(),
    }
  },
  ['quota', 'damage', 'closing'],
)

describe('a storage under a passphrase', () => {
  it('gives back every kind of value that rows hold, and leaves what only the platform can read', async () => {
    const disk = createMemoryDisk()
    const { storage, lock, raw } = await opened(disk)
    const key = await globalThis.crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt'])
    const values = [null, true, 0, -1.5, 2 ** 40, 'text', utf8('bytes'), [1, [utf8('deep')]], { a: { b: undefined, c: [] } }, 12n]
    await lock.set(passphrase, nothing)
    await storage.write({ putKeys: [...values, key].map((value, i) => ({ key: `value/${i}`, value })) }, 'strict')
    for (const [i, value] of values.entries()) {
      expect(await storage.readKey(`value/${i}`)).toEqual(value)
      expect(await raw.readKey(`value/${i}`)).toEqual({ sealedRow: expect.any(Uint8Array) })
    }
    expect(await raw.readKey(`value/${values.length}`)).toBeInstanceOf(CryptoKey)
    expect(await code(storage.write({ putKeys: [{ key: 'function', value: { f: () => {} } }] }, 'strict'))).toBe('bad-value')
  })

  it('writes nothing and reads nothing sealed while it is locked, but for the rows that stay open', async () => {
    const disk = createMemoryDisk()
    const first = await opened(disk)
    await first.lock.set(passphrase, nothing)
    await first.storage.write(
      {
        putKeys: [
          { key: 'open', value: 1 },
          { key: 'closed', value: 2 },
        ],
        putPending: [pending],
      },
      'strict',
    )
    await first.storage.write({ putMembership: [{ space, id: 'op', operation: utf8('op') }] }, 'strict')
    const { storage } = await opened(disk)
    expect(await storage.readKey('open')).toBe(1)
    const refused = [
      storage.readKey('closed'),
      storage.listKeys(''),
      storage.readMembership(space),
      storage.readPending(space),
      storage.write({ putKeys: [{ key: 'closed', value: 3 }] }, 'strict'),
    ]
    expect(await Promise.all(refused.map(code))).toEqual(refused.map(() => 'identity-locked'))
    expect(await first.storage.readKey('closed')).toBe(2)
  })

  it('takes no row of another place, and no changed one', async () => {
    const disk = createMemoryDisk()
    const { storage, lock, raw } = await opened(disk)
    await lock.set(passphrase, nothing)
    const putKeys = ['a', 'b'].map((key) => ({ key, value: key }))
    await storage.write({ putKeys, putPending: [pending], putMembership: [{ space, id: 'op', operation: utf8('op') }] }, 'strict')
    const [update] = await raw.readPending(space)
    const [operation] = (await raw.readMembership(space)).rows
    const elsewhere = 'elsewhere' as SpaceId
    const changed = {
      sealedRow: ((await raw.readKey('b')) as { sealedRow: Uint8Array }).sealedRow.map((byte, i) => (i === 30 ? byte ^ 1 : byte)),
    }
    await raw.write(
      {
        putKeys: [
          { key: 'a', value: await raw.readKey('b') },
          { key: 'b', value: changed },
        ],
        putPending: [{ ...update!, key: '0/2' }],
        putMembership: [{ space: elsewhere, id: 'op', operation: operation! }],
      },
      'strict',
    )
    const isNull = ['a', 'b'].map((key) => ({ key, value: null }))
    expect([await storage.readKey('a'), await storage.readKey('b'), await storage.listKeys('')]).toEqual([null, null, isNull])
    expect((await storage.readPending(space)).map((row) => row.update)).toEqual([pending.update, new Uint8Array(0)])
    expect(await storage.readMembership(elsewhere)).toEqual({ rows: [], damaged: 1 })
  })

  it('is not kept from its rows by some under a key that nobody has', async () => {
    const disk = createMemoryDisk()
    const { storage, lock, raw } = await opened(disk)
    await lock.set(passphrase, nothing)
    const rows = { putKeys: [{ key: 'a', value: 1 }], putPending: [pending], putMembership: [{ space, id: 'op', operation: utf8('op') }] }
    await storage.write(rows, 'strict')
    const foreign = (bytes: Uint8Array, keyName = 0) => bytes.map((byte, i) => (i === keyName ? byte ^ 1 : byte))
    const { sealedRow } = (await raw.readKey('a')) as { sealedRow: Uint8Array }
    await raw.write(
      {
        putKeys: [{ key: 'b', value: { sealedRow: foreign(sealedRow) } }],
        putPending: (await raw.readPending(space)).map((row) => ({ ...row, key: '0/2', update: foreign(row.update, sealedMark.length) })),
        putMembership: (await raw.readMembership(space)).rows.map((row) => ({
          space,
          id: 'foreign',
          operation: foreign(row, sealedMark.length),
        })),
      },
      'strict',
    )
    for (const tab of [storage, await unlocked(disk)]) {
      expect([await tab.readKey('a'), await tab.readKey('b')]).toEqual([1, null])
      expect((await tab.readPending(space)).map(({ update }) => update)).toEqual([pending.update, new Uint8Array(0)])
      expect(await tab.readMembership(space)).toEqual({ rows: [utf8('op')], damaged: 1 })
    }
  })

  it('is opened on a disk that takes nothing more, and sealed to the last row when it does again', async () => {
    const disk = createMemoryDisk()
    const { lock, raw } = await opened(disk)
    await lock.set(passphrase, nothing)
    await raw.write({ putKeys: [{ key: 'late', value: 1 }] }, 'strict')
    const onFull = await opened(disk)
    disk.failNextWrite(storageFullError())
    expect(done(await onFull.lock.unlock(passphrase))).toBe('done')
    expect([onFull.lock.status.get(), await onFull.storage.readKey('late'), await raw.readKey('late')]).toEqual(['unlocked', 1, 1])
    await unlocked(disk)
    expect(await raw.readKey('late')).toEqual({ sealedRow: expect.any(Uint8Array) })
  })

  it('is set and removed also where the disk is full when what came late is to follow', async () => {
    const disk = createMemoryDisk()
    const raw = createMemoryStorage({ disk })
    const rewrite: Disk['rewrite'] = (change, putKeys) => {
      if (putKeys.length === 0) disk.failNextWrite(storageFullError())
      return raw.rewrite(change, putKeys)
    }
    const { storage, lock } = lockable(disk, undefined, { ...raw, rewrite })
    await storage.open()
    await storage.write({ putKeys: [{ key: 'a', value: 1 }] }, 'strict')
    expect([done(await lock.set(passphrase, nothing)), lock.status.get(), storage.state.get().status]).toEqual(['done', 'unlocked', 'full'])
    expect(done(await lock.remove(passphrase, nothing))).toBe('done')
    expect([lock.status.get(), await raw.readKey('a')]).toEqual(['off', 1])
  })

  it('takes what somebody sealed with a key that lay open for damaged, where it holds nothing', async () => {
    const keys = [new Uint8Array(32)]
    const disk = createMemoryDisk()
    const { storage, lock, raw } = await opened(disk)
    const malformed = createLocking({
      ...quickCipher,
      sealRow: (key, nonce, _value, more) => quickCipher.sealRow(key, nonce, utf8('w'), more),
    })
    const seal = malformed.createRowSeal({ crypto, keys, staysOpen: () => false })
    await raw.write({ putKeys: [{ key: 'lock', value: { status: 'off', keys } }] }, 'strict')
    await raw.write(seal.sealBatch({ putKeys: [{ key: 'a', value: 1 }] }), 'strict')
    await lock.load()
    expect(await storage.readKey('a')).toBe(null)
    expect(done(await lock.set(passphrase, nothing))).toBe('done')
    await raw.write({ putKeys: [{ key: 'lock', value: { status: 'off', keys: Array.from({ length: 9 }, () => keys[0]) } }] }, 'strict')
    expect(await code(lock.load())).toBe('data-corrupt')
  })

  it('is set by one tab only, and the other hears that it was', async () => {
    const disk = createMemoryDisk()
    const [one, other] = [await opened(disk), await opened(disk)]
    const results = await Promise.all([code(one.lock.set(passphrase, nothing)), code(other.lock.set('another passphrase', nothing))])
    expect(results).toEqual(['done', 'denied'])
    await one.storage.write({ putKeys: [{ key: 'a', value: 1 }] }, 'strict')
    expect(await code(other.storage.readKey('a'))).toBe('identity-locked')
  })

  it('goes on reading what a tab sealed that had not heard that the passphrase was removed', async () => {
    const disk = createMemoryDisk()
    const [one, late] = [await opened(disk), await opened(disk)]
    await one.lock.set(passphrase, nothing)
    await late.lock.load()
    expect(done(await late.lock.unlock(passphrase))).toBe('done')
    expect(done(await one.lock.remove(passphrase, nothing))).toBe('done')
    await late.storage.write({ putKeys: [{ key: 'late', value: 1 }], putPending: [pending] }, 'strict')
    for (const tab of [one, await opened(disk)]) {
      expect(await tab.storage.readKey('late')).toBe(1)
      expect((await tab.storage.readPending(space)).map(({ update }) => update)).toEqual([pending.update])
    }
    // And under the next passphrase, whose key never lay open.
    const next = await opened(disk)
    expect(done(await next.lock.set('another passphrase', nothing))).toBe('done')
    expect(await next.storage.readKey('late')).toBe(1)
    expect(await code(one.lock.remove(passphrase, nothing))).toBe('done')
  })

  it('says what is missing where its code cannot be fetched, and changes nothing', async () => {
    const disk = createMemoryDisk()
    const { lock, raw } = await opened(disk, async () => fail(new EchoError('load-failed', 'Not fetched.')))
    expect(done(await lock.set(passphrase, nothing))).toBe('load-failed')
    expect(await raw.listKeys('')).toEqual([])
  })

  it('derives its key at a cost, the same for every way of writing a passphrase', { timeout: 20_000 }, async () => {
    const salt = new Uint8Array(16)
    const [composed, decomposed] = await Promise.all(
      ['Bäume im Wald', 'Ba\u0308ume im Wald'].map((text) => rowCipher.derivePassphraseKey(text, salt)),
    )
    expect(composed).toEqual(decomposed)
    // The same by OpenSSL: scryptSync(text, salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }).
    expect(toHex(composed!)).toBe('d900325dbe99f58a300fd4dcd4700cbe6f3e1e5d384e2e0e1cf76882590f5ea9')
  })
})
