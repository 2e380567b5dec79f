import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { codeOf, createTestReplica } from './createTestReplica.ts'

const Task = defineType('task', z.object({ title: z.string(), owner: z.string().optional() }))
const types = [Task]

describe('a batch', () => {
  it('is seen inside while it runs, told once, and written as one transaction', () => {
    const replica = createTestReplica(1, types)
    const { db } = replica
    const live = db.live(query(Task))
    const told = vi.fn<() => void>()
    live.subscribe(told)
    const result = db.batch(() => {
      const task = db.create(Task, { title: 'a' })
      expect(live.get()).toEqual([task])
      db.update(task, { title: 'b' })
      expect(db.run(query(Task).where({ title: 'b' }))).toHaveLength(1)
      db.create(Task, { title: 'c' })
      expect(told).not.toHaveBeenCalled()
      return 'done'
    })
    expect(result).toBe('done')
    expect(told).toHaveBeenCalledTimes(1)
    expect(replica.writes()).toBe(1)
    expect(live.get().map(({ title }) => title)).toEqual(['b', 'c'])
  })

  it('is seen inside by every answer that is open, by those that include items too', () => {
    const { db } = createTestReplica(1, types)
    const ann = db.create(Task, { title: 'ann' })
    const task = db.create(Task, { title: 'a', owner: ann.id })
    const a = query(Task).where({ title: { startsWith: 'a' } })
    const [rows, count, item, included] = [db.live(a), db.liveCount(a), db.liveItem(Task, task.id), db.live(a.include({ owner: Task }))]
    for (const live of [rows, count, item, included]) {
      live.subscribe(() => undefined)
      live.get()
    }
    const questions: readonly (() => unknown)[] = [
      () => rows.get().length,
      () => db.run(a).length,
      () => count.get(),
      () => db.count(a),
      () => item.get()?.title,
      () => included.get().map(({ owner }) => owner?.title ?? '-'),
    ]
    const look = (): readonly unknown[] => questions.map((ask) => ask())
    for (const [first, ask] of questions.entries()) {
      const step = db.batch(() => {
        db.update(task, { title: 'b' })
        const one = ask()
        const all = look()
        expect(all).toEqual([1, 1, 1, 1, 'b', ['-']])
        expect(one).toEqual(all[first])
        db.update(ann, { title: 'anna' })
        db.update(task, { title: `a${first}` })
        return look()
      })
      expect(step).toEqual([2, 2, 2, 2, `a${first}`, ['-', 'anna']])
      expect(look()).toEqual(step)
      db.update(ann, { title: 'ann' })
    }
  })

  it('that throws leaves nothing: index, rows and live answers are as before', () => {
    const replica = createTestReplica(1, types)
    const { db } = replica
    const kept = db.create(Task, { title: 'kept' })
    const parent = db.create(Task, { title: 'parent' })
    const live = db.live(query(Task))
    const before = live.get()
    const told = vi.fn<() => void>()
    live.subscribe(told)
    expect(() =>
      db.batch(() => {
        db.update(kept, { title: 'changed', owner: 'x' })
        db.move(kept, { parent })
        db.create(Task, { title: 'new' })
        db.delete(parent)
        expect(live.get().map(({ title }) => title)).toEqual(['new'])
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(told).not.toHaveBeenCalled()
    expect(live.get()).toBe(before)
    expect(db.get(Task, kept.id)).toBe(kept)
    expect(db.get(Task, parent.id)).toBe(parent)
    expect(db.run(query(Task).deleted('show'))).toEqual(replica.fresh().run(query(Task).deleted('show')))
    expect(replica.map.size).toBe(2)
  })

  it('inside another fails alone', () => {
    const { db } = createTestReplica(1, types)
    db.batch(() => {
      const task = db.create(Task, { title: 'outer' })
      expect(() =>
        db.batch(() => {
          db.update(task, { title: 'inner' })
          throw new Error('no')
        }),
      ).toThrow('no')
      expect(db.get(Task, task.id)!.title).toBe('outer')
    })
    expect(db.run(query(Task)).map(({ title }) => title)).toEqual(['outer'])
  })

  it('that is asynchronous is refused and leaves nothing', () => {
    const { db, map } = createTestReplica(1, types)
    expect(codeOf(() => db.batch(async () => db.create(Task, { title: 'a' })))).toBe('bad-value')
    expect(map.size).toBe(0)
    expect(db.run(query(Task))).toEqual([])
  })

  it('that the document refuses leaves nothing', () => {
    const replica = createTestReplica(1, types)
    expect(
      codeOf(() =>
        replica.db.batch(() => {
          replica.db.create(Task, { title: 'a' })
          replica.setWritable(false)
        }),
      ),
    ).toBe('read-only')
    expect(replica.db.run(query(Task))).toEqual([])
  })
})
