import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { RichTextHandle } from '../../../src/documents/texts/textHandle.ts'
import type { TextStep } from '../../../src/documents/texts/textHistory.ts'
import { createItemId, type DocumentId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, exchange, openReplica } from './createTestSpace.ts'

const random = createSeededRandom('rich texts')

/** Appends a paragraph. @returns its text */
function write(text: RichTextHandle, content: string): Y.XmlText {
  const paragraph = new Y.XmlElement('paragraph')
  const words = new Y.XmlText(content)
  paragraph.insert(0, [words])
  text.current.get().yXml.push([paragraph])
  return words
}

async function createTest() {
  const world = await createTestSpace()
  const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
  const item = createItemId(random)
  const made: TextStep[] = []
  alice.documents.keepTextSteps({ take: (step) => (made.push(step), () => false), forget: () => (made.length = 0) })
  const hers = await alice.documents.openText(item, 'rich-text')
  const his = await bob.documents.openText(item, 'rich-text')
  return { world, alice, bob, item, made, hers, his }
}

describe('a rich text', () => {
  it('is the same tree at every member, and says its content as plain text', async () => {
    const { alice, bob, hers, his } = await createTest()
    let told = 0
    const stop = his.content.subscribe(() => told++)
    hers.edit(write(hers, 'Sow beans')).format(4, 5, { bold: true })
    write(hers, 'Water them')
    await exchange(alice, bob)
    expect(his.current.get().yXml.toString()).toBe('<paragraph>Sow <bold>beans</bold></paragraph><paragraph>Water them</paragraph>')
    expect([his.content.get(), told]).toEqual(['Sow beans\nWater them', 1])
    stop()
  })

  it('is read from blocks again after it was closed', async () => {
    const { world, alice, item, hers } = await createTest()
    write(hers, 'kept')
    hers.release()
    await world.clock.run(1_500)
    expect(alice.documents.peekText(item, 'rich-text')).toBeUndefined()
    const again = await alice.documents.openText(item, 'rich-text')
    expect(again.content.get()).toBe('kept')
    expect(alice.documents.peekText(item, 'rich-text')!.content.get()).toBe('kept')
    expect(alice.documents.peekText(item), 'nobody opened it as plain text').toBeUndefined()
  })

  it('gives a step for what is edited here, which takes back nothing of what others wrote', async () => {
    const { alice, bob, made, hers, his } = await createTest()
    const words = write(hers, 'mine')
    await exchange(alice, bob)
    const [paragraph] = his.current.get().yXml.toArray() as Y.XmlElement[]
    his.edit(paragraph!.get(0) as Y.XmlText).insert(4, ' and his')
    write(his, 'below')
    await exchange(bob, alice)
    hers.edit(words).delete(0, 4)
    expect(hers.content.get()).toBe(' and his\nbelow')
    expect(made.at(-1)!.undo()).toBe(true)
    expect(hers.content.get()).toBe('mine and his\nbelow')
    expect(made.at(-1)!.redo()).toBe(true)
    await exchange(alice, bob)
    expect(his.content.get()).toBe(' and his\nbelow')
  })

  it('is bound anew when its document is rebuilt; what is still edited in the former tree is carried over', async () => {
    const { alice, item, hers } = await createTest()
    const words = write(hers, 'one')
    write(hers, 'two')
    const former = hers.current.get().yXml
    await alice.documents.rebuild(item as string as DocumentId)
    expect([hers.current.get().generation, hers.content.get()]).toEqual([2, 'one\ntwo'])
    expect(hers.current.get().yXml).not.toBe(former)
    expect(() => hers.edit(words).insert(0, 'x')).toThrow(expect.objectContaining({ code: 'handle-replaced' }))
    former.doc!.transact(() => {
      words.insert(3, '!')
      words.format(0, 3, { bold: true })
      ;(former.get(0) as Y.XmlElement).setAttribute('align', 'left')
      former.insert(1, [new Y.XmlElement('rule')])
      former.delete(2, 1)
      const last = new Y.XmlElement('paragraph')
      last.insert(0, [new Y.XmlText('three')])
      former.push([last])
    })
    expect(hers.current.get().yXml.toString()).toBe(
      '<paragraph align="left"><bold>one</bold>!</paragraph><rule></rule><paragraph>three</paragraph>',
    )
    ;(former.get(0) as Y.XmlElement).removeAttribute('align')
    expect(hers.current.get().yXml.get(0).toString()).toBe('<paragraph><bold>one</bold>!</paragraph>')
  })

  it('carries nothing into an element that is not there any more', async () => {
    const { alice, item, hers } = await createTest()
    const words = write(hers, 'one')
    await alice.documents.rebuild(item as string as DocumentId)
    hers.current.get().yXml.delete(0, 1)
    words.insert(0, 'lost with its paragraph')
    expect(hers.content.get()).toBe('')
  })

  it('takes no command once it was released, its space closed, or by who may only read', async () => {
    const { world, alice, item, hers } = await createTest()
    const words = write(hers, 'one')
    const edits = hers.edit(words)
    const other = await alice.documents.openText(item, 'rich-text')
    hers.release()
    expect(() => edits.insert(0, 'x')).toThrow(expect.objectContaining({ code: 'disposed' }))
    expect(() => other.edit(new Y.Doc().get('t', Y.XmlText) as Y.XmlText)).toThrow(expect.objectContaining({ code: 'handle-replaced' }))
    other.edit(words).insert(0, 'n')
    await alice.documents.dispose()
    expect(() => other.edit(words).insert(0, 'x')).toThrow(expect.objectContaining({ code: 'disposed' }))
    const rita = await openReplica(world, world.rita)
    const plain = await rita.documents.openText(createItemId(random))
    expect(() => plain.insert(0, 'x')).toThrow(expect.objectContaining({ code: 'read-only' }))
    expect([other.content.get(), plain.content.get(), plain.length()]).toEqual(['none', '', 0])
  })

  it('keeps what others wrote into a paragraph when its making is taken back, and takes it back whole where nobody did', async () => {
    const { alice, bob, made, hers, his } = await createTest()
    write(hers, 'mine')
    await exchange(alice, bob)
    const [paragraph] = his.current.get().yXml.toArray() as Y.XmlElement[]
    his.edit(paragraph!.get(0) as Y.XmlText).insert(4, ' and his')
    await exchange(alice, bob)
    write(hers, 'alone')
    expect(made.map((step) => step.undo())).toEqual([true, true])
    await exchange(alice, bob)
    for (const text of [hers, his]) expect(text.current.get().yXml.toString()).toBe('<paragraph> and his</paragraph>')
    expect(made.map((step) => step.redo())).toEqual([true, true])
    expect(hers.current.get().yXml.toString()).toBe('<paragraph>mine and his</paragraph><paragraph>alone</paragraph>')
  })
})
