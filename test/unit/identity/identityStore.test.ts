import { beforeEach, describe, expect, it } from 'vitest'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { createDeviceKeys } from '../../../src/identity/deviceKeys.ts'
import { createIdentityStore } from '../../../src/identity/identityStore.ts'
import { loadPhrases, type LoadPhrases } from '../../../src/identity/loadPhrases.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createProfileRecord, decodeProfileRecord, maxProfileCounter, maxProfileJump } from '../../../src/identity/profileRecord.ts'
import type { IdentityId } from '../../../src/shared/ids.ts'
import { createDeviceRecord, verifyDeviceRecord } from '../../../src/identity/record.ts'
import { utf8 } from '../../../src/shared/bytes.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { systemRandom } from '../../../src/shared/ports.ts'
import { fail, type Result } from '../../../src/shared/result.ts'
import { createMemoryDisk, type MemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'

const message = utf8('a message')
const allRows = ['entropy', 'profile', 'record', 'seal', 'sign', 'wrap'].map((row) => `identity/${row}`)

function value<T>(result: Result<T, EchoError | string>): T {
  if (!result.ok) throw result.error
  return result.value
}

async function openStorage(disk: MemoryDisk): Promise<Storage> {
  const storage = createMemoryStorage({ disk })
  await storage.open()
  return storage
}

async function rowNames(storage: Storage): Promise<string[]> {
  return (await storage.listKeys('')).map(({ key }) => key)
}

async function expectCode(work: Promise<unknown>, code: string): Promise<EchoError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(EchoError)
  expect((error as EchoError).code).toBe(code)
  return error as EchoError
}

/** Whether the restored identity signs and agrees as the first one does. */
async function expectSame(crypto: CryptoPort, restored: LocalIdentity | undefined, identity: LocalIdentity): Promise<void> {
  expect(restored?.id).toBe(identity.id)
  expect(restored?.deviceId).toBe(identity.deviceId)
  expect(restored?.record).toEqual(identity.record)
  expect(await crypto.verify(identity.record.sign, message, await restored!.signing.sign(message))).toBe(true)
  const peer = await crypto.createAgreementKey()
  expect(await restored!.agreement.agree(peer.publicKey)).toEqual(await peer.agree(identity.record.seal))
}

const ports: readonly (readonly [string, () => Promise<CryptoPort>])[] = [
  ['WebCrypto', () => createWebCrypto()],
  ['noble', () => createWebCrypto({ ed25519: 'noble', x25519: 'noble' })],
  ['simulated crypto', async () => createSimulatedCrypto(systemRandom)],
]

