import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineLink, defineType } from '../../../src/database/types/defineType.ts'
import { parseQuery } from '../../../src/database/query/parseQuery.ts'
import { query } from '../../../src/database/query/query.ts'
import { keepTextsMs } from '../../../src/database/search/searchUse.ts'
import { maxSearchLength } from '../../../src/database/search/search.ts'
import { codeOf, createTestReplica, type TestReplica } from './createTestReplica.ts'

const Note = defineType(
  'note',
  z.object({
    title: z.string(),
    body: z.string().optional(),
    tags: z.array(z.string()).optional(),
    rank: z.number().optional(),
    secret: z.string().optional(),
  }),
  { search: ['title', 'body', 'tags', 'rank'] },
)
const Plain = defineType('plain', z.object({ title: z.string() }))
const About = defineLink('about', z.object({}))

const setup = (): TestReplica => createTestReplica(1, [Note, Plain, About])
const notes = (text: string) => query(Note).search(text)
const titles = ({ db }: TestReplica, text: string): string[] => db.run(notes(text)).map(({ title }) => title)

function withNotes(...some: readonly string[]): TestReplica {
  const replica = setup()
  for (const title of some) replica.db.create(Note, { title })
  return replica
}

describe('a search', () => {
  it('finds items with words that begin with every word of the text, in any of the fields', () => {
    const replica = setup()
    replica.db.create(Note, { title: 'Water the plants', body: 'in the kitchen', tags: ['home', 'green things'], rank: 42 })
    replica.db.create(Note, { title: 'Underwater', body: 'diving' })
    for (const found of ['wat', 'plants WATER', 'kitch', 'green', 'thi home', '42', 'the', 'water, kitchen!'])
      expect(titles(replica, found), found).toEqual(['Water the plants'])
    for (const missed of ['ater', 'water diving', 'lants', 'waters']) expect(titles(replica, missed), missed).toEqual([])
  })

  it('does not look at other fields, nor at what is on Object.prototype', () => {
    const replica = setup()
    replica.db.create(Note, { title: 'x', secret: 'hidden' })
    expect([titles(replica, 'hidden'), titles(replica, 'function')]).toEqual([[], []])
  })

  it('takes no notice of capitals and accents', () => {
    const replica = withNotes('Crème brûlée', 'Łódź', 'Straße')
    expect(['creme', 'BRULEE', 'lodz', 'strasse', 'STRAßE'].map((text) => titles(replica, text).length)).toEqual([1, 1, 1, 1, 1])
  })

  it('finds Japanese, Chinese and Thai words anywhere, beside words of other scripts', () => {
    const replica = withNotes('明日は東京タワーで観光します', '我想买一台新电脑', 'วันนี้ไปตลาด', '新iPhoneケース', '회의 일정')
    expect(titles(replica, '東京')).toEqual(['明日は東京タワーで観光します'])
    expect(titles(replica, '東京観光')).toEqual(['明日は東京タワーで観光します'])
    expect(titles(replica, 'ﾀﾜｰ')).toEqual(['明日は東京タワーで観光します'])
    expect(titles(replica, '电脑')).toEqual(['我想买一台新电脑'])
    expect(titles(replica, 'ตลาด')).toEqual(['วันนี้ไปตลาด'])
    expect(titles(replica, 'iphone')).toEqual(['新iPhoneケース'])
    expect(titles(replica, 'ケース')).toEqual(['新iPhoneケース'])
    expect(titles(replica, '일')).toEqual(['회의 일정'])
    expect(titles(replica, '大阪')).toEqual([])
  })

  it('orders by where the words stand: whole ones first, those in the field named first before others, then short fields, then ids', () => {
    const replica = setup()
    const make = (title: string, body?: string): string => replica.db.create(Note, { title, ...(body !== undefined && { body }) }).id
    const inBody = make('other', 'cat')
    const begins = make('catalogue')
    const long = make('a cat and a dog')
    const short = make('cat')
    expect(replica.db.run(notes('cat')).map(({ id }) => id)).toEqual([short, long, begins, inBody])
    const twins = [make('dog'), make('dog')].sort()
    expect(replica.db.run(notes('dog').limit(2)).map(({ id }) => id)).toEqual(twins)
  })

  it('orders by a field where one is named', () => {
    const replica = withNotes('cat b', 'cat', 'cat a')
    expect(replica.db.run(notes('cat').orderBy('title', 'desc')).map(({ title }) => title)).toEqual(['cat b', 'cat a', 'cat'])
  })

  it('without a word finds all, as they stand, and asks for the same as no search', () => {
    const replica = withNotes('b', 'a')
    expect(titles(replica, ' !… ')).toEqual(['b', 'a'])
    expect(notes('').key).toBe(query(Note).key)
    expect(parseQuery(JSON.parse(JSON.stringify(notes('')))).key).toBe(query(Note).key)
  })

  it('goes with conditions, windows, cursors, steps, deleted items and counts', () => {
    const { db } = setup()
    const top = db.create(Note, { title: 'cat top', rank: 1 })
    const under = db.create(Note, { title: 'cat under it', rank: 2 }, { parent: top })
    const deep = db.create(Note, { title: 'deep cat under it', rank: 3 }, { parent: under })
    db.create(Plain, { title: 'cat' })
    const ids = (q: Parameters<typeof db.run>[0]): unknown[] => db.run(q).map((row) => (row as { id: string }).id)
    expect(ids(notes('cat').where({ rank: { gt: 1 } }))).toEqual([under.id, deep.id])
    expect(ids(notes('cat').under(top))).toEqual([under.id])
    expect(ids(notes('cat').offset(1).limit(1))).toEqual([under.id])
    const page = notes('cat').limit(1)
    expect(ids(page.after(db.cursor(page, top)))).toEqual([under.id])
    expect(ids(query.ids([top.id]).descendants(Note).search('deep'))).toEqual([deep.id])
    expect(ids(notes('deep').ancestors(Note).search('under'))).toEqual([under.id])
    expect(ids(query.all().search('cat'))).toEqual([top.id, under.id, deep.id])
    expect(db.count(notes('cat'))).toBe(3)
    expect(db.first(notes('deep'))?.id).toBe(deep.id)
    db.delete(under)
    expect([ids(notes('cat')), ids(notes('cat').deleted('only'))]).toEqual([[top.id], [under.id, deep.id]])
    db.restore(under)
    db.delete(deep)
    db.purge(deep)
    expect(ids(notes('cat').deleted('show'))).toEqual([top.id, under.id])
    expect(db.run(notes('cat').include({ body: Note })).length).toBe(2)
  })

  it('leads on from a row that a cursor was made of and that the search no longer finds', () => {
    const { db } = withNotes('cat a', 'cat bb', 'cat ccc')
    const page = notes('cat').limit(1)
    const [first] = db.run(page)
    const cursor = db.cursor(page, first!)
    db.update(first!, { title: 'gone' })
    expect(db.run(page.after(cursor)).map(({ title }) => title)).toEqual(['cat bb'])
    expect(db.run(page.after(db.cursor(page, first!)))).toEqual([])
  })

  it('finds none that do not fit their type', () => {
    const replica = withNotes('cat')
    const [cat] = replica.db.run(notes('cat'))
    replica.plant({ [`${cat!.id}/body`]: 5 })
    expect(titles(replica, 'cat')).toEqual([])
    replica.plant({ [`${cat!.id}/body`]: 'dog' })
    expect(titles(replica, 'dog')).toEqual(['cat'])
  })
})

