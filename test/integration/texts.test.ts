import { afterEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { RichTextHandle } from '../../src/documents/texts/textHandle.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import { setup, until, type TestPeer } from '../../src/testing/setup.ts'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Page = defineType('page', z.object({ title: z.string() }), { model: 'rich-text' })
const Task = defineType('task', z.object({ title: z.string() }))

function paragraph(text: string): Y.XmlElement {
  const element = new Y.XmlElement('paragraph')
  element.insert(0, [new Y.XmlText(text)])
  return element
}

async function writePage(space: Space, id: string, ...lines: readonly string[]): Promise<RichTextHandle> {
  const text = await space.openText(id, 'rich-text')
  text.current.get().yXml.push(lines.map(paragraph))
  return text
}

/** The keys of the rows that say what texts say, on a peer's disk. */
async function textRows({ disk }: TestPeer): Promise<readonly string[]> {
  const storage = createMemoryStorage({ disk })
  await storage.open()
  const rows = [...(await storage.listKeys('excerpt/')), ...(await storage.listKeys('content/'))]
  await storage.dispose()
  return rows.map(({ key }) => key)
}

describe('items with a text', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  async function createTest() {
    const errors: string[] = []
    const world = await setup('ann', 'ben', {
      types: [Note, Page, Task],
      onError: (error, peer) => errors.push(`${peer} ${error.code} ${error.message}`),
    })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', world.ann, world.ben)
    return { world, hers, his, errors }
  }

  it('are opened as what they are, and as nothing else', async () => {
    const { hers, errors } = await createTest()
    const [note, page, task] = [hers.create(Note, { title: 'n' }), hers.create(Page, { title: 'p' }), hers.create(Task, { title: 't' })]
    await expect(hers.openText(page.id)).rejects.toMatchObject({ code: 'wrong-kind' })
    await expect(hers.openText(note.id, 'rich-text')).rejects.toMatchObject({ code: 'wrong-kind' })
    await expect(hers.openText(task.id, 'rich-text')).rejects.toMatchObject({ code: 'wrong-kind' })
    const [plain, rich] = [await hers.openText(note.id), await hers.openText(page.id, 'rich-text')]
    expect([note.$.model, page.$.model]).toEqual(['text', 'rich-text'])
    expect([plain.current.get().yText.length, rich.current.get().yXml.length]).toEqual([0, 0])
    expect([hers.peekText(note.id) === undefined, hers.peekText(note.id, 'rich-text'), errors]).toEqual([false, undefined, []])
  })

  it('are undone in one stack, plain, rich and fields', async () => {
    const { hers, his } = await createTest()
    const page = hers.create(Page, { title: 'Plan' })
    const text = await writePage(hers, page.id, 'Sow')
    hers.update(page, { title: 'Plans' })
    text.current.get().yXml.push([paragraph('Water')])
    await until(his.live(query(Page)), (rows) => rows[0]?.title === 'Plans')
    const [row] = his.run(query(Page)) as readonly { id: string }[]
    const theirs = await his.openText(row!.id, 'rich-text')
    await until(theirs.content, (content) => content === 'Sow\nWater')
    theirs.current.get().yXml.insert(0, [paragraph('First')])
    await until(text.content, (content) => content === 'First\nSow\nWater')
    hers.undo.undo()
    expect(text.content.get()).toBe('First\nSow')
    hers.undo.undo()
    expect(hers.get(Page, page.id)!.title).toBe('Plan')
    hers.undo.undo()
    expect(text.content.get()).toBe('First')
    for (let i = 0; i < 3; i++) hers.undo.redo()
    expect([text.content.get(), hers.get(Page, page.id)!.title]).toEqual(['First\nSow\nWater', 'Plans'])
    await until(theirs.content, (content) => content === 'First\nSow\nWater')
  })

  it('are copied with their formatting', async () => {
    const { world, hers } = await createTest()
    const page = hers.create(Page, { title: 'Plan' })
    const text = await writePage(hers, page.id, 'Sow beans', 'Water')
    const [first] = text.current.get().yXml.toArray() as Y.XmlElement[]
    text.edit(first!.get(0) as Y.XmlText).format(4, 5, { bold: true })
    const copy = await world.ann.echo.spaces.clone(hers.id)
    const copied = await copy.openText(page.id, 'rich-text')
    expect(copied.current.get().yXml.toString()).toBe(text.current.get().yXml.toString())
    copied.release()
  })

  it('say how they begin, live, in rows that are new when that changes and only then', async () => {
    const { hers, his } = await createTest()
    const [note, page] = [hers.create(Note, { title: 'n' }), hers.create(Page, { title: 'p' })]
    const text = await hers.openText(note.id)
    text.insert(0, 'Dear Ben')
    text.release()
    const rich = await writePage(hers, page.id, 'Sow', 'Water')
    rich.release()
    await until(his.live(query(Note)), (rows) => rows.length === 1)
    await until(his.live(query(Page)), (rows) => rows[0]?.$.excerpt === 'Sow Water')
    const notes = await until(his.live(query(Note)), (rows) => (rows[0]?.$.excerpt === 'Dear Ben' ? rows : undefined))
    expect(his.peekText(note.id)).toBeUndefined()
    const again = await hers.openText(note.id)
    again.insert(Infinity, ', how are you?')
    again.release()
    const later = await until(his.live(query(Note)), (rows) => (rows[0]?.$.excerpt === 'Dear Ben, how are you?' ? rows : undefined))
    expect([later[0] === notes[0], later[0]!.title, JSON.stringify(later[0])]).toEqual([
      false,
      'n',
      JSON.stringify({ id: note.id, title: 'n' }),
    ])
    expect(his.live(query(Note)).get()).toBe(later)
  })

  it('are known by content in a space that has them, once they are here', async () => {
    const { hers, his } = await createTest()
    const note = hers.create(Note, { title: 'n' })
    const content = his.textContent(note.id)
    const seen: (string | undefined)[] = []
    content.subscribe(() => seen.push(content.get()))
    expect(content.get()).toBeUndefined()
    await until(content, (said) => said === '')
    const text = await hers.openText(note.id)
    text.insert(0, 'Dear Ben')
    await until(content, (said) => said === 'Dear Ben')
    expect([seen, his.textContent(note.id) === content, his.textContent('none').get()]).toEqual([['', 'Dear Ben'], true, undefined])
  })

  it('are found by what their texts say, also where those were never opened, and by what is written since', async () => {
    const { hers, his, errors } = await createTest()
    const [note, page] = [hers.create(Note, { title: 'n' }), hers.create(Page, { title: 'p' })]
    const text = await hers.openText(note.id)
    text.insert(0, 'Sow the beans')
    await writePage(hers, page.id, 'Water', 'the beans')
    await until(his.textContent(page.id), (said) => said === 'Water\nthe beans')
    const found = his.live(query(Note, Page).search('bean').orderBy('title'))
    await until(found, (rows) => rows.length === 2)
    await until(his.unsearchedTexts, (left) => left === 0)
    expect([found.get().map(({ title }) => title), his.run(query(Page).search('water beans')).length]).toEqual([['n', 'p'], 1])
    text.delete(0, 'Sow the beans'.length)
    text.insert(0, 'Peas')
    await until(found, (rows) => rows.length === 1)
    expect([found.get()[0]?.title, errors]).toEqual(['p', []])
  })

  it('leave nothing of what they said behind where they are purged, here and there, nor where the space is deleted', async () => {
    const { world, hers, his } = await createTest()
    const [note, other] = [hers.create(Note, { title: 'n' }), hers.create(Note, { title: 'o' })]
    for (const { id } of [note, other]) {
      const text = await hers.openText(id)
      text.insert(0, 'Dear Ben')
      text.release()
    }
    await expect.poll(async () => (await textRows(world.ann)).length, { timeout: 5000 }).toBe(4)
    await until(his.textContent(note.id), (said) => said === 'Dear Ben')
    await until(his.textContent(other.id), (said) => said === 'Dear Ben')
    await expect.poll(async () => (await textRows(world.ben)).length, { timeout: 5000 }).toBe(4)
    hers.delete(note)
    hers.purge(note)
    for (const peer of [world.ann, world.ben]) {
      await expect
        .poll(async () => await textRows(peer), { timeout: 5000 })
        .toEqual([`excerpt/${hers.id}/${other.id}`, `content/${hers.id}/${other.id}`])
    }
    expect(his.textContent(note.id).get()).toBeUndefined()
    await his.leave()
    await world.ben.echo.spaces.delete(his.id, { confirm: 'delete this space' })
    expect(await textRows(world.ben)).toEqual([])
  })
})
