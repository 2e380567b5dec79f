import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { maxUndoTexts } from '../../../src/database/undo/textUndo.ts'
import { maxUndoSteps } from '../../../src/database/undo/undoStack.ts'
import { createTestReplica, type TestReplica } from './createTestReplica.ts'
import { createTestText, type TestText } from './createTestText.ts'

const Task = defineType('task', z.object({ title: z.string() }))

function open(name = 'text'): { replica: TestReplica; text: TestText; undo: () => boolean; redo: () => boolean } {
  const replica = createTestReplica(1, [Task])
  const { undo, redo } = replica.db.undo
  return { replica, text: createTestText(name, 1, replica.clock, replica.db.textSteps), undo, redo }
}

describe('undo of texts', () => {
  it('takes back edits of several texts and of items in one order, and does them again', () => {
    const { replica, text, undo, redo } = open()
    const { db, clock } = replica
    const other = createTestText('other', 1, clock, db.textSteps)
    const look = (): string =>
      `${text.yText.toString()}|${other.yText.toString()}|${db
        .run(query(Task))
        .map(({ title }) => title)
        .join()}`
    const states = [look()]
    const step = (write: () => void): void => {
      write()
      states.push(look())
    }
    step(() => text.yText.insert(0, 'hello'))
    step(() => db.create(Task, { title: 'a' }))
    step(() => other.yText.insert(0, 'world'))
    step(() => text.yText.delete(1, 3))
    step(() => text.yText.insert(2, '!'))
    for (const expected of states.slice(0, -1).reverse()) {
      expect(undo()).toBe(true)
      expect(look()).toBe(expected)
    }
    expect(undo()).toBe(false)
    for (const expected of states.slice(1)) {
      expect(redo()).toBe(true)
      expect(look()).toBe(expected)
    }
    expect(redo()).toBe(false)
  })

  it('takes typing and deleting in one place without a pause as one step each, and what lies apart as more', () => {
    const { replica, text, undo } = open()
    const { yText } = text
    const type = (index: number, typed: string): void => {
      for (const [i, character] of [...typed].entries()) {
        replica.clock.advance(100)
        yText.insert(index + i, character)
      }
    }
    const steps = (): string[] => {
      const seen: string[] = []
      while (undo()) seen.push(yText.toString())
      return seen
    }
    type(0, 'one')
    replica.clock.advance(1001)
    type(3, ' two')
    expect(steps()).toEqual(['one', ''])
    type(0, 'ac')
    type(1, 'b')
    type(0, '0')
    expect(steps()).toEqual(['abc', ''])
    type(0, 'abcdef')
    yText.delete(5, 1)
    yText.delete(4, 1)
    yText.delete(0, 1)
    yText.delete(0, 1)
    expect(steps()).toEqual(['abcd', 'abcdef', ''])
    type(0, 'ab')
    replica.db.create(Task, { title: '' })
    type(2, 'c')
    expect(steps()).toEqual(['ab', 'ab', ''])
    type(0, 'the selection')
    yText.doc!.transact(() => {
      yText.delete(4, 9)
      yText.insert(4, 'w')
    })
    type(5, 'ord')
    expect(steps()).toEqual(['the selection', ''])
  })

  it('keeps what others type, also between and inside one step', () => {
    const { replica, text, undo, redo } = open()
    const peer = createTestText('text', 9, replica.clock)
    text.yText.insert(0, 'abc')
    peer.pull(text)
    peer.yText.insert(1, 'XY')
    text.pull(peer)
    text.yText.insert(5, 'd')
    expect(text.yText.toString()).toBe('aXYbcd')
    undo()
    expect(text.yText.toString()).toBe('XY')
    redo()
    expect(text.yText.toString()).toBe('aXYbcd')
  })

  it('uses up one step where a peer has deleted what was typed', () => {
    const { replica, text, undo } = open()
    const peer = createTestText('text', 9, replica.clock)
    text.yText.insert(0, 'hello')
    replica.clock.advance(2000)
    text.yText.insert(5, ' world')
    peer.pull(text)
    peer.yText.delete(5, 6)
    text.pull(peer)
    expect(undo()).toBe(false)
    expect(text.yText.toString()).toBe('hello')
    expect(undo()).toBe(true)
    expect(text.yText.toString()).toBe('')
  })

  it('takes back characters that were deleted and brought back together, then one of them alone', () => {
    const { replica, text, undo } = open()
    const { yText } = text
    yText.insert(0, 'cjb')
    yText.delete(1, 1)
    yText.delete(0, 1)
    undo()
    expect(yText.toString()).toBe('cjb')
    replica.clock.advance(2000)
    yText.delete(1, 1)
    undo()
    expect(yText.toString()).toBe('cjb')
    undo()
    expect(yText.toString()).toBe('')
  })

  it('keeps a text open while it has steps of it, and no longer', () => {
    const { replica, text, undo } = open()
    expect(text.users()).toBe(0)
    text.yText.insert(0, 'a')
    replica.clock.advance(2000)
    text.yText.insert(1, 'b')
    expect(text.users()).toBe(1)
    undo()
    undo()
    expect(text.users()).toBe(1)
    const item = replica.db.create(Task, { title: '' })
    expect(text.users()).toBe(0)
    text.yText.insert(0, 'c')
    expect(text.users()).toBe(1)
    for (let i = 0; i < maxUndoSteps; i++) {
      replica.clock.advance(2000)
      replica.db.update(item, { title: String(i) })
    }
    expect(text.users()).toBe(0)
  })

  it(`keeps ${maxUndoTexts} texts open, those of the newest steps`, () => {
    const { replica } = open()
    const texts = Array.from({ length: maxUndoTexts + 1 }, (_, i) => createTestText(`text ${i}`, 1, replica.clock, replica.db.textSteps))
    for (const { yText } of [...texts.slice(0, maxUndoTexts), texts[0]!, texts[maxUndoTexts]!]) yText.insert(0, 'a')
    expect(texts.map(({ users }) => users())).toEqual([1, 0, ...texts.slice(2).map(() => 1)])
    let undone = 0
    while (replica.db.undo.undo()) undone++
    expect(undone).toBe(maxUndoTexts + 1)
    expect(texts[1]!.yText.toString()).toBe('a')
  })

  it('gives up the steps of a text whose document is replaced, and only those', () => {
    const { replica, text, undo } = open()
    replica.db.create(Task, { title: 'a' })
    text.yText.insert(0, 'a')
    text.end()
    replica.db.textSteps.forget('text' as never)
    text.yText.insert(1, 'b')
    expect(undo()).toBe(true)
    expect([text.yText.toString(), text.users()]).toEqual(['ab', 0])
    expect(undo()).toBe(false)
  })

  it('is refused to a reader', () => {
    const { replica, text, undo } = open()
    text.yText.insert(0, 'a')
    replica.setWritable(false)
    expect(undo).toThrow(expect.objectContaining({ code: 'read-only' }))
    expect(text.yText.toString()).toBe('a')
  })
})