describe('a live search', () => {
  it('follows writes, keeps what did not change, and tells nobody of what does not concern it', () => {
    const { db } = withNotes('cat', 'catalogue', 'dog')
    const live = db.live(notes('cat'))
    let told = 0
    live.subscribe(() => (told += 1))
    const before = live.get()
    const [cat, catalogue] = before
    const dog = db.first(notes('dog'))!
    db.update(dog, { title: 'puppy' })
    db.update(dog, { secret: 'cat' })
    expect([live.get() === before, told]).toEqual([true, 0])
    db.update(cat!, { secret: 'x' })
    expect([live.get()[0]?.secret, live.get()[1] === catalogue, told]).toEqual(['x', true, 1])
    db.update(dog, { tags: ['a', 'Cat'] })
    expect([live.get().map(({ title }) => title), told]).toEqual([['cat', 'catalogue', 'puppy'], 2])
    db.update(catalogue!, { title: 'dogma' })
    expect([live.get().map(({ title }) => title), told]).toEqual([['cat', 'puppy'], 3])
    db.delete(dog)
    db.restore(dog)
    expect([live.get().map(({ title }) => title), told]).toEqual([['cat', 'puppy'], 5])
  })

  it('follows what peers write, and the document being replaced', () => {
    const [alice, bob] = [withNotes('cat'), createTestReplica(2, [Note])]
    const live = bob.db.live(notes('cat'))
    live.subscribe(() => undefined)
    bob.pull(alice)
    expect(live.get().map(({ title }) => title)).toEqual(['cat'])
    bob.swap()
    expect(live.get().map(({ title }) => title)).toEqual(['cat'])
    alice.db.update(live.get()[0]!, { title: 'dog' })
    bob.pull(alice)
    expect(live.get()).toEqual([])
  })

  it('is one for texts with the same words', () => {
    const { db } = withNotes('cat')
    expect(db.live(notes(' Cat '))).toBe(db.live(notes('cat!')))
    expect(db.live(notes('cat dog'))).not.toBe(db.live(notes('catdog')))
  })
})

