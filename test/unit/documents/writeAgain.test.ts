import * as Y from 'yjs'
import { describe, expect, it } from 'vitest'
import { createWriteAgain } from '../../../src/documents/verdicts/writeAgain.ts'
import { lockSlot } from '../../../src/documents/writing/claimSlot.ts'
import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import type { BlockHeader } from '../../../src/feed/header.ts'
import type { BlockStore } from '../../../src/feed/store/blockStore.ts'
import { compareBytes } from '../../../src/shared/bytes.ts'
import { idBytes, rootDocumentId, toId, type BlockId, type DocumentId } from '../../../src/shared/ids.ts'
import { createMemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { bytes32, hashOnly, headerOf, idOf, space, spaceBytes } from '../feed/feedFixtures.ts'

const device = bytes32(1)
const notes = toId<DocumentId>(new Uint8Array(16).fill(5))
const minute = 60_000

/**
 * A device whose slot 0 forked at its second block; each branch has a block in the root document, then one in the notes.
 * @param options.isOfThisDisk whether this disk wrote the branch that does not stand
 */
async function createForked({ isOfThisDisk = true } = {}) {
  const clock = createSimulatedClock()
  const disk = createMemoryDisk()
  const storage = createMemoryStorage({ disk })
  await storage.open()
  const graph = createBlockGraph({ crypto: hashOnly, space })
  const payloads = new Map<BlockId, Uint8Array>()
  const damaged = new Set<DocumentId>()
  const read = new Set<DocumentId>()
  const written: DocumentId[] = []
  const world = {
    clock,
    disk,
    storage,
    graph,
    damaged,
    read,
    written,
    isReady: true,
    /** What becomes of an attempt. */
    outcome: 'written' as 'written' | 'refused' | 'impossible',
    onWrite: (): void => {},
    cut,
  }

  /** Adds a block that sets a key of its document. */
  function cut(previous: BlockId | undefined, document: DocumentId, changes: Partial<BlockHeader> = {}): BlockId {
    const slot = changes.slot ?? 0
    const seq = previous === undefined ? 0 : graph.node(previous)!.header.seq + 1
    const from = graph.clockAfter(previous, document)
    const doc = new Y.Doc()
    doc.clientID = clientIdOf(hashOnly, spaceBytes, device, slot)
    for (let clock = 0; clock <= from; clock++) doc.getMap('items').set(`key ${clock}`, 'a')
    const payload = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(new Map([[doc.clientID, from]])))
    const header = headerOf({
      slot,
      seq,
      document: idBytes(document),
      from,
      to: from + 1,
      ...(previous && { previous: idBytes(previous) }),
      ...changes,
    })
    const id = idOf(header)
    expect(graph.place(id, header)).toEqual({ status: 'fits' })
    graph.add(id, header)
    graph.decide()
    payloads.set(id, payload)
    return id
  }

  const base = cut(undefined, rootDocumentId)
  const branches = [1, 2]
    .map((timeMs) => cut(base, rootDocumentId, { timeMs }))
    .sort((a, b) => compareBytes(idBytes(a), idBytes(b)))
    .map((first) => cut(first, notes))
  const mark = branches[isOfThisDisk ? 1 : 0]!
  await storage.write({ putMarks: [{ space, slot: 0, seq: 2, block: mark }] }, 'strict')

  let newest: BlockId | undefined
  const round = createWriteAgain({
    clock,
    storage,
    space,
    device,
    graph,
    source: {
      clock,
      space,
      store: { payloads: async (nodes: readonly unknown[]) => nodes.map(() => undefined) } as unknown as BlockStore,
      unstored(id) {
        const { document } = graph.node(id)!
        read.add(document)
        return damaged.has(document) ? undefined : payloads.get(id)
      },
      caches: undefined,
    },
    ownSlots: () => [],
    isReady: () => world.isReady,
    open: async () => ({ close() {} }),
    cutEdits(document, retracts) {
      written.push(document)
      if (world.outcome === 'written') newest = cut(newest, document, { slot: 9, retracts })
      world.onWrite()
      return world.outcome !== 'impossible'
    },
    stored: async () => {},
  })
  return { ...world, world, round, base }
}