describe.each(ports)('the identity store on %s', (_, create) => {
  let crypto: CryptoPort
  let disk: MemoryDisk
  let storage: Storage
  beforeEach(async () => {
    crypto = await create()
    disk = createMemoryDisk()
    storage = await openStorage(disk)
  })

  it('finds nobody on an empty disk', async () => {
    const store = createIdentityStore({ crypto, storage })
    expect(await store.load()).toEqual({ ok: true, value: undefined })
    expect(store.profile.get()).toBeUndefined()
  })

  it('keeps an identity over a restart', async () => {
    const { identity } = await createIdentityStore({ crypto, storage }).create('  Ann ')
    expect(await verifyDeviceRecord(crypto, identity.record)).toBe(true)
    expect(identity.record.certifier).toEqual(identity.record.identity)
    expect(await rowNames(storage)).toEqual(allRows)
    await storage.dispose()

    const store = createIdentityStore({ crypto, storage: await openStorage(disk) })
    await expectSame(crypto, value(await store.load()), identity)
    expect(store.profile.get()).toEqual({ name: 'Ann', phraseSaved: false })
  })

  it('shows the words again, keeps them wrapped, and opens the root key by them', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity, phrase } = await store.create('Ann')
    expect(phrase.split(' ')).toHaveLength(24)
    expect(await store.showPhrase()).toBe(phrase)
    expect((await store.openRoot()).signing.publicKey).toEqual(identity.record.identity)
    expect(await storage.readKey('identity/entropy')).toHaveLength(12 + 64 + 16)
  })

  it('recovers the person of the words with a new device', async () => {
    const { identity, phrase } = await createIdentityStore({ crypto, storage }).create('Ann')
    const elsewhere = createIdentityStore({ crypto, storage: await openStorage(createMemoryDisk()) })
    const recovered = value(await elsewhere.recover(phrase.toUpperCase(), 'Ann'))
    expect(recovered.id).toBe(identity.id)
    expect(recovered.deviceId).not.toBe(identity.deviceId)
    expect(await verifyDeviceRecord(crypto, recovered.record)).toBe(true)
    expect(elsewhere.profile.get()).toEqual({ name: 'Ann', phraseSaved: true, awaitsDevices: true })
    expect(await elsewhere.showPhrase()).toBe(phrase)
  })

  it('keeps nothing of a bad phrase', async () => {
    const result = await createIdentityStore({ crypto, storage }).recover('these are no words', 'Ann')
    expect(result.ok ? undefined : result.error.code).toBe('bad-phrase')
    expect(await rowNames(storage)).toEqual([])
  })

  it('keeps a device that another one certified, without words', async () => {
    const { identity } = await createIdentityStore({ crypto, storage }).create('Ann')
    const other = await openStorage(createMemoryDisk())
    const keys = await createDeviceKeys(crypto, other)
    const record = await createDeviceRecord(identity.record.identity, identity.signing, keys)
    const store = createIdentityStore({ crypto, storage: other })
    const adopted = await store.adopt(keys, record, 'Ann')
    expect(adopted.id).toBe(identity.id)
    await expectSame(crypto, value(await createIdentityStore({ crypto, storage: other }).load()), adopted)
    await expectCode(store.showPhrase(), 'no-identity')
    await expectCode(store.openRoot(), 'no-identity')
    expect(await rowNames(other)).not.toContain('identity/entropy')
  })

  it('adopts no record of other keys or with a false certificate', async () => {
    const { identity } = await createIdentityStore({ crypto, storage }).create('Ann')
    const other = await openStorage(createMemoryDisk())
    const keys = await createDeviceKeys(crypto, other)
    const foreign = await createDeviceKeys(crypto, other)
    const store = createIdentityStore({ crypto, storage: other })
    const record = await createDeviceRecord(identity.record.identity, identity.signing, keys)
    await expectCode(store.adopt(foreign, record, 'Ann'), 'bad-value')
    await expectCode(store.adopt({ ...keys, agreement: foreign.agreement }, record, 'Ann'), 'bad-value')
    await expectCode(store.adopt(keys, { ...record, certificate: record.self }, 'Ann'), 'bad-value')
    expect(await rowNames(other)).toEqual([])
  })

  it('adopts no device certified by the root, which only the words could have made', async () => {
    const root = await crypto.createSigningKey()
    const keys = await createDeviceKeys(crypto, storage)
    const store = createIdentityStore({ crypto, storage })
    await expectCode(store.adopt(keys, await createDeviceRecord(root.publicKey, root, keys), 'Ann'), 'bad-value')
    expect(await rowNames(storage)).toEqual([])
  })

  it('adopts a device over a damaged identity and keeps nothing of that', async () => {
    const { identity } = await createIdentityStore({ crypto, storage }).create('Ann')
    await storage.write({ deleteKeys: ['identity/sign'] }, 'strict')
    const keys = await createDeviceKeys(crypto, storage)
    const store = createIdentityStore({ crypto, storage })
    await store.adopt(keys, await createDeviceRecord(identity.record.identity, identity.signing, keys), 'Ann')
    expect(value(await store.load())?.id).toBe(identity.id)
    expect(await rowNames(storage)).toEqual(allRows.filter((name) => name !== 'identity/entropy'))
  })

  it('lets no pairing in between while its secrets are put in another form', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity } = await store.create('Ann')
    const rowsOfFirst = await storage.listKeys('identity/')
    const other = await createIdentityStore({ crypto, storage: await openStorage(createMemoryDisk()) }).create('Ann')
    const keys = await createDeviceKeys(crypto, storage)
    const record = await createDeviceRecord(other.identity.record.identity, other.identity.signing, keys)
    for (const put of [store.putPortableRows, store.putPlatformRows]) {
      let adopting: Promise<unknown> | undefined
      await put(async (putKeys) => {
        adopting ??= createIdentityStore({ crypto, storage }).adopt(keys, record, 'Ann', { replaces: identity.id })
        await new Promise((resolve) => setTimeout(resolve, 20))
        await storage.write({ putKeys }, 'strict')
      })
      expect((await adopting) && value(await store.load())?.id).toBe(other.identity.id)
      // As it was.
      await storage.write({ deleteKeys: allRows }, 'strict')
      await storage.write({ putKeys: rowsOfFirst }, 'strict')
    }
  })

  it('makes no second identity on one device', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity, phrase } = await store.create('Ann')
    await expectCode(store.create('Bob'), 'denied')
    await expectCode(store.recover(phrase, 'Bob'), 'denied')
    await expectSame(crypto, value(await store.load()), identity)
  })

  it('makes one identity where two tabs ask at once', async () => {
    const tabs = [storage, await openStorage(disk)]
    const made = await Promise.allSettled(tabs.map((tab) => createIdentityStore({ crypto, storage: tab }).create('Ann')))
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const first = made.find((result) => result.status === 'fulfilled')!
    await expectSame(crypto, value(await createIdentityStore({ crypto, storage }).load()), first.value.identity)
  })

  it('remembers the name and that the words were saved, and tells who watches', async () => {
    const store = createIdentityStore({ crypto, storage })
    await store.create('Ann')
    let calls = 0
    store.profile.subscribe(() => calls++)
    await store.confirmPhraseSaved()
    await store.updateProfile({ name: 'Änn' })
    expect(calls).toBe(2)
    const again = createIdentityStore({ crypto, storage })
    await again.load()
    expect(again.profile.get()).toMatchObject({ name: 'Änn', phraseSaved: true })
    expect(again.profile.get()?.record).toMatchObject({ name: 'Änn', counter: 1 })
  })

  it('lets two tabs change name and saved mark at once without losing either', async () => {
    const store = createIdentityStore({ crypto, storage })
    await store.create('Ann')
    const other = createIdentityStore({ crypto, storage: await openStorage(disk) })
    await Promise.all([store.confirmPhraseSaved(), other.updateProfile({ name: 'Bob' })])
    const again = createIdentityStore({ crypto, storage })
    await again.load()
    expect(again.profile.get()).toMatchObject({ name: 'Bob', phraseSaved: true })
  })

  it('makes somebody without a name, whose first profile is signed when there is one to show', async () => {
    const store = createIdentityStore({ crypto, storage })
    await store.create('')
    expect(store.profile.get()).toEqual({ name: '', phraseSaved: false })
    await store.updateProfile({ name: ' Ann ', emoji: '🌱' })
    expect(store.profile.get()).toMatchObject({ name: 'Ann', emoji: '🌱', record: { counter: 1 } })
    await store.updateProfile({ emoji: undefined, colour: '#2a7f62' })
    expect(store.profile.get()).toMatchObject({ name: 'Ann', colour: '#2a7f62', record: { counter: 2 } })
    expect(store.profile.get()).not.toHaveProperty('emoji')
  })

  it('takes over a newer profile of the person, and no older one or one of somebody else', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity } = await store.create('Ann')
    await store.updateProfile({ name: 'Änn' })
    const newer = await createProfileRecord(crypto, identity, 5, { name: 'Anna' })
    await store.takeProfile(newer)
    await store.takeProfile(await createProfileRecord(crypto, identity, 4, { name: 'Old' }))
    await store.takeProfile({ ...newer, counter: 9, identity: 'somebody' as IdentityId })
    const again = createIdentityStore({ crypto, storage })
    await again.load()
    expect(again.profile.get()).toMatchObject({ name: 'Anna', record: { counter: 5 } })
    await again.updateProfile({ name: 'Annette' })
    expect(again.profile.get()?.record?.counter).toBe(6)
  })

  it('takes over no profile whose signature is wrong, and stays whole', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity } = await store.create('Ann')
    await store.updateProfile({ name: 'Änn' })
    const { bytes } = await createProfileRecord(crypto, identity, 5, { name: 'Mallory' })
    const forged = value(decodeProfileRecord(crypto, bytes.with(-1, bytes.at(-1)! ^ 1)))
    await store.takeProfile(forged)
    const again = createIdentityStore({ crypto, storage })
    value(await again.load())
    expect(again.profile.get()).toMatchObject({ name: 'Änn', record: { counter: 1 } })
  })

  it('takes over no profile that would use up the counter, be it the first or a later one', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity } = await store.create('Ann')
    const take = async (counter: number) => store.takeProfile(await createProfileRecord(crypto, identity, counter, { name: 'Far' }))
    for (const counter of [maxProfileCounter, maxProfileCounter / 2 + 1]) await take(counter)
    expect(store.profile.get()).toEqual({ name: 'Ann', phraseSaved: false })
    await store.updateProfile({ name: 'Änn' })
    for (const counter of [maxProfileCounter, maxProfileJump + 2]) await take(counter)
    expect(store.profile.get()).toMatchObject({ name: 'Änn', record: { counter: 1 } })
    await take(maxProfileJump + 1)
    expect(store.profile.get()).toMatchObject({ name: 'Far', record: { counter: maxProfileJump + 1 } })
    await store.updateProfile({ name: 'Änn' })
    expect(store.profile.get()).toMatchObject({ name: 'Änn', record: { counter: maxProfileJump + 2 } })
  })

  it('says so where the counter is used up, and changes nothing', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity } = await store.create('Ann')
    const { bytes: record } = await createProfileRecord(crypto, identity, maxProfileCounter, { name: 'Last' })
    await storage.write({ putKeys: [{ key: 'identity/profile', value: { name: 'Last', phraseSaved: true, record } }] }, 'strict')
    await expectCode(store.updateProfile({ name: 'Ann' }), 'bad-value')
    value(await store.load())
    expect(store.profile.get()).toMatchObject({ name: 'Last' })
  })

  it('keeps the keys usable where the stored profile record is bad, and signs another', async () => {
    const store = createIdentityStore({ crypto, storage })
    const { identity } = await store.create('Ann')
    await store.updateProfile({ name: 'Änn' })
    const row = (await storage.readKey('identity/profile')) as { readonly record: Uint8Array }
    const bob = await createIdentityStore({ crypto, storage: await openStorage(createMemoryDisk()) }).create('Bob')
    const { bytes: foreign } = await createProfileRecord(crypto, bob.identity, 5, { name: 'Bob' })
    for (const record of [row.record.with(-1, row.record.at(-1)! ^ 1), foreign, new Uint8Array(3), 'text']) {
      await storage.write({ putKeys: [{ key: 'identity/profile', value: { ...row, record } }] }, 'strict')
      const again = createIdentityStore({ crypto, storage })
      expect(value(await again.load())?.id).toBe(identity.id)
      expect(again.profile.get()).toEqual({ name: 'Änn', phraseSaved: false })
      await again.updateProfile({ emoji: '🌱' })
      expect(again.profile.get()).toMatchObject({ name: 'Änn', emoji: '🌱', record: { counter: 1 } })
    }
  })

  it('refuses a name over 64 bytes and other parts of a wrong form, before anything is written', async () => {
    const store = createIdentityStore({ crypto, storage })
    await expectCode(store.create('ä'.repeat(33)), 'bad-value')
    expect(await rowNames(storage)).toEqual([])
    await store.create('ä'.repeat(32))
    await expectCode(store.updateProfile({ colour: 'red' }), 'bad-value')
    await expectCode(store.updateProfile({ picture: new Uint8Array(16_385) }), 'bad-value')
    expect(store.profile.get()).toEqual({ name: 'ä'.repeat(32), phraseSaved: false })
  })

  it('has no phrase, root key or name of nobody', async () => {
    const store = createIdentityStore({ crypto, storage })
    await expectCode(store.showPhrase(), 'no-identity')
    await expectCode(store.openRoot(), 'no-identity')
    await expectCode(store.updateProfile({ name: 'Ann' }), 'no-identity')
    await expectCode(store.confirmPhraseSaved(), 'no-identity')
    expect(await rowNames(storage)).toEqual([])
  })

  describe('on a damaged disk', () => {
    it.each(allRows)('reports the loss of %s, makes nobody new, and lets the words mend it', async (row) => {
      const { identity, phrase } = await createIdentityStore({ crypto, storage }).create('Ann')
      await storage.write({ deleteKeys: [row] }, 'strict')
      const store = createIdentityStore({ crypto, storage })
      const loaded = await store.load()
      expect(loaded.ok ? undefined : [loaded.error.code, loaded.error.details]).toEqual(['data-corrupt', { row }])
      await expectCode(store.create('Bob'), 'data-corrupt')
      expect(await rowNames(storage)).toEqual(allRows.filter((name) => name !== row))

      const recovered = value(await store.recover(phrase, 'Ann'))
      expect(recovered.id).toBe(identity.id)
      await expectSame(crypto, value(await createIdentityStore({ crypto, storage }).load()), recovered)
    })

    it.each(allRows)('reports %s of another person, of another kind, or spoilt', async (row) => {
      const other = await openStorage(createMemoryDisk())
      await createIdentityStore({ crypto, storage: other }).create('Bob')
      await createIdentityStore({ crypto, storage }).create('Ann')
      const good = await storage.readKey(row)
      const spoilt =
        good instanceof Uint8Array ? good.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) : { ...(good as object), form: 'none', name: 5 }
      const foreign = row === 'identity/profile' ? 'Bob' : await other.readKey(row)
      for (const bad of [
        foreign,
        spoilt,
        null,
        7,
        'text',
        new Uint8Array(),
        new Uint8Array(1000),
        { form: 'key' },
        { form: 'wrapped', wrapped: 1 },
      ]) {
        // A wrapping key of 32 plain bytes is a key whatever the bytes; that it is the wrong one shows at what it wrapped.
        await storage.write({ putKeys: [{ key: row, value: row === 'identity/wrap' && bad === spoilt ? null : bad }] }, 'strict')
        const loaded = await createIdentityStore({ crypto, storage }).load()
        expect(loaded.ok ? 'taken' : loaded.error.code).toBe('data-corrupt')
      }
      await storage.write({ putKeys: [{ key: row, value: good }] }, 'strict')
      expect((await createIdentityStore({ crypto, storage }).load()).ok).toBe(true)
    })

    it.each([63, 64])('reports %i wrapped bytes that are not the words of this person', async (length) => {
      await createIdentityStore({ crypto, storage }).create('Ann')
      const wrapping = (await crypto.restoreWrappingKey(await storage.readKey('identity/wrap')))!
      await storage.write({ putKeys: [{ key: 'identity/entropy', value: await wrapping.wrap(new Uint8Array(length)) }] }, 'strict')
      const loaded = await createIdentityStore({ crypto, storage }).load()
      expect(loaded.ok ? undefined : loaded.error.details).toEqual({ row: 'identity/entropy' })
    })

    it('leaves no identity behind a write that failed', async () => {
      const broken: Storage = {
        ...storage,
        write: (batch, durability) =>
          batch.putKeys !== undefined && batch.putKeys.length > 1
            ? Promise.reject(new EchoError('storage-full', 'full'))
            : storage.write(batch, durability),
      }
      await expectCode(createIdentityStore({ crypto, storage: broken }).create('Ann'), 'storage-full')
      expect(await rowNames(storage)).toEqual([])
      expect(await createIdentityStore({ crypto, storage }).load()).toEqual({ ok: true, value: undefined })
    })

    it.each([1, 2, 3, 4, 5, 6, 7, 8])('has nobody or a whole identity after a power cut at write %i', async (count) => {
      let writes = 0
      const cut: Storage = {
        ...storage,
        write(batch, durability) {
          const written = storage.write(batch, durability)
          if (++writes === count) disk.crash()
          return written
        },
      }
      await createIdentityStore({ crypto, storage: cut })
        .create('Ann')
        .catch((error: unknown) => error)
      const store = createIdentityStore({ crypto, storage: await openStorage(disk) })
      const loaded = value(await store.load())
      if (loaded === undefined) await store.create('Ann')
      expect(value(await store.load())).toBeDefined()
    })

    it('reports a storage that cannot be read', async () => {
      await storage.dispose()
      const loaded = await createIdentityStore({ crypto, storage }).load()
      expect(loaded.ok ? undefined : loaded.error).toBeInstanceOf(EchoError)
    })
  })
})