describe('what a search looks through', () => {
  it('is made ready in turns from the first search on, and given up a while after the last', () => {
    const { db, clock } = withNotes(...Array.from({ length: 450 }, (_, i) => `note ${i}`))
    const ready = (): number => db.explain(notes('note')).search!.ready
    db.run(notes(''))
    const seen: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      clock.advance(0)
      seen.push(ready())
      // Asking for it counts the matches, which readies all.
      if (turn === 0) break
    }
    expect(seen).toEqual([200])
    expect(ready()).toBe(450)
    clock.advance(keepTextsMs - 1)
    expect(ready()).toBe(450)
    clock.advance(keepTextsMs)
    expect(db.explain(notes('note'))).toEqual({
      by: 'scan',
      index: undefined,
      candidates: 450,
      matches: 450,
      search: { words: ['NOTE'], ready: 0 },
    })
  })

  it('stops being made ready when the space is closed', () => {
    const { db, clock, errors } = withNotes(...Array.from({ length: 450 }, (_, i) => `note ${i}`))
    db.run(notes(''))
    db.dispose()
    for (let turn = 0; turn < 4; turn++) clock.advance(0)
    expect(errors).toEqual([])
  })

  it('is served by a declared index where one leaves fewer to look at', () => {
    const Indexed = defineType('indexed', z.object({ title: z.string(), done: z.boolean() }), {
      search: ['title'],
      indexes: [['done', 'title']],
    })
    const { db } = createTestReplica(1, [Indexed])
    for (let i = 0; i < 20; i++) db.create(Indexed, { title: `note ${i}`, done: i % 10 === 0 })
    const asked = query(Indexed).where({ done: true }).search('10').orderBy('title')
    expect(db.run(asked).map(({ title }) => title)).toEqual(['note 10'])
    expect(db.explain(asked)).toMatchObject({ by: 'index-candidates', candidates: 2, matches: 1, search: { words: ['10'] } })
  })

  it('is bounded, whatever items hold', () => {
    const replica = withNotes('cat')
    const [cat] = replica.db.run(notes('cat'))
    const start = performance.now()
    const long = `cat ${'ab '.repeat(60_000)}needle`
    const hostile = [
      `z${'\u0345\u0316'.repeat(40_000)} cat`,
      long,
      '\0\u0007 cat \ud800',
      'A'.repeat(180_000),
      `${'東'.repeat(80_000)} cat`,
    ]
    for (const title of hostile) {
      replica.plant({ [`${cat!.id}/title`]: title })
      replica.db.run(notes('cat aaaaaaaaaaaaaaaaaaaa 東'))
      expect(titles(replica, 'needle')).toEqual([])
    }
    replica.plant({ [`${cat!.id}/tags`]: Array.from({ length: 500 }, () => 'tag') })
    expect(titles(replica, 'tag').length).toBe(1)
    expect(performance.now() - start).toBeLessThan(3000)
  })
})

