import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createDatabase, type Database } from '../../src/database/database.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { authorTagOf } from '../../src/database/graph/positions.ts'
import { query } from '../../src/database/query/query.ts'
import { createItemId, rootDocumentId, type DocumentId, type ItemId } from '../../src/shared/ids.ts'
import { createSeededRandom } from '../../src/testing/seededRandom.ts'
import { createTestSpace, exchange, openReplica, type TestReplica, type TestSpace } from '../unit/documents/createTestSpace.ts'

/*
 * Withdrawing a block means building its document anew and putting it in the place of the open one. Whoever types meanwhile must not notice.
 */
const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const random = createSeededRandom('swap')

function openDatabase(world: TestSpace, replica: TestReplica): Database {
  return createDatabase({
    root: replica.documents.root,
    types: [Task],
    clock: world.clock,
    random,
    authorTag: authorTagOf(world.alice.deviceId),
    onError: (error) => replica.faults.push(error as never),
  })
}

async function createTest() {
  const world = await createTestSpace()
  const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
  return { world, alice, bob }
}

const newItem = (): ItemId => createItemId(random)
const asDocument = (item: ItemId): DocumentId => item as string as DocumentId

/** Runs `act` in every microtask until `until` has settled, and some times more. */
async function inEveryMicrotask(until: Promise<unknown>, act: (turn: number) => void): Promise<void> {
  let isSettled = false
  void until.then(() => (isSettled = true))
  let after = 0
  for (let turn = 0; after < 20; turn++) {
    act(turn)
    await Promise.resolve()
    if (isSettled) after++
  }
}

describe('a text that is rebuilt while it is open', () => {
  it('keeps what was typed before, during and after, also into the former text, and gives handles the next generation', async () => {
    const { alice, bob } = await createTest()
    const item = newItem()
    const [handle, second] = [await alice.documents.openText(item), await alice.documents.openText(item)]
    const former = handle.current.get()
    former.yText.insert(0, 'before ')
    const rebuilding = alice.documents.rebuild(asDocument(item))
    former.yText.insert(7, 'during ')
    await rebuilding
    expect(handle.current.get().generation).toBe(former.generation + 1)
    expect(handle.current.get().yText).not.toBe(former.yText)
    expect(second.current.get()).toBe(handle.current.get())
    expect(handle.content.get()).toBe('before during ')
    // An editor that has not bound to the new text yet.
    former.yText.insert(14, 'late ')
    handle.current.get().yText.insert(handle.current.get().yText.length, 'after')
    expect(handle.content.get()).toBe('before during late after')
    await exchange(alice, bob)
    expect((await bob.documents.openText(item)).content.get()).toBe('before during late after')
    expect(alice.faults).toEqual([])
  })

  it('loses nothing that is typed at any moment of it', async () => {
    const { alice, bob } = await createTest()
    const item = newItem()
    const handle = await alice.documents.openText(item)
    let typed = ''
    for (let round = 0; round < 10; round++) {
      // An editor binds anew some time later, not at once.
      const { yText } = handle.current.get()
      await inEveryMicrotask(alice.documents.rebuild(asDocument(item)), (turn) => {
        const letter = String.fromCharCode(97 + (turn % 26))
        yText.insert(yText.length, letter)
        typed += letter
      })
      expect(handle.content.get(), `round ${round}`).toBe(typed)
    }
    await exchange(alice, bob)
    expect((await bob.documents.openText(item)).content.get()).toBe(typed)
    expect(typed.length).toBeGreaterThan(200)
    expect(alice.faults).toEqual([])
  })

  it('takes in what arrives meanwhile', async () => {
    const { alice, bob } = await createTest()
    const item = newItem()
    const [hers, his] = [await alice.documents.openText(item), await bob.documents.openText(item)]
    hers.current.get().yText.insert(0, 'hers ')
    await exchange(alice, bob)
    his.current.get().yText.insert(5, 'his')
    await bob.documents.flush()
    const blocks = await bob.allBlocks()
    const rebuilding = alice.documents.rebuild(asDocument(item))
    await alice.receive(blocks)
    await rebuilding
    expect(hers.content.get()).toBe('hers his')
  })

  it('goes on after any number of rebuilds, random edits on both sides, and an open of what is on disk', async () => {
    const { world, alice, bob } = await createTest()
    const item = newItem()
    const [hers, his] = [await alice.documents.openText(item), await bob.documents.openText(item)]
    for (let step = 0; step < 60; step++) {
      const [replica, handle] = random.chance(0.5) ? [alice, hers] : [bob, his]
      const { yText } = handle.current.get()
      if (yText.length > 5 && random.chance(0.3)) yText.delete(random.below(yText.length - 3), 2)
      else yText.insert(random.below(yText.length + 1), 'abcdef'.slice(random.below(5)))
      if (random.chance(0.2)) await replica.documents.rebuild(asDocument(item))
      if (random.chance(0.2)) await exchange(alice, bob)
    }
    await exchange(alice, bob)
    expect(his.content.get()).toBe(hers.content.get())
    expect(hers.current.get().generation).toBeGreaterThan(3)
    await alice.documents.dispose()
    await alice.store.flush()
    await alice.storage.dispose()
    const again = await openReplica(world, world.alice, { disk: alice.disk })
    expect((await again.documents.openText(item)).content.get()).toBe(his.content.get())
    expect([...alice.faults, ...bob.faults, ...again.faults]).toEqual([])
  })

  it('stays as it is where its blocks cannot be read', async () => {
    const { world, alice } = await createTest()
    const item = newItem()
    const handle = await alice.documents.openText(item)
    handle.current.get().yText.insert(0, 'still here')
    await alice.documents.flush()
    const { payloads } = alice.store
    ;(alice.store as { payloads: unknown }).payloads = async (nodes: readonly unknown[]) => nodes.map(() => undefined)
    await expect(alice.documents.rebuild(asDocument(item))).rejects.toMatchObject({ code: 'data-corrupt' })
    ;(alice.store as { payloads: unknown }).payloads = payloads
    expect(handle.content.get()).toBe('still here')
    handle.current.get().yText.insert(10, '!')
    await alice.documents.flush()
    await world.clock.run(100)
    expect(alice.stored).toHaveLength(2)
  })
})