describe('keys that the platform keeps', () => {
  function holdsKey(stored: unknown): boolean {
    if (stored instanceof CryptoKey) return true
    return typeof stored === 'object' && stored !== null && !(stored instanceof Uint8Array) && Object.values(stored).some(holdsKey)
  }

  function withBrokenKeys(storage: Storage, kind: 'throws' | 'loses' | 'swaps'): Storage {
    return {
      ...storage,
      async write(batch, durability) {
        if (kind === 'throws' && batch.putKeys?.some(({ value: stored }) => holdsKey(stored))) throw new Error('DataCloneError')
        return storage.write(batch, durability)
      },
      async readKey(key) {
        const stored = await storage.readKey(key)
        if (kind === 'throws' || !holdsKey(stored)) return stored
        return kind === 'loses' ? undefined : (await (await createWebCrypto()).createWrappingKey()).stored
      },
    }
  }

  it('are not extractable, and lie in storage as such', async () => {
    const crypto = await createWebCrypto()
    const storage = await openStorage(createMemoryDisk())
    const { identity } = await createIdentityStore({ crypto, storage }).create('Ann')
    for (const row of ['identity/sign', 'identity/seal']) {
      const { form, key } = (await storage.readKey(row)) as { form: string; key: { privateKey: CryptoKey } }
      expect(form).toBe('key')
      expect(key.privateKey.extractable).toBe(false)
      await expect(globalThis.crypto.subtle.exportKey('pkcs8', key.privateKey)).rejects.toBeInstanceOf(DOMException)
    }
    expect(((await storage.readKey('identity/wrap')) as CryptoKey).extractable).toBe(false)
    expect(JSON.stringify(identity)).not.toMatch(/seed|secret/)
  })

  it.each(['throws', 'loses', 'swaps'] as const)('give way to wrapped bytes where storage %s them', async (kind) => {
    const crypto = await createWebCrypto()
    const storage = await openStorage(createMemoryDisk())
    const broken = withBrokenKeys(storage, kind)
    const { identity, phrase } = await createIdentityStore({ crypto, storage: broken }).create('Ann')
    expect(await rowNames(storage)).toEqual(allRows)
    for (const row of ['identity/sign', 'identity/seal']) expect(await storage.readKey(row)).toMatchObject({ form: 'wrapped' })
    expect(await storage.readKey('identity/wrap')).toBeInstanceOf(Uint8Array)
    const store = createIdentityStore({ crypto, storage: broken })
    await expectSame(crypto, value(await store.load()), identity)
    expect(await store.showPhrase()).toBe(phrase)
  })
})

