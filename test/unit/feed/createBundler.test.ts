import { describe, expect, it } from 'vitest'
import { createBundler, type Bundler } from '../../../src/feed/bundles/createBundler.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { storageFullError } from '../../../src/storage/storageError.ts'
import { createTestSpace, openReplica, type TestReplica, type TestSpace } from '../documents/createTestSpace.ts'

const sizes = { blocks: 8, bundles: 3 }

function bundlerOf(world: TestSpace, replica: TestReplica, faults: unknown[] = []): Bundler {
  return createBundler({
    ...world,
    ...replica,
    device: world.alice.signing.publicKey,
    slot: replica.documents.slot,
    sizes,
    onFault: (error) => faults.push(error),
  })
}

async function write(replica: TestReplica, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    replica.documents.root.write((map) => map.set(`key ${i}`, `value ${i}`))
    replica.documents.tick()
  }
  await replica.documents.flush()
}

/** Rows and bundles on disk, each bundle as the numbers of its first and last block. */
async function onDisk(world: TestSpace, replica: TestReplica) {
  const headers = (await replica.storage.readHeaders(world.space)).rows.map(({ seq }) => seq)
  const bundles = (await replica.storage.readBundles(world.space)).rows.map(({ first, seq }) => [first, seq])
  return { headers, bundles }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

const keysOf = (replica: TestReplica) => [...replica.documents.root.map.keys()].sort()

/** Opens the disk anew, with nobody else alive. */
async function restarted(world: TestSpace, replica: TestReplica): Promise<TestReplica> {
  await replica.documents.dispose()
  await replica.storage.dispose()
  return openReplica(world, world.alice, { disk: replica.disk })
}

async function createTest(count: number) {
  const world = await createTestSpace()
  const alice = await openReplica(world, world.alice)
  await write(alice, 0, count)
  return { world, alice }
}

describe('the bundler', () => {
  it('leaves alone what is too little for a bundle', async () => {
    const { world, alice } = await createTest(7)
    bundlerOf(world, alice)
    await world.clock.run(10_000)
    expect(await onDisk(world, alice)).toEqual({ headers: range(0, 7), bundles: [] })
  })

  it('puts runs of blocks into bundles and those into larger ones, and a restart finds all of it', async () => {
    const { world, alice } = await createTest(37)
    const keys = keysOf(alice)
    bundlerOf(world, alice)
    await world.clock.run(10_000)
    expect(await onDisk(world, alice)).toEqual({
      headers: range(32, 37),
      bundles: [
        [0, 23],
        [24, 31],
      ],
    })
    const again = await restarted(world, alice)
    expect(keysOf(again)).toEqual(keys)
    expect([again.graph.size, again.faults]).toEqual([37, []])
    expect(again.graph.heads()).toEqual(alice.graph.heads())
    await write(again, 37, 40)
    expect((await again.store.payloads(again.graph.missingFor([]))).every((payload) => payload !== undefined)).toBe(true)
  })

  it('bundles what is written later, too', async () => {
    const { world, alice } = await createTest(8)
    const bundler = bundlerOf(world, alice)
    await world.clock.run(10_000)
    await write(alice, 8, 16)
    bundler.note()
    await world.clock.run(10_000)
    expect((await onDisk(world, alice)).bundles).toEqual([
      [0, 7],
      [8, 15],
    ])
  })

  it('waits until nothing has come for some seconds, but not for ever', async () => {
    const { world, alice } = await createTest(8)
    const bundler = bundlerOf(world, alice)
    const bundles = async () => (await onDisk(world, alice)).bundles.length
    for (let second = 1; second < 60; second++) {
      await world.clock.run(1_000)
      bundler.note()
    }
    expect(await bundles()).toBe(0)
    for (let second = 0; second < 3; second++) {
      await world.clock.run(1_000)
      bundler.note()
    }
    expect(await bundles()).toBe(1)
  })

  it('makes much less of much typing', async () => {
    const { world, alice } = await createTest(40)
    const before = alice.disk.usedBytes
    bundlerOf(world, alice)
    await world.clock.run(10_000)
    expect(alice.disk.usedBytes).toBeLessThan(before / 3)
  })

  it('works in one tab at a time, and in the next when that one closes', async () => {
    const { world, alice } = await createTest(8)
    const other = await openReplica(world, world.alice, { disk: alice.disk })
    const first = bundlerOf(world, alice)
    bundlerOf(world, other)
    await world.clock.run(10_000)
    expect((await onDisk(world, other)).bundles).toEqual([[0, 7]])
    expect(other.store.bundlesOf(other.graph.heads()[0]!.feed)).toEqual([])
    first.dispose()
    await world.clock.run(10_000)
    expect(other.store.bundlesOf(other.graph.heads()[0]!.feed).map(({ first: begin, seq }) => [begin, seq])).toEqual([[0, 7]])
  })

  it('takes nothing from a tab that does not know of the bundle', async () => {
    const { world, alice } = await createTest(16)
    const other = await openReplica(world, world.alice, { disk: alice.disk })
    bundlerOf(world, alice)
    await world.clock.run(10_000)
    expect((await onDisk(world, alice)).headers).toEqual([])
    const nodes = other.graph.missingFor([])
    expect((await other.store.payloads(nodes)).map((payload) => payload?.length)).toEqual(
      (await alice.store.payloads(nodes)).map((payload) => payload!.length),
    )
  })

  it('loses nothing where the disk is full, and tries again later', async () => {
    const { world, alice } = await createTest(24)
    const faults: unknown[] = []
    const keys = keysOf(alice)
    const bundler = bundlerOf(world, alice, faults)
    alice.disk.failNextWrite(storageFullError())
    await world.clock.run(10_000)
    expect(faults).toMatchObject([{ code: 'storage-full' }])
    expect(await onDisk(world, alice)).toEqual({ headers: range(0, 24), bundles: [] })
    bundler.note()
    await world.clock.run(10_000)
    expect((await onDisk(world, alice)).bundles).toEqual([[0, 23]])
    expect(keysOf(await restarted(world, alice))).toEqual(keys)
  })

  it('loses nothing where the power fails, at whatever moment and with whatever the disk has kept', async () => {
    for (let ms = 1900; ms < 2200; ms += 7) {
      const { world, alice } = await createTest(24)
      const keys = keysOf(alice)
      bundlerOf(world, alice)
      await world.clock.run(ms)
      alice.disk.crash(ms % 4)
      const again = await openReplica(world, world.alice, { disk: alice.disk })
      expect([keysOf(again), again.graph.size, again.faults], `after ${ms} ms`).toEqual([keys, 24, []])
    }
  })

  it('removes rows and smaller bundles whose blocks lie in a bundle', async () => {
    const { world, alice } = await createTest(24)
    const nodes = alice.graph.missingFor([])
    const places = nodes.slice(0, 3).map((node) => ({ feed: node.feed, seq: node.header.seq, block: node.id }))
    const rows = await alice.storage.readBlocks(world.space, places)
    const first = bundlerOf(world, alice)
    await world.clock.run(10_000)
    await alice.storage.write({ putBlocks: rows.flatMap((row) => row ?? []) }, 'relaxed')
    expect((await onDisk(world, alice)).headers).toEqual([0, 1, 2])
    const again = await restarted(world, alice)
    expect([again.graph.size, again.faults]).toEqual([24, []])
    first.dispose()
    bundlerOf(world, again)
    await world.clock.run(10_000)
    expect(await onDisk(world, again)).toEqual({ headers: [], bundles: [[0, 23]] })
  })

  it('keeps what it has just replaced in mind where the store learns anew from an older reading', async () => {
    const { world, alice } = await createTest(40)
    const storage = alice.storage as { -readonly [Method in keyof Storage]: Storage[Method] }
    const { readBundles } = storage
    let goOn = () => {}
    const gate = new Promise<void>((resolve) => (goOn = resolve))
    storage.readBundles = async (space) => {
      const found = await readBundles(space)
      await gate
      return found
    }
    const refreshed = alice.store.refreshBundles()
    storage.readBundles = readBundles
    bundlerOf(world, alice)
    await world.clock.run(10_000)
    goOn()
    await refreshed
    const nodes = alice.graph.missingFor([])
    expect(alice.store.bundlesOf(nodes[0]!.feed).map(({ first, seq }) => [first, seq])).toEqual((await onDisk(world, alice)).bundles)
    expect(nodes.filter((node) => alice.store.bundleOf(node) === undefined)).toEqual([])

    storage.readBundles = () => Promise.reject(new Error('no disk'))
    await expect(alice.store.refreshBundles()).rejects.toThrow('no disk')
    expect(nodes.filter((node) => alice.store.bundleOf(node) === undefined)).toEqual([])
  })

  it('leaves out what a damaged bundle held and opens with the rest', async () => {
    const { world, alice } = await createTest(17)
    bundlerOf(world, alice)
    await world.clock.run(10_000)
    const last = alice.graph.missingFor([])[15]!
    alice.disk.damageBlock(world.space, last.id, 'envelope')
    const again = await restarted(world, alice)
    expect(again.graph.size).toBe(8)
    expect(keysOf(again)).toEqual(range(0, 8).map((i) => `key ${i}`))
  })
})