describe('a word that stands within others', () => {
  it('is found where it begins one far behind', () => {
    const replica = withNotes(`${'xa'.repeat(2000)} apple`, `${'xa '.repeat(1000)}a`, 'ab')
    expect(titles(replica, 'a').map((title) => title.slice(-5))).toEqual(['xa a', 'ab', 'apple'].map((end) => expect.stringContaining(end)))
  })

  it('so often that only a hostile text does it slows no search down', () => {
    const replica = setup()
    const title = 'xa'.repeat(100_000)
    replica.plant(
      Object.fromEntries(
        Array.from({ length: 50 }, (_, i) => [`${String(i).padStart(21, '0')}A`, { t: 'note', m: 'object', f: { title, body: title } }]),
      ),
    )
    expect(titles(replica, 'xa')).toHaveLength(50)
    const start = performance.now()
    for (const text of ['a', 'a x', 'ax', 'axa x', 'axax', 'xa a']) expect(titles(replica, text)).toEqual([])
    expect(performance.now() - start).toBeLessThan(600)
  })
})

describe('a text to search for', () => {
  it('counts with its first 200 characters', () => {
    const replica = withNotes('cat')
    expect(titles(replica, `cat${' '.repeat(maxSearchLength)}dog`)).toEqual(['cat'])
    const { search } = notes('ab '.repeat(1_000_000)).plan
    expect([search!.text.length, search!.words]).toEqual([maxSearchLength, ['AB']])
  })

  it('is refused where it is none', () => {
    for (const text of [undefined, null, 5, {}, ['cat']]) {
      expect(codeOf(() => query(Note).search(text as never))).toBe('bad-query')
      if (text !== undefined) expect(codeOf(() => parseQuery({ types: ['note'], search: text }))).toBe('bad-query')
    }
  })

  it('is written as JSON and read back', () => {
    const asked = notes('東京 Tower').where({ rank: 1 }).limit(3)
    expect(JSON.parse(JSON.stringify(asked))).toMatchObject({ search: '東京 Tower' })
    expect(parseQuery(JSON.parse(JSON.stringify(asked))).key).toBe(asked.key)
    expect(notes('cat').key).not.toBe(notes('dog').key)
  })

  it('goes before a cursor, which is of its order', () => {
    const { db } = withNotes('cat')
    expect(
      codeOf(() =>
        query(Note)
          .after(db.cursor(query(Note), db.first(query(Note))!))
          .search('cat'),
      ),
    ).toBe('bad-query')
    expect(
      codeOf(() =>
        notes('cat')
          .orderBy('title')
          .after(db.cursor(notes('').orderBy('title'), db.first(notes(''))!)),
      ),
    ).toBe(undefined)
  })

  it('needs a type with fields to look through', () => {
    const { db } = setup()
    for (const q of [
      query(Plain).search('cat'),
      query(Plain).search(''),
      query(Plain).search('cat').children(Note),
      query(Note).links(About).search('x'),
    ])
      expect(codeOf(() => db.run(q as never))).toBe('bad-query')
    expect(db.run(query(Note, Plain).search('cat'))).toEqual([])
  })

  it('cannot be looked for in what does not fit', () => {
    expect(codeOf(() => notes('cat').invalid('only'))).toBe('bad-query')
    expect(codeOf(() => notes('').invalid('only'))).toBe(undefined)
  })
})

describe('the fields to search', () => {
  it('are a list of names, each once', () => {
    const schema = z.object({ title: z.string() })
    for (const search of ['title', ['title', 'title'], ['@'], ['a/b'], [5], { title: true }, ['__proto__']])
      expect(
        codeOf(() => defineType('x', schema, { search: search as never })),
        JSON.stringify(search),
      ).toBe('bad-schema')
    expect(defineType('x', schema, { search: ['title'] }).search).toEqual(['title'])
    expect(Note.search).toEqual(['title', 'body', 'tags', 'rank'])
  })
})
