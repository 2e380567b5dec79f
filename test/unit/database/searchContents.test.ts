import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { keepTextsMs } from '../../../src/database/search/searchUse.ts'
import type { TextListener } from '../../../src/documents/texts/textReader.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { createTestReplica } from './createTestReplica.ts'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text', search: ['title'] })
const Page = defineType('page', z.object({}), { model: 'rich-text' })
const Task = defineType('task', z.object({ title: z.string() }), { search: ['title'] })

/** A replica whose texts say what `says` holds by the ids of their items. */
function setup() {
  const says = new Map<string, string>()
  const reads: string[] = []
  const broken = new Set<string>()
  const listeners = new Set<TextListener>()
  const disk = { isBusy: Promise.resolve() }
  const replica = createTestReplica(1, [Note, Page, Task], undefined, {
    reader: {
      markOf: (item) => says.get(item) || undefined,
      isOpen: () => false,
      readOpen: () => undefined,
      async read(item, _model, maxLength) {
        reads.push(item)
        if (broken.has(item)) return fail(new EchoError('data-corrupt', 'It cannot be read.'))
        const mark = says.get(item)
        await disk.isBusy
        return ok({ text: (mark ?? '').slice(0, maxLength), mark })
      },
      onChange(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    rows: {
      readExcerpt: () => Promise.resolve(undefined),
      readContent: () => Promise.resolve(undefined),
      put: () => Promise.resolve(),
      delete: () => Promise.resolve(),
    },
  })
  const { db, clock } = replica
  return {
    ...replica,
    says,
    reads,
    broken,
    listeners,
    disk,
    note(title: string, text: string): string {
      const { id } = db.create(Note, { title })
      says.set(id, text)
      return id
    },
    write(id: string, text: string): void {
      says.set(id, text)
      for (const listener of listeners) listener(id as never, false)
    },
    /** Lets so much time pass, in small steps. */
    async pass(ms: number): Promise<void> {
      for (let at = 0; at < ms; at += 10) {
        clock.advance(10)
        for (let i = 0; i < 20; i++) await Promise.resolve()
      }
    },
  }
}
const titlesOf = (rows: readonly { readonly title: string }[]): string[] => rows.map(({ title }) => title)

describe('a search in texts', () => {
  it('finds items by what their texts say, behind those found by fields, and says how many are not read yet', async () => {
    const { db, note, reads, pass, errors } = setup()
    for (let i = 0; i < 30; i++) note(`n${i}`, `number ${i}`)
    note('said', 'Sow the BEANS, 明日は東京')
    note('beans', '')
    await pass(500)
    expect([reads, db.unsearchedTexts.get()]).toEqual([[], 0])
    const live = db.live(query(Note).search('beans'))
    let told = 0
    live.subscribe(() => (told += 1))
    expect([titlesOf(live.get()), db.unsearchedTexts.get()]).toEqual([['beans'], 32])
    const left: number[] = []
    db.unsearchedTexts.subscribe(() => left.push(db.unsearchedTexts.get()))
    await pass(2000)
    expect([titlesOf(live.get()), told, left.at(-1), db.unsearchedTexts.get()]).toEqual([['beans', 'said'], 1, 0, 0])
    expect([titlesOf(db.run(query(Note).search('東京'))), titlesOf(db.run(query(Note).search('number 7')))]).toEqual([['said'], ['n7']])
    expect([reads.length, errors]).toEqual([31, []])
  })

  it('has told of all that it found when it says that no text is left', async () => {
    const { db, note, pass } = setup()
    for (let i = 0; i < 20; i++) note(`n${i}`, 'beans')
    const live = db.live(query(Note).search('beans'))
    let rows = live.get()
    live.subscribe(() => (rows = live.get()))
    const seen = new Set<number>()
    for (let step = 0; step < 50; step++) {
      await pass(10)
      if (db.unsearchedTexts.get() === 0) seen.add(rows.length)
    }
    expect([...seen]).toEqual([20])
  })

  it('follows what is written in texts, and texts that come', async () => {
    const { db, note, write, pass } = setup()
    const id = note('a', 'peas')
    const live = db.live(query(Note).search('beans'))
    live.subscribe(() => undefined)
    await pass(500)
    expect(live.get()).toEqual([])
    write(id, 'beans')
    await pass(500)
    expect(titlesOf(live.get())).toEqual(['a'])
    const [row] = live.get()
    write(id, 'more beans')
    await pass(500)
    expect(live.get()[0]).toBe(row)
    const other = note('b', '')
    expect(db.unsearchedTexts.get()).toBe(1)
    write(other, 'beans too')
    await pass(500)
    expect([titlesOf(live.get()), db.unsearchedTexts.get()]).toEqual([['a', 'b'], 0])
    write(id, 'peas')
    await pass(500)
    expect(titlesOf(live.get())).toEqual(['b'])
  })

  it('reads again what was written while it was read', async () => {
    const { db, note, write, pass, disk } = setup()
    let free = (): void => undefined
    disk.isBusy = new Promise((resolve) => (free = resolve))
    const id = note('a', 'peas')
    db.run(query(Note).search('beans'))
    await pass(100)
    write(id, 'beans')
    await pass(500)
    free()
    await pass(500)
    expect(titlesOf(db.run(query(Note).search('beans')))).toEqual(['a'])
  })

  it('finds items of a type that names no fields, in any order, deleted ones where they are asked for', async () => {
    const { db, says, pass, note } = setup()
    const page = db.create(Page, {})
    says.set(page.id, 'a page of beans')
    const id = note('z', 'beans')
    note('a', 'beans')
    db.delete(id)
    db.live(query(Page).search('beans')).subscribe(() => undefined)
    await pass(500)
    expect(db.run(query(Page).search('page'))).toEqual([page])
    expect(titlesOf(db.run(query(Note).search('beans')))).toEqual(['a'])
    expect(titlesOf(db.run(query(Note).search('beans').deleted('show').orderBy('title', 'desc')))).toEqual(['z', 'a'])
  })

  it('reads no text for a search among items without', async () => {
    const { db, note, reads, pass } = setup()
    note('a', 'beans')
    db.create(Task, { title: 'beans' })
    expect(titlesOf(db.run(query(Task).search('beans')))).toEqual(['beans'])
    await pass(500)
    expect([reads, db.unsearchedTexts.get()]).toEqual([[], 0])
  })

  it('reads ahead for a search without words', async () => {
    const { db, note, pass } = setup()
    note('a', 'beans')
    db.run(query(Note).search(''))
    await pass(500)
    expect(titlesOf(db.run(query(Note).search('beans')))).toEqual(['a'])
  })

  it('goes on knowing what texts say while an answer is open, and gives it up a while after', async () => {
    const { db, note, reads, pass, clock } = setup()
    note('a', 'beans')
    const live = db.live(query(Note).search('beans'))
    const stop = live.subscribe(() => undefined)
    await pass(500)
    clock.advance(keepTextsMs + 1)
    db.update(live.get()[0]!, { title: 'b' })
    expect([titlesOf(live.get()), reads.length]).toEqual([['b'], 1])
    stop()
    await pass(1500)
    clock.advance(keepTextsMs)
    expect(titlesOf(db.run(query(Note).search('beans')))).toEqual([])
    expect(db.unsearchedTexts.get()).toBe(1)
    await pass(500)
    expect([titlesOf(db.run(query(Note).search('beans'))), reads.length]).toEqual([['b'], 2])
  })

  it('does without a text that cannot be read, and tells of it', async () => {
    const { db, note, broken, pass, errors } = setup()
    broken.add(note('broken', 'beans'))
    note('a', 'beans')
    db.run(query(Note).search('beans'))
    await pass(500)
    expect([titlesOf(db.run(query(Note).search('beans'))), db.unsearchedTexts.get()]).toEqual([['a'], 0])
    expect(errors.map((error) => (error as EchoError).code)).toEqual(['data-corrupt'])
  })

  it('knows them after the document was replaced', async () => {
    const { db, note, pass, swap } = setup()
    note('a', 'beans')
    const live = db.live(query(Note).search('beans'))
    live.subscribe(() => undefined)
    await pass(500)
    swap()
    expect(titlesOf(live.get())).toEqual(['a'])
    db.update(live.get()[0]!, { title: 'b' })
    expect(titlesOf(live.get())).toEqual(['b'])
  })

  it('is bounded, whatever texts hold', async () => {
    const { db, note, pass } = setup()
    const start = performance.now()
    for (const text of [`beans z${'\u0345\u0316'.repeat(500_000)}`, `${'beans '.repeat(200_000)}needle`, '\0\ud800 beans \udc00'])
      note('a', text)
    db.run(query(Note).search('beans'))
    await pass(500)
    expect([db.count(query(Note).search('beans')), db.count(query(Note).search('needle'))]).toEqual([3, 0])
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('stops reading when the space is closed', async () => {
    const { db, note, reads, pass, errors, listeners } = setup()
    for (let i = 0; i < 50; i++) note(`n${i}`, 'beans')
    db.run(query(Note).search('beans'))
    db.dispose()
    await pass(500)
    expect([reads.length < 10, listeners.size, errors]).toEqual([true, 0, []])
  })
})
