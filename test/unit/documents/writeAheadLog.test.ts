import { describe, expect, it } from 'vitest'
import { EchoError } from '../../../src/shared/echoError.ts'
import { rootDocumentId, toId, type SpaceId } from '../../../src/shared/ids.ts'
import type { BlockStore } from '../../../src/feed/store/blockStore.ts'
import type { StorageBatch } from '../../../src/storage/storage.ts'
import { createWriteAheadLog } from '../../../src/documents/writing/writeAheadLog.ts'

const space = toId<SpaceId>(new Uint8Array(32))
const full = new EchoError('storage-full', 'The disk is full.')

function setup() {
  const writes: { readonly put: readonly string[]; readonly deleted: readonly string[] }[] = []
  const faults: unknown[] = []
  const disk = { isFull: false }
  const put: BlockStore['put'] = async (_blocks, _durability, batch: StorageBatch = {}) => {
    writes.push({ put: (batch.putPending ?? []).map(({ key }) => key), deleted: (batch.deletePending ?? []).map(({ key }) => key) })
    await new Promise((resolve) => setTimeout(resolve))
    if (disk.isFull) throw full
  }
  const wal = createWriteAheadLog({ store: { put }, space, onFault: (error) => faults.push(error) })
  let clock = 0
  const edit = (instead?: readonly string[]): string =>
    wal.append({ document: rootDocumentId, from: clock, to: ++clock, update: new Uint8Array(2), heads: [] }, instead)
  return { wal, writes, faults, disk, edit }
}

describe('the write-ahead log', () => {
  it('begins to write the edits of a task before each call returns', async () => {
    const { wal, writes, edit } = setup()
    for (let i = 0; i < 8; i++) {
      const key = edit()
      expect(writes.at(-1)).toEqual({ put: [key], deleted: [] })
    }
    expect(wal.unsaved.get()).toBe(8)
    await wal.settled()
    expect(writes).toHaveLength(8)
    expect(wal.unsaved.get()).toBe(0)
  })

  it('counts edits as shareable only once a block holds them, whatever the disk has of them', async () => {
    const { wal, edit } = setup()
    const first = edit()
    const second = edit([edit()])
    expect([wal.unsaved.get(), wal.unshared.get()]).toEqual([2, 2])
    await wal.settled()
    expect([wal.unsaved.get(), wal.unshared.get()]).toEqual([0, 2])
    wal.covered([first])
    expect(wal.unshared.get()).toBe(1)
    wal.drop([second])
    expect(wal.unshared.get()).toBe(0)
  })

  it('lets no more than an eighth of many edits wait for the end of their task, and writes them in few portions', async () => {
    const { wal, writes, edit } = setup()
    const written = (): number => writes.reduce((sum, { put }) => sum + put.length, 0)
    for (let i = 1; i <= 1_000; i++) {
      edit()
      expect(written()).toBeGreaterThanOrEqual((i - 1) * (8 / 9))
    }
    await Promise.resolve()
    expect(written()).toBe(1_000)
    expect(writes.length).toBeLessThan(60)
    const next = edit()
    expect(writes.at(-1)).toEqual({ put: [next], deleted: [] })
    await wal.settled()
    expect(wal.unsaved.get()).toBe(0)
  })

  it('begins to write what waits where someone asks for it', () => {
    const { wal, writes, edit } = setup()
    for (let i = 0; i < 8; i++) edit()
    const waiting = edit()
    expect(writes.at(-1)!.put).not.toContain(waiting)
    void wal.settled()
    expect(writes.at(-1)).toEqual({ put: [waiting], deleted: [] })
  })

  it('writes no row that is covered before it is written, for it would stay on the disk for good', async () => {
    const { wal, writes, edit } = setup()
    for (let i = 0; i < 16; i++) edit()
    const waiting = edit()
    wal.covered([waiting])
    await wal.settled()
    expect(writes.flatMap(({ put }) => put)).not.toContain(waiting)
    expect(wal.unsaved.get()).toBe(0)
  })

  it('removes every row that another stands for, also where that one is replaced in the same task', async () => {
    const { wal, writes, edit } = setup()
    const stored = edit()
    await wal.settled()
    edit()
    const last = edit([edit([stored])])
    await wal.settled()
    expect(writes.at(-1)!.put).toEqual([last])
    expect(writes.flatMap(({ deleted }) => deleted)).toContain(stored)
  })

  it('writes what the disk did not take with the next row, and what was to be removed', async () => {
    const { wal, writes, faults, disk, edit } = setup()
    const stored = edit()
    await wal.settled()
    disk.isFull = true
    const failed = edit([stored])
    await wal.settled()
    expect(faults).toEqual([full])
    expect(wal.unsaved.get()).toBe(1)
    disk.isFull = false
    const next = edit()
    await wal.settled()
    expect(writes.at(-1)!.put.toSorted()).toEqual([failed, next])
    expect(writes.at(-1)!.deleted).toEqual([stored])
    expect(wal.unsaved.get()).toBe(0)
  })

  it('forgets what the disk did not take once a block holds it', async () => {
    const { wal, writes, disk, edit } = setup()
    disk.isFull = true
    const failed = edit()
    await wal.settled()
    disk.isFull = false
    wal.covered([failed])
    const next = edit()
    await wal.settled()
    expect(writes.at(-1)!.put).toEqual([next])
    expect(wal.unsaved.get()).toBe(0)
  })
})