describe('the words of recovery phrases, fetched on demand', () => {
  const offline: LoadPhrases = async () => fail(new EchoError('load-failed', 'offline'))
  const crypto = createSimulatedCrypto(systemRandom)

  it('change nothing when they cannot be fetched, and come when they are asked for again', async () => {
    const storage = await openStorage(createMemoryDisk())
    let isOffline = true
    const store = createIdentityStore({ crypto, storage, loadPhrases: () => (isOffline ? offline() : loadPhrases()) })
    await expectCode(store.create('Ann'), 'load-failed')
    await expectCode(store.recover('some words', 'Ann'), 'load-failed')
    expect(await rowNames(storage)).toEqual([])
    expect(store.profile.get()).toBeUndefined()
    isOffline = false
    const { phrase } = await store.create('Ann')
    isOffline = true
    await expectCode(store.showPhrase(), 'load-failed')
    isOffline = false
    expect(await store.showPhrase()).toBe(phrase)
  })

  it('are not needed to load an identity, to rename it or to open its root key', async () => {
    const storage = await openStorage(createMemoryDisk())
    const { identity } = await createIdentityStore({ crypto, storage }).create('Ann')
    const store = createIdentityStore({ crypto, storage, loadPhrases: offline })
    expect(value(await store.load())?.id).toBe(identity.id)
    await store.updateProfile({ name: 'Änn' })
    expect((await store.openRoot()).signing.publicKey).toEqual(identity.record.identity)
  })
})
