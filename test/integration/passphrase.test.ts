import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { isBytes, utf8 } from '../../src/shared/bytes.ts'
import { EchoError } from '../../src/shared/echoError.ts'
import type { SpaceId } from '../../src/shared/ids.ts'
import type { Space } from '../../src/client/echo.ts'
import { query } from '../../src/database/query/query.ts'
import type { MemoryDisk } from '../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import { setup, until, type TestPeer } from '../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const passphrase = 'correct horse battery'

/** What a thief looks for on the disk: the name of a space and of a person, and what an edit says that no block holds yet. */
const secrets = ['Garden of Eden', 'Annabel', 'Water the tulips']

async function createTest() {
  const world = await setup('ann', 'ben', { types: [Task, Note], halo: true, onError: () => {} })
  await world.ann.echo.identity.updateProfile({ name: 'Annabel' })
  const [garden, bens] = await world.shareSpace('Garden of Eden', world.ann, world.ben)
  garden.create(Task, { title: 'Dig' })
  await garden.flush()
  return { world, ann: world.ann, garden, bens, id: garden.id as SpaceId }
}

/** All rows that a passphrase is for, as they lie on the disk. */
async function rowsOn(disk: MemoryDisk, id: SpaceId): Promise<readonly unknown[]> {
  const storage = createMemoryStorage({ disk })
  await storage.open()
  const rows = [await storage.listKeys(''), (await storage.readMembership(id)).rows, await storage.readPending(id)]
  await storage.dispose()
  return rows.flat()
}

/** Which of the secrets can be read in a value. */
function readable(value: unknown): readonly string[] {
  return secrets.filter((secret) => holds(value, secret))
}

function holds(value: unknown, secret: string): boolean {
  if (typeof value === 'string') return value.includes(secret)
  if (isBytes(value)) return Buffer.from(value).includes(Buffer.from(utf8(secret)))
  return typeof value === 'object' && value !== null && Object.values(value).some((part) => holds(part, secret))
}

function holdsKeyOfPlatform(value: unknown): boolean {
  if (value instanceof CryptoKey) return true
  return typeof value === 'object' && value !== null && !isBytes(value) && Object.values(value).some(holdsKeyOfPlatform)
}

/** An edit that lies in the write-ahead log alone: the machine stops before a block of it is stored. */
async function editAndCrash(peer: TestPeer, space: Space): Promise<void> {
  space.create(Task, { title: 'Water the tulips' })
  // The disk in memory takes a write in a microtask; a block has to be signed first, and that takes a task.
  for (let turn = 0; turn < 4; turn++) await Promise.resolve()
  await peer.crash()
}

function code(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof EchoError ? error.code : String(error)),
  )
}