describe('the items that are rebuilt under live queries', () => {
  it('keep the identity of what did not change, and lose no write', async () => {
    const { world, alice, bob } = await createTest()
    const database = openDatabase(world, alice)
    const tasks = database.live(query(Task).orderBy('title'))
    tasks.subscribe(() => {})
    const [a, b] = [database.create(Task, { title: 'a' }), database.create(Task, { title: 'b' })]
    database.create(Task, { title: 'c' })
    const before = tasks.get()
    expect(before).toHaveLength(3)
    let heard = 0
    tasks.subscribe(() => heard++)
    const rebuilding = alice.documents.rebuild(rootDocumentId)
    database.update(b, { done: true })
    const during = tasks.get()
    await rebuilding
    expect(tasks.get()).toBe(during)
    expect(tasks.get()[0]).toBe(before[0])
    expect(tasks.get()[2]).toBe(before[2])
    expect(tasks.get()[1]).toMatchObject({ title: 'b', done: true })
    expect(heard).toBe(1)
    database.update(a, { title: 'a later' })
    expect(database.get(Task, a.id)?.title).toBe('a later')
    await exchange(alice, bob)
    const his = openDatabase(world, bob)
    expect(his.run(query(Task).orderBy('title')).map((task) => ({ ...task }))).toEqual(tasks.get().map((task) => ({ ...task })))
    expect(alice.faults).toEqual([])
  })

  it('lose no write at any moment of it', async () => {
    const { world, alice, bob } = await createTest()
    const database = openDatabase(world, alice)
    const titles: string[] = []
    for (let round = 0; round < 10; round++) {
      await inEveryMicrotask(alice.documents.rebuild(rootDocumentId), (turn) => {
        titles.push(database.create(Task, { title: `${round} ${turn}` }).title)
      })
      expect(database.count(query(Task)), `round ${round}`).toBe(titles.length)
      expect(alice.documents.root.map.size, `round ${round}`).toBe(titles.length)
    }
    await exchange(alice, bob)
    const his = openDatabase(world, bob)
    expect(
      his
        .run(query(Task))
        .map(({ title }) => title)
        .sort(),
    ).toEqual(titles.sort())
    expect(alice.faults).toEqual([])
  })
})
