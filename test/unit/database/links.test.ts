import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineLink, defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { createTestReplica, type TestReplica } from './createTestReplica.ts'

const Note = defineType('note', z.object({ title: z.string() }))
const Mentions = defineLink('mentions', z.object({ weight: z.number().default(1) }))
const types = [Note, Mentions]

function setup(): { readonly replica: TestReplica; readonly db: TestReplica['db']; readonly a: string; readonly b: string } {
  const replica = createTestReplica(1, types)
  const [a, b] = [replica.db.create(Note, { title: 'a' }).id, replica.db.create(Note, { title: 'b' }).id]
  return { replica, db: replica.db, a, b }
}

describe('a link', () => {
  it('is an item with two ends and fields of its own, found from either end', () => {
    const { db, a, b } = setup()
    const link = db.link(a, Mentions, b, {})
    expect([link.$.source, link.$.target, link.weight]).toEqual([a, b, 1])
    expect(db.run(query(Note).ids([a]).links(Mentions))).toEqual([link])
    expect(db.run(query(Note).ids([b]).refs(Mentions))).toEqual([link])
    expect(db.run(query(Note).ids([a]).links().target(Note)).map(({ id }) => id)).toEqual([b])
    expect(db.run(query(Note).ids([b]).refs().source(Note)).map(({ id }) => id)).toEqual([a])
    expect(db.run(query(Note).ids([b]).links())).toEqual([])
    db.update(link, { weight: 3 })
    expect(db.get(Mentions, link.id)?.weight).toBe(3)
    db.delete(link)
    expect(db.run(query(Mentions))).toEqual([])
    expect(db.get(Note, a)).toBeDefined()
  })

  it('arrives at a peer with its ends, and an older app sees an item as any other', () => {
    const { replica, db, a, b } = setup()
    const link = db.link(a, Mentions, b, {})
    const peer = createTestReplica(2, types)
    peer.pull(replica)
    expect(peer.db.get(Mentions, link.id)?.$.target).toBe(b)
    expect(peer.db.faults.ignoredKeys).toBe(0)
  })

  it.each(['source', 'target'] as const)(
    'is hidden while its %s is deleted, by itself or by what lies above, and back when that is restored',
    (end) => {
      const { db, a, b } = setup()
      const folder = db.create(Note, { title: 'folder' }).id
      const link = db.link(a, Mentions, b, {})
      const live = db.live(query(Mentions))
      live.subscribe(() => undefined)
      const ofEnd = end === 'source' ? a : b
      db.move(ofEnd, { parent: folder })
      db.delete(ofEnd)
      expect([live.get(), db.get(Mentions, link.id)]).toEqual([[], undefined])
      expect(db.run(query(Mentions).deleted('only')).map(({ id, $ }) => [id, $.deleted])).toEqual([[link.id, true]])
      db.restore(ofEnd)
      expect(live.get()).toHaveLength(1)
      db.delete(folder)
      expect(live.get()).toEqual([])
      db.restore(folder)
      expect(live.get().map(({ id }) => id)).toEqual([link.id])
    },
  )

  it('is hidden until both of its ends have arrived', () => {
    const { replica, db, a, b } = setup()
    const link = db.link(a, Mentions, b, {})
    const peer = createTestReplica(2, types)
    const live = peer.db.live(query(Mentions))
    live.subscribe(() => undefined)
    peer.plant({ [link.id]: replica.map.get(link.id), [a]: replica.map.get(a) })
    expect(live.get()).toEqual([])
    peer.plant({ [b]: replica.map.get(b) })
    expect(live.get()).toHaveLength(1)
    peer.unplant([a])
    expect(live.get()).toEqual([])
  })

  it('shows while only a link that it points at dangles, so that links at links make no circle', () => {
    const { replica, db, a, b } = setup()
    const link = db.link(a, Mentions, b, {})
    const about = db.link(a, Mentions, link, {})
    db.delete(b)
    expect(db.run(query(Mentions)).map(({ id }) => id)).toEqual([about.id])
    replica.plant({ [link.id]: { t: 'mentions', m: 'object', f: {}, s: about.id, e: about.id } })
    expect(replica.fresh().run(query(Mentions))).toEqual(db.run(query(Mentions)))
    expect(db.run(query(Mentions))).toHaveLength(2)
  })

  it('cannot be made to or from nothing, something deleted, or by a type that is none', () => {
    const { db, a, b } = setup()
    const gone = db.create(Note, { title: 'gone' })
    db.delete(gone)
    const code = (write: () => unknown): unknown => {
      try {
        return write()
      } catch (error) {
        return (error as { code?: string }).code
      }
    }
    expect(code(() => db.link(a, Mentions, 'AAAAAAAAAAAAAAAAAAAAAA', {}))).toBe('dangling-link')
    expect(code(() => db.link('nonsense', Mentions, a, {}))).toBe('dangling-link')
    expect(code(() => db.link(gone, Mentions, b, {}))).toBe('dangling-link')
    expect(code(() => db.link(a, Note as never, b, { title: 'x' } as never))).toBe('wrong-kind')
    expect(code(() => db.create(Mentions, {}))).toBe('wrong-kind')
    expect(code(() => db.link(a, Mentions, b, { weight: 'heavy' as never }))).toBe('bad-value')
    expect(db.run(query(Mentions).deleted('show'))).toEqual([])
  })

  it.each([
    ['no ends', {}],
    ['one end', { s: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['ends that are no ids', { s: 5, e: ['x'] }],
    ['a prototype for an end', { s: 'AAAAAAAAAAAAAAAAAAAAAA', e: '__proto__' }],
  ])('that a peer writes with %s does not fit its type', (_, ends) => {
    const { replica, db } = setup()
    const live = db.live(query(Mentions))
    live.subscribe(() => undefined)
    replica.plant({ BAAAAAAAAAAAAAAAAAAAAA: { t: 'mentions', m: 'object', f: {}, ...ends } })
    expect(live.get()).toEqual([])
    expect(db.run(query(Mentions).invalid('only')).map(({ issues }) => issues[0]?.message)).toEqual(['A link needs a source and a target.'])
  })
})
