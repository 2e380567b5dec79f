import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import type { MemoryDisk } from '../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const passphrase = 'correct horse battery'

async function rowsOn(disk: MemoryDisk): Promise<readonly { readonly key: string; readonly value: unknown }[]> {
  const storage = createMemoryStorage({ disk })
  await storage.open()
  const rows = await storage.listKeys('local/')
  await storage.dispose()
  return rows
}

async function createTest() {
  const errors: string[] = []
  const world = await setup('ann', 'ben', { types: [Task], crypto: createSimulatedCrypto, onError: ({ code }) => errors.push(code) })
  const [hers, his] = await world.shareSpace('Garden', world.ann, world.ben)
  return { ...world, hers, his, errors }
}

describe('state that stays on a device', () => {
  it('is in all of its tabs at once, also in one that opens the space meanwhile, and there after a restart', async () => {
    const { ann, hers, errors, dispose } = await createTest()
    const tab = await ann.openTab()
    const opening = tab.spaces.open(hers.id)
    hers.local<string>('filter').set('open')
    const there = await opening
    await until(there.local<string>('filter'), (value) => value === 'open')
    there.local<string>('filter').set('mine')
    expect(await until(hers.local<string>('filter'), (value) => value === 'mine')).toBe(true)
    there.local('filter').set(undefined)
    await until(hers.local('filter'), (value) => value === undefined)
    hers.local('pane').set({ size: 3 })
    const again = await (await ann.restart()).spaces.open(hers.id)
    expect([again.local('pane').get(), again.local('filter').get(), errors]).toEqual([{ size: 3 }, undefined, []])
    await dispose()
  })

  it('reaches no other member, no file and no copy of the space', async () => {
    const { ann, hers, his, dispose } = await createTest()
    hers.local('draft').set('for me alone')
    const task = hers.create(Task, { title: 'for all' })
    await his.waitForItem(Task, task.id)
    expect(his.local('draft').get()).toBe(undefined)
    const { blob } = await hers.export({ format: 'json' })
    const text = await blob.text()
    expect([text.includes('for all'), text.includes('for me alone')]).toEqual([true, false])
    expect((await ann.echo.spaces.clone(hers.id)).local('draft').get()).toBe(undefined)
    await dispose()
  })

  it('is sealed under the passphrase, and read again when that is typed in', async () => {
    const { ann, hers, dispose } = await createTest()
    hers.local('draft').set('for me alone')
    await ann.echo.passphrase.set(passphrase)
    hers.local('second').set('for me alone')
    await hers.flush()
    const rows = await rowsOn(ann.disk)
    expect(rows.map(({ key }) => key.split('/')[2])).toEqual(['draft', 'second'])
    expect(rows.every(({ value }) => Object.keys(value as object).join() === 'sealedRow')).toBe(true)
    const echo = await ann.restart()
    await echo.passphrase.unlock(passphrase)
    const again = await echo.spaces.open(hers.id)
    expect([again.local('draft').get(), again.local('second').get()]).toEqual(['for me alone', 'for me alone'])
    await dispose()
  })

  it('goes with the space, and with the device', async () => {
    const { ann, ben, hers, his, errors, dispose } = await createTest()
    hers.local('draft').set('for me alone')
    const other = await ann.echo.spaces.create({ name: 'Other' })
    other.local('draft').set('stays')
    his.local('draft').set('his')
    await his.leave()
    await ben.echo.spaces.delete(his.id, { confirm: 'delete this space' })
    expect(await rowsOn(ben.disk)).toEqual([])
    expect((await rowsOn(ann.disk)).length).toBe(2)
    await ann.echo.reset({ confirm: 'erase this device' })
    expect([await rowsOn(ann.disk), errors]).toEqual([[], []])
    await dispose()
  })

  it('comes back from memory when the disk was emptied under the open app, and hostile rows only earn a report', async () => {
    const { ann, hers, errors, dispose } = await createTest()
    hers.local('draft').set('for me alone')
    await hers.flush()
    ann.disk.empty()
    hers.create(Task, { title: 'finds it empty' })
    await until(ann.echo.storage.state, ({ status }) => status === 'emptied')
    await expect.poll(() => rowsOn(ann.disk), { timeout: 10_000 }).toHaveLength(1)
    await ann.disk.commit({ putKeys: [{ key: `local/${hers.id}/draft`, value: { v: { '@': 'date', v: 'never' } } }] }, 'relaxed')
    errors.length = 0
    const again = await (await ann.restart()).spaces.open(hers.id)
    expect([again.local('draft').get(), errors.includes('data-corrupt')]).toEqual([undefined, true])
    await dispose()
  })
})
