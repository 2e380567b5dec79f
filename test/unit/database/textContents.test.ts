import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { createRemoval } from '../../../src/access/making/createEnd.ts'
import { createTextContents, maxContentLength, maxExcerptLength } from '../../../src/database/items/textContents.ts'
import { createTextRows } from '../../../src/database/items/textRows.ts'
import type { TextReader } from '../../../src/documents/texts/textReader.ts'
import { createItemId, type DocumentId, type ItemId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, exchange, openReplica, type TestReplica, type TestSpace } from '../documents/createTestSpace.ts'

const random = createSeededRandom('text contents')

/** What texts say on one device; the documents that it opened are counted. */
function openContents(world: TestSpace, replica: TestReplica, models: ReadonlyMap<ItemId, string> = new Map()) {
  const errors: unknown[] = []
  const told: ItemId[][] = []
  const read: ItemId[] = []
  const changes: (ItemId | undefined)[] = []
  const gone = new Set<ItemId>()
  const { reader } = replica.documents
  const counting: TextReader = {
    ...reader,
    read(item, ...rest) {
      read.push(item)
      return reader.read(item, ...rest)
    },
  }
  const contents = createTextContents({
    clock: world.clock,
    reader: counting,
    rows: createTextRows(replica.storage, world.space),
    modelOf: (item) => (gone.has(item) ? undefined : (models.get(item) ?? 'text')),
    onExcerpts: (items) => told.push([...items]),
    onError: (error) => errors.push(error),
  })
  contents.onChange((item) => changes.push(item))
  return { contents, errors, told, read, changes, gone }
}

async function write(world: TestSpace, replica: TestReplica, item: ItemId, text: string): Promise<void> {
  const handle = await replica.documents.openText(item)
  handle.insert(0, text)
  handle.release()
  await replica.documents.flush()
  await world.clock.run(1_200)
}

async function createTest() {
  const world = await createTestSpace()
  const alice = await openReplica(world, world.alice)
  return { world, alice, ...openContents(world, alice) }
}