describe('a passphrase', () => {
  it('leaves nothing on the disk to be read, and everything is there when it is typed in again', async () => {
    const { world, ann, garden, bens, id } = await createTest()
    await editAndCrash(ann, garden)
    // What the search finds, it finds.
    expect(readable(await rowsOn(ann.disk, id))).toEqual(secrets)
    expect(holdsKeyOfPlatform(await rowsOn(ann.disk, id))).toBe(true)

    await ann.echo.passphrase.set(passphrase)
    const again = await ann.echo.spaces.open(id)
    await editAndCrash(ann, again)
    const rows = await rowsOn(ann.disk, id)
    expect(rows.length).toBeGreaterThan(10)
    expect(readable(rows)).toEqual([])
    expect(holdsKeyOfPlatform(rows)).toBe(false)
    expect(ann.cached.caches.size).toBe(0)

    expect([ann.echo.state.get(), ann.echo.identity.state.get()]).toEqual([{ status: 'locked' }, { status: 'locked' }])
    expect(ann.echo.spaces.list.get()).toEqual([])
    expect(await code(ann.echo.identity.create({ name: 'Eve' }))).toBe('identity-locked')
    expect(await code(ann.echo.spaces.create({ name: 'Eve' }))).toBe('identity-locked')
    expect(await code(ann.echo.identity.showPhrase())).toBe('identity-locked')
    expect(await code(ann.echo.passphrase.unlock('wrong horse battery'))).toBe('bad-passphrase')
    expect(ann.echo.state.get().status).toBe('locked')

    await ann.echo.passphrase.unlock(passphrase)
    await until(ann.echo.state, ({ status }) => status === 'ready')
    expect(ann.echo.identity.state.get()).toMatchObject({ status: 'ready', identity: { name: 'Annabel' } })
    const opened = await ann.echo.spaces.open(id)
    expect(titlesIn(opened)).toEqual(['Dig', 'Water the tulips', 'Water the tulips'])
    opened.create(Task, { title: 'Harvest' })
    await until(bens.live(query(Task)), (rows) => rows.length === 4)
    await world.dispose()
  })

  it('seals what is kept of closed texts, so that nothing of them can be read while it is locked', async () => {
    const { world, ann, garden, id } = await createTest()
    const { id: note } = garden.create(Note, { title: 'Plan' })
    const text = await garden.openText(note)
    text.insert(0, 'Water the tulips')
    text.release()
    await garden.flush()
    const isKept = async (): Promise<boolean> => readable(await rowsOn(ann.disk, id)).includes('Water the tulips')
    expect(await isKept()).toBe(false)
    await expect.poll(isKept, { timeout: 5000 }).toBe(true)
    await ann.echo.passphrase.set(passphrase)
    expect(await isKept()).toBe(false)
    // What is written under it, and what was there before, is known again once it is unlocked.
    const again = await ann.restart()
    await again.passphrase.unlock(passphrase)
    await until(again.state, ({ status }) => status === 'ready')
    const space = await again.spaces.open(id)
    const content = space.textContent(note)
    await until(content, (said) => said === 'Water the tulips')
    const more = await space.openText(note)
    more.insert(0, 'Annabel: ')
    more.release()
    await until(content, (said) => said === 'Annabel: Water the tulips')
    const keptSealed = async (): Promise<number> =>
      (await rowsOn(ann.disk, id)).filter((row) => /^(excerpt|content)/.test((row as { key?: string }).key ?? '')).length
    expect(await keptSealed()).toBe(2)
    await again.dispose()
    expect(readable(await rowsOn(ann.disk, id))).toEqual([])
    await world.dispose()
  })

  it('that was taken away leaves everything as it was before, also to a tab that knew of none', async () => {
    const { world, ann, id } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    expect(await code(ann.echo.passphrase.set(passphrase))).toBe('denied')
    expect(await code(ann.echo.passphrase.remove('wrong horse battery'))).toBe('bad-passphrase')
    expect(ann.echo.passphrase.state.get()).toBe('unlocked')
    await ann.echo.passphrase.remove(passphrase)
    const rows = await rowsOn(ann.disk, id)
    expect(readable(rows)).toEqual(secrets.slice(0, 2))
    expect(holdsKeyOfPlatform(rows)).toBe(true)
    const again = await ann.restart()
    expect([again.state.get().status, again.passphrase.state.get()]).toEqual(['ready', 'off'])
    expect((await again.identity.showPhrase()).split(' ')).toHaveLength(24)
    expect(titlesIn(await again.spaces.open(id))).toEqual(['Dig'])
    // And once more, under keys that never lay open.
    await again.passphrase.set('another one, better')
    expect(readable(await rowsOn(ann.disk, id))).toEqual([])
    await world.dispose()
  })

  it('gives way to another', async () => {
    const { world, ann } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    expect(await code(ann.echo.passphrase.change('wrong horse battery', 'another one, better'))).toBe('bad-passphrase')
    expect(await code(ann.echo.passphrase.change(passphrase, 'short'))).toBe('bad-value')
    await ann.echo.passphrase.change(passphrase, 'another one, better')
    const again = await ann.restart()
    expect(await code(again.passphrase.unlock(passphrase))).toBe('bad-passphrase')
    expect(await code(again.passphrase.unlock('another one, better'))).toBe('done')
    await until(again.state, ({ status }) => status === 'ready')
    await world.dispose()
  })

  it('loads the other tabs anew, and what one writes that has not heard of it is sealed at the next unlocking', async () => {
    const { world, ann, id } = await createTest()
    const tab = await ann.openTab()
    const frozen = createMemoryStorage({ disk: ann.disk })
    await frozen.open()
    await ann.echo.passphrase.set(passphrase)
    expect(tab.state.get().status).toBe('disposed')
    await frozen.write({ putKeys: [{ key: 'muted/elsewhere', value: ['Annabel'] }] }, 'relaxed')
    expect(readable(await rowsOn(ann.disk, id))).toEqual(['Annabel'])
    await (await ann.restart()).passphrase.unlock(passphrase)
    expect(readable(await rowsOn(ann.disk, id))).toEqual([])
    // It may thaw when everybody has long unlocked again.
    await frozen.write({ putKeys: [{ key: 'muted/elsewhere', value: ['Annabel'] }] }, 'relaxed')
    await frozen.dispose()
    await (await ann.restart()).passphrase.unlock(passphrase)
    expect(readable(await rowsOn(ann.disk, id))).toEqual([])
    await world.dispose()
  })

  it('that the disk does not take changes nothing', async () => {
    const { world, ann, garden, id } = await createTest()
    const failing = ann.echo.passphrase.set(passphrase)
    ann.disk.quotaBytes = ann.disk.usedBytes
    expect(await code(failing)).toBe('storage-full')
    ann.disk.quotaBytes = Infinity
    expect(ann.echo.passphrase.state.get()).toBe('off')
    expect(readable(await rowsOn(ann.disk, id))).toEqual(secrets.slice(0, 2))
    garden.create(Task, { title: 'Harvest' })
    await garden.flush()
    const again = await ann.restart()
    expect(again.state.get()).toEqual({ status: 'ready' })
    expect(titlesIn(await again.spaces.open(id))).toEqual(['Dig', 'Harvest'])
    await world.dispose()
  })

  it('stands in nobody’s way who erases the device, and leaves no space behind', async () => {
    const { world, ann, id } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    const locked = await ann.restart()
    expect(locked.state.get()).toEqual({ status: 'locked' })
    await locked.reset({ confirm: 'erase this device' })
    expect(ann.disk.usedBytes).toBe(0)
    expect(await rowsOn(ann.disk, id)).toEqual([])
    expect((await ann.restart()).identity.state.get()).toEqual({ status: 'none' })
    await world.dispose()
  })

  it('outlives the browser deleting everything under the open app', async () => {
    const { world, ann, garden, id } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    ann.disk.empty()
    garden.create(Task, { title: 'Harvest' })
    await until(ann.echo.storage.state, ({ status }) => status === 'emptied')
    await until(garden.sync, ({ unsaved }) => unsaved === 0)
    await expect.poll(async () => (await rowsOn(ann.disk, id)).length).toBeGreaterThan(8)
    expect(readable(await rowsOn(ann.disk, id))).toEqual([])
    const again = await ann.restart()
    expect(again.state.get()).toEqual({ status: 'locked' })
    await again.passphrase.unlock(passphrase)
    await until(again.state, ({ status }) => status === 'ready')
    expect(again.identity.state.get()).toMatchObject({ identity: { name: 'Annabel' } })
    await world.dispose()
  })

  it('whose row is gone or damaged is told of, and makes nobody new', async () => {
    const world = await setup('ann', { onError: () => {} })
    await world.ann.echo.passphrase.set(passphrase)
    await world.ann.echo.dispose()
    const storage = createMemoryStorage({ disk: world.ann.disk })
    await storage.open()
    for (const value of [undefined, null, { status: 'locked' }, { status: 'off', keys: ['x'] }]) {
      await storage.write(value === undefined ? { deleteKeys: ['lock'] } : { putKeys: [{ key: 'lock', value }] }, 'strict')
      await expect(world.ann.restart()).rejects.toMatchObject({ code: 'data-corrupt', details: { row: 'lock' } })
    }
    await storage.dispose()
    await world.dispose()
  })

  it('under which the person’s rows are damaged makes nobody new either', async () => {
    const world = await setup('ann', { onError: () => {} })
    await world.ann.echo.passphrase.set(passphrase)
    await world.ann.echo.dispose()
    const storage = createMemoryStorage({ disk: world.ann.disk })
    await storage.open()
    const rows = (await storage.listKeys('identity/')) as readonly { readonly key: string; readonly value: { sealedRow: Uint8Array } }[]
    const putKeys = rows.map(({ key, value }) => ({
      key,
      value: { sealedRow: value.sealedRow.map((byte, i) => (i === 30 ? byte ^ 1 : byte)) },
    }))
    expect(putKeys).toHaveLength(6)
    await storage.write({ putKeys }, 'strict')
    await storage.dispose()
    const again = await world.ann.restart()
    await again.passphrase.unlock(passphrase)
    const state = await until(again.state, (now) => now.status !== 'locked' && now)
    expect(state).toMatchObject({ status: 'error', error: { code: 'data-corrupt', details: { row: 'identity/record' } } })
    expect(await code(again.identity.create())).not.toBe('done')
    await world.dispose()
  })

  it('loses no space whose row is damaged', async () => {
    const { world, ann, id } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    await ann.echo.dispose()
    const storage = createMemoryStorage({ disk: ann.disk })
    await storage.open()
    await storage.write({ putKeys: [{ key: `space/${id}`, value: { sealedRow: new Uint8Array(40) } }] }, 'strict')
    await storage.dispose()
    const again = await ann.restart()
    await again.passphrase.unlock(passphrase)
    expect(titlesIn(await again.spaces.open(id))).toEqual(['Dig'])
    await world.dispose()
  })

  it('keeps nobody waiting who asks for what is locked, or ends without unlocking', async () => {
    const { world, ann, id } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    const locked = await ann.restart()
    const opening = code(locked.spaces.open(id))
    expect(await code(locked.spaces.delete(id, { confirm: 'delete this space' }))).toBe('identity-locked')
    expect(await code(locked.spaces.revokeDevice('another device'))).toBe('identity-locked')
    await locked.dispose()
    expect([await opening, await code(locked.passphrase.unlock(passphrase))]).toEqual(['disposed', 'disposed'])
    await world.dispose()
  })

  it('leaves no key behind in the open where a page ended while it was being removed', async () => {
    const { world, ann, id } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    await ann.echo.dispose()
    const storage = createMemoryStorage({ disk: ann.disk })
    await storage.open()
    const value = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt'])
    await storage.write({ putKeys: [{ key: 'trial/identity/sign', value }] }, 'strict')
    await storage.dispose()
    const again = await ann.restart()
    await again.passphrase.unlock(passphrase)
    await until(again.state, ({ status }) => status === 'ready')
    expect(holdsKeyOfPlatform(await rowsOn(ann.disk, id))).toBe(false)
    await world.dispose()
  })

  it('is removed from a locked device by who knows it', async () => {
    const { world, ann, id } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    const locked = await ann.restart()
    expect(await code(locked.passphrase.remove('wrong horse battery'))).toBe('bad-passphrase')
    expect(await code(locked.passphrase.remove(passphrase))).toBe('done')
    const again = await ann.restart()
    expect([again.state.get().status, again.identity.state.get().status]).toEqual(['ready', 'ready'])
    expect(titlesIn(await again.spaces.open(id))).toEqual(['Dig'])
    await world.dispose()
  })

  it('does not keep a tab from hearing how the network is doing', async () => {
    const { world, ann } = await createTest()
    await ann.echo.passphrase.set(passphrase)
    await until(ann.echo.network.state, ({ status }) => status === 'online')
    const tab = await ann.openTab()
    await until(tab.network.state, ({ status }) => status === 'online')
    expect(tab.state.get()).toEqual({ status: 'locked' })
    await tab.passphrase.unlock(passphrase)
    await until(tab.state, ({ status }) => status === 'ready')
    expect(tab.network.state.get()).toMatchObject({ status: 'online' })
    await world.dispose()
  })
})

function titlesIn(space: Space): readonly string[] {
  return space
    .run(query(Task))
    .map(({ title }) => title)
    .sort()
}