describe('a round of writing again', () => {
  it('writes all documents, and leaves nothing', async () => {
    const { round, written } = await createForked()
    expect(await round()).toEqual({ isNews: true, isLeft: false })
    expect(written).toEqual([rootDocumentId, notes])
    expect(await round()).toEqual({ isNews: false, isLeft: false })
    expect(written).toHaveLength(2)
  })

  it('leaves what a copy of the profile wrote to that copy for a minute, which is news once', async () => {
    const { round, written, clock } = await createForked({ isOfThisDisk: false })
    expect(await round()).toEqual({ isNews: true, isLeft: true })
    await clock.run(minute - 1)
    expect(await round()).toEqual({ isNews: false, isLeft: true })
    expect(written).toEqual([])
    await clock.run(1)
    expect(await round()).toEqual({ isNews: false, isLeft: false })
    expect(written).toEqual([rootDocumentId, notes])
  })

  it('ends where what it wrote puts something in doubt, and leaves the rest to the next', async () => {
    const { round, written, read, world } = await createForked()
    world.onWrite = () => (world.isReady = false)
    expect(await round()).toEqual({ isNews: true, isLeft: true })
    expect(written).toEqual([rootDocumentId])
    expect([...read]).toEqual([rootDocumentId])
    world.isReady = true
    expect(await round()).toEqual({ isNews: false, isLeft: false })
    expect(written).toEqual([rootDocumentId, notes])
  })

  it('does not ask the disk while nothing can be written', async () => {
    const { round, written, storage, world } = await createForked()
    world.isReady = false
    await storage.dispose()
    expect(await round()).toEqual({ isNews: true, isLeft: true })
    expect(written).toEqual([])
    world.isReady = true
    await expect(round()).rejects.toMatchObject({ code: 'disposed' })
  })

  it('leaves the edits of a tab that lives to that tab', async () => {
    const { round, written, disk } = await createForked()
    const other = createMemoryStorage({ disk })
    await other.open()
    const lock = await lockSlot(other, space, 0)
    expect(await round()).toEqual({ isNews: true, isLeft: true })
    expect(written).toEqual([])
    lock!.release()
    expect(await round()).toEqual({ isNews: false, isLeft: false })
    expect(written).toEqual([rootDocumentId, notes])
  })

  it('leaves what is withdrawn meanwhile', async () => {
    const { round, world, cut, base } = await createForked()
    world.onWrite = () => {
      world.onWrite = () => {}
      // Two more at a place that has two already: at most one of three stands.
      for (const timeMs of [3, 4]) cut(base, rootDocumentId, { timeMs })
    }
    expect(await round()).toEqual({ isNews: true, isLeft: true })
    expect((await round()).isNews).toBe(true)
  })

  it('tries what a rule refused once, until something else is withdrawn', async () => {
    const { round, written, world, cut, base } = await createForked()
    world.outcome = 'refused'
    expect(await round()).toEqual({ isNews: true, isLeft: false })
    expect(await round()).toEqual({ isNews: false, isLeft: false })
    expect(written).toEqual([rootDocumentId, notes])
    world.outcome = 'written'
    for (const timeMs of [3, 4]) cut(base, rootDocumentId, { timeMs })
    expect((await round()).isNews).toBe(true)
    expect(written.slice(2)).toEqual(expect.arrayContaining([rootDocumentId, notes]))
  })

  it('tries what could not be tried just then the next time', async () => {
    const { round, written, world } = await createForked()
    world.outcome = 'impossible'
    expect(await round()).toEqual({ isNews: true, isLeft: true })
    world.outcome = 'written'
    expect(await round()).toEqual({ isNews: false, isLeft: false })
    expect(written).toEqual([rootDocumentId, notes, rootDocumentId, notes])
  })

  it('writes the other documents where a block of one is damaged, and says which', async () => {
    const { round, written, damaged } = await createForked()
    damaged.add(rootDocumentId)
    await expect(round()).rejects.toMatchObject({ code: 'data-corrupt', details: { document: rootDocumentId } })
    expect(written).toEqual([notes])
    damaged.clear()
    expect(await round()).toEqual({ isNews: false, isLeft: false })
    expect(written).toEqual([notes, rootDocumentId])
  })
})