describe('what texts say', () => {
  it('is kept when a text is closed, and read again without opening it, also after a start', async () => {
    const { world, alice, contents, read, told } = await createTest()
    const item = createItemId(random)
    await write(world, alice, item, '  Sow\n\nbeans ')
    expect(contents.excerptOf(item)).toBeUndefined()
    await world.clock.run(50)
    expect([contents.excerptOf(item), await contents.contentOf(item), told, read]).toEqual(['Sow beans', '  Sow\n\nbeans ', [[item]], []])
    await alice.documents.dispose()
    const later = await openReplica(world, world.alice, { disk: alice.disk })
    const again = openContents(world, later)
    again.contents.excerptOf(item)
    await world.clock.run(50)
    expect([again.contents.knownExcerpt(item), await again.contents.contentOf(item), again.read]).toEqual([
      'Sow beans',
      '  Sow\n\nbeans ',
      [],
    ])
  })

  it('is read from blocks once where it is not kept, and the document is closed again', async () => {
    const { world, alice, contents } = await createTest()
    const item = createItemId(random)
    await write(world, alice, item, 'from Ann')
    const bob = await openReplica(world, world.bob)
    await exchange(alice, bob)
    const his = openContents(world, bob)
    const first = his.contents.contentOf(item)
    await world.clock.run(10)
    expect(await first).toBe('from Ann')
    expect(bob.documents.reader.isOpen(item)).toBe(false)
    expect(await his.contents.contentOf(item)).toBe('from Ann')
    expect([his.read, his.errors]).toEqual([[item], []])
    contents.dispose()
  })

  it('is never an old row: what arrived since is read, and told', async () => {
    const { world, alice } = await createTest()
    const item = createItemId(random)
    await write(world, alice, item, 'old')
    const bob = await openReplica(world, world.bob)
    await exchange(alice, bob)
    const his = openContents(world, bob)
    const live = his.contents.live(item)
    let rendered = 0
    live.subscribe(() => rendered++)
    his.contents.excerptOf(item)
    expect(live.get()).toBeUndefined()
    await world.clock.run(100)
    expect([live.get(), his.contents.excerptOf(item), rendered]).toEqual(['old', 'old', 1])
    await write(world, alice, item, 'new and ')
    await exchange(alice, bob)
    await world.clock.run(200)
    expect([live.get(), his.contents.excerptOf(item), rendered]).toEqual(['new and old', 'new and old', 2])
    expect(his.changes).toContain(item)
    // A start between the block and its reading: the row is older than the blocks.
    his.contents.dispose()
    await write(world, alice, item, 'newest, ')
    await exchange(alice, bob)
    const again = openContents(world, bob)
    const content = again.contents.contentOf(item)
    await world.clock.run(10)
    expect([await content, again.read]).toEqual(['newest, new and old', [item]])
  })

  it('goes back to what stands where a writer was removed, of a text that is closed, and of a row that was kept before', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    const item = createItemId(random)
    await write(world, bob, item, 'kept')
    await exchange(alice, bob)
    await write(world, alice, createItemId(random), 'on top')
    await exchange(alice, bob)
    await write(world, bob, item, 'not ')
    await exchange(alice, bob)
    const { contents, read } = openContents(world, alice)
    const live = contents.live(item)
    live.subscribe(() => {})
    contents.excerptOf(item)
    await world.clock.run(100)
    expect([live.get(), contents.excerptOf(item)]).toEqual(['not kept', 'not kept'])
    await world.log.add(await createRemoval({ log: world.log, signer: world.alice, identity: world.bob.id, blocks: [] }))
    await world.clock.run(20_000)
    expect([live.get(), contents.excerptOf(item), read.length]).toEqual(['kept', 'kept', 2])
    await alice.documents.dispose()
    const later = openContents(world, await openReplica(world, world.alice, { disk: alice.disk }))
    const content = later.contents.contentOf(item)
    await world.clock.run(10)
    expect(await content).toBe('kept')
  })

  it('follows a text that is open, before its edits are in blocks, and says no less when it is closed', async () => {
    const { world, alice, contents, read } = await createTest()
    const item = createItemId(random)
    const handle = await alice.documents.openText(item)
    const live = contents.live(item)
    const seen: (string | undefined)[] = [live.get()]
    live.subscribe(() => seen.push(live.get()))
    contents.excerptOf(item)
    handle.insert(0, 'Dear')
    await world.clock.run(150)
    handle.insert(4, ' Ann')
    await world.clock.run(150)
    handle.release()
    await world.clock.run(1_300)
    expect(alice.documents.reader.isOpen(item)).toBe(false)
    expect([seen, contents.excerptOf(item), read]).toEqual([['', 'Dear', 'Dear Ann'], 'Dear Ann', []])
  })

  it('is followed by all who look, also by who comes back after others have begun to', async () => {
    const { world, alice, contents } = await createTest()
    const item = createItemId(random)
    await write(world, alice, item, 'one')
    const first = contents.live(item)
    first.subscribe(() => {})()
    await world.clock.run(1_100)
    const second = contents.live(item)
    expect(second).not.toBe(first)
    for (const live of [second, first]) live.subscribe(() => {})
    await write(world, alice, item, 'twenty-')
    expect([first.get(), second.get()]).toEqual(['twenty-one', 'twenty-one'])
  })

  it('is cut to what lists and search need, between characters', async () => {
    const { world, alice, contents } = await createTest()
    const item = createItemId(random)
    await write(world, alice, item, `a${'😀'.repeat(maxContentLength)}`)
    contents.excerptOf(item)
    await world.clock.run(50)
    const content = await contents.contentOf(item)
    expect(content!.length).toBe(maxContentLength - 1)
    expect(contents.excerptOf(item)).toBe(content!.slice(0, maxExcerptLength - 1))
  })

  it('is of rich texts what stands in them', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    const item = createItemId(random)
    const { contents } = openContents(world, alice, new Map([[item, 'rich-text']]))
    const handle = await alice.documents.openText(item, 'rich-text')
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText('Sow beans')])
    handle.current.get().yXml.insert(0, [paragraph])
    handle.release()
    await world.clock.run(1_300)
    expect(await contents.contentOf(item)).toBe('Sow beans')
  })

  it('is nothing for what is no text, and the empty text where nobody wrote', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    const [object, empty] = [createItemId(random), createItemId(random)]
    const { contents, read } = openContents(world, alice, new Map([[object, 'object']]))
    expect([
      await contents.contentOf(object),
      await contents.contentOf(empty),
      contents.excerptOf(object),
      contents.excerptOf(empty),
    ]).toEqual([undefined, '', undefined, undefined])
    await world.clock.run(50)
    expect([contents.excerptOf(object), contents.excerptOf(empty), contents.live(object).get(), read]).toEqual([
      undefined,
      '',
      undefined,
      [],
    ])
  })

  it('is kept of no item that was purged', async () => {
    const { world, alice, contents, gone } = await createTest()
    const [item, other] = [createItemId(random), createItemId(random)]
    await write(world, alice, item, 'secret')
    await write(world, alice, other, 'stays')
    const live = contents.live(item)
    live.subscribe(() => {})
    contents.excerptOf(item)
    await world.clock.run(50)
    expect(live.get()).toBe('secret')
    gone.add(item)
    contents.forget([item])
    await world.clock.run(50)
    expect([live.get(), contents.knownExcerpt(item), await contents.contentOf(item)]).toEqual([undefined, undefined, undefined])
    const rows = [...(await alice.storage.listKeys('excerpt/')), ...(await alice.storage.listKeys('content/'))]
    expect(rows.map(({ key }) => key.endsWith(other))).toEqual([true, true])
  })

  it('is read from blocks where rows are damaged, or of a model that the item does not have', async () => {
    const { world, alice } = await createTest()
    const item = createItemId(random)
    await write(world, alice, item, 'whole')
    const space = world.space
    for (const value of ['x', null, { mark: 5, text: 'x' }, { mark: '1 text x', text: 'x' }, { text: 'x' }]) {
      await alice.storage.write({ putKeys: [{ key: `content/${space}/${item}`, value }] }, 'relaxed')
      const { contents, read } = openContents(world, alice)
      const content = contents.contentOf(item)
      await world.clock.run(10)
      expect([await content, read]).toEqual(['whole', [item]])
      contents.dispose()
    }
    const { contents } = openContents(world, alice, new Map([[item, 'rich-text']]))
    const content = contents.contentOf(item)
    await world.clock.run(10)
    expect(await content).toBe('')
  })

  it('of many texts is found one after another, and leaves none of them open', async () => {
    const { world, alice } = await createTest()
    const items = Array.from({ length: 500 }, () => createItemId(random))
    for (const [i, item] of items.entries()) {
      const handle = await alice.documents.openText(item)
      handle.insert(0, `note ${i}`)
      handle.release()
    }
    await world.clock.run(1_200)
    await alice.documents.flush()
    expect(items.filter((item) => alice.documents.reader.isOpen(item))).toEqual([])
    const bob = await openReplica(world, world.bob)
    await exchange(alice, bob)
    const his = openContents(world, bob)
    for (const item of items) his.contents.excerptOf(item)
    await world.clock.run(5_000)
    expect(items.map((item) => his.contents.excerptOf(item))).toEqual(items.map((_, i) => `note ${i}`))
    expect([his.read.length, items.some((item) => bob.documents.reader.isOpen(item))]).toEqual([500, false])
    // What is kept needs no document.
    his.contents.dispose()
    const again = openContents(world, bob)
    const contents = await Promise.all(items.map((item) => again.contents.contentOf(item)))
    expect([contents[499], again.read]).toEqual(['note 499', []])
  }, 30_000)

  it('of a text that cannot be read here is unknown, and says why', async () => {
    const { world, alice } = await createTest()
    const item = createItemId(random)
    await write(world, alice, item, 'gone')
    await alice.documents.dispose()
    const later = await openReplica(world, world.alice, { disk: alice.disk })
    const [node] = later.graph.blocksOf(item as string as DocumentId)
    await later.storage.write(
      {
        deleteBlocks: [{ space: world.space, feed: node!.feed, seq: node!.header.seq, block: node!.id }],
        deleteKeys: [`content/${world.space}/${item}`],
      },
      'relaxed',
    )
    const { contents, errors } = openContents(world, later)
    const content = contents.contentOf(item)
    await world.clock.run(10)
    expect(await content).toBeUndefined()
    expect(errors).toEqual([expect.objectContaining({ code: 'data-corrupt' })])
  })
})
