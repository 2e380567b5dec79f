import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Database } from '../../../src/database/database.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import type { Trash } from '../../../src/database/graph/trash.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import { codeOf, createSeededRandom, createTestReplica, type TestReplica } from './createTestReplica.ts'

const Node = defineType('node', z.object({ name: z.string(), tags: z.array(z.string()).optional() }), { sets: ['tags'] })
const types = [Node]

function syncAll(replicas: readonly TestReplica[]): void {
  for (let round = 0; round < 2; round++) for (const a of replicas) for (const b of replicas) a.pull(b)
}

const names = (db: Database): string[] =>
  db
    .run(query(Node))
    .map(({ name }) => name)
    .sort()
const trash = (db: Database): [string, number][] => db.trash.get().map(({ row, count }) => [(row as { name?: string }).name!, count])

/** A house with two rooms, one of which holds a chair, at two peers. */
function house() {
  const [alice, bob] = [createTestReplica(1, types), createTestReplica(2, types)] as const
  const top = alice.db.create(Node, { name: 'house' })
  const [kitchen, hall] = ['kitchen', 'hall'].map((name) => alice.db.create(Node, { name }, { parent: top })) as [typeof top, typeof top]
  const chair = alice.db.create(Node, { name: 'chair' }, { parent: kitchen })
  bob.pull(alice)
  return { alice, bob, top, kitchen, hall, chair }
}

describe('the trash', () => {
  it('of a closed space is what it was when it was read last, and throws where it never was', () => {
    const { alice, bob, kitchen } = house()
    alice.db.delete(kitchen)
    const shown = alice.db.trash.get()
    alice.db.dispose()
    expect(alice.db.trash.get()).toBe(shown)
    bob.db.dispose()
    expect(codeOf(() => bob.db.trash.get())).toBe('disposed')
  })

  it('lists the topmost of what is deleted with how much lies under it, the last deleted first', () => {
    const { alice, top, kitchen, hall } = house()
    alice.db.delete(kitchen)
    alice.db.delete(hall)
    expect(trash(alice.db)).toEqual([
      ['hall', 0],
      ['kitchen', 1],
    ])
    expect(alice.db.trash.get()[0]!.deletedAt).toBeGreaterThan(alice.db.trash.get()[1]!.deletedAt!)
    alice.db.delete(top)
    expect(trash(alice.db)).toEqual([['house', 3]])
    expect(trash(alice.fresh())).toEqual([['house', 3]])
    alice.db.restore(top)
    expect(trash(alice.db)).toHaveLength(2)
    alice.db.restore(kitchen)
    alice.db.restore(hall)
    expect(alice.db.trash.get()).toEqual([])
    expect(names(alice.db)).toEqual(['chair', 'hall', 'house', 'kitchen'])
  })

  it('is told when it changes, keeps the entries that did not, and costs nothing else', () => {
    const { alice, bob, kitchen, hall, top } = house()
    alice.db.delete(hall)
    const told = vi.fn<() => void>()
    alice.db.trash.subscribe(told)
    const [entry] = alice.db.trash.get()
    alice.db.update(top, { name: 'home' })
    expect(told).not.toHaveBeenCalled()
    expect(alice.db.trash.get()[0]).toBe(entry)
    bob.db.delete(kitchen)
    alice.pull(bob)
    expect(told).toHaveBeenCalledTimes(1)
    expect(alice.db.trash.get()).toContain(entry)
  })

  it('is after any steps what it is when read anew', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = createSeededRandom(seed)
      const dice = (sides: number): number => random.bytes(1)[0]! % sides
      const replicas = [createTestReplica(1, types), createTestReplica(2, types)] as const
      const shown = replicas.map(({ db }) => {
        let entries = db.trash.get()
        db.trash.subscribe(() => (entries = db.trash.get()))
        return () => entries
      })
      const ids: ItemId[] = []
      for (let step = 0; step < 40; step++) {
        const [replica, other] = dice(2) === 0 ? replicas : [replicas[1], replicas[0]]
        const { db } = replica
        const act = (what: number, id: ItemId, target: ItemId): void => {
          switch (what) {
            case 0:
            case 1:
            case 2:
            case 3:
              return void ids.push(db.create(Node, { name: `n${step}` }, { parent: id }).id)
            case 4:
            case 5:
              return db.delete(id)
            case 6:
              return db.restore(id)
            case 7:
            case 8:
              return db.move(id, { parent: dice(4) === 0 ? null : target })
            case 9:
              return replica.plant({ [`${id}/name`]: dice(2) === 0 ? 5 : 'other' })
            case 10:
              return replica.plant({ [`${id}//parent`]: [target, null] })
            case 11:
              return dice(2) === 0 ? db.update(id, { name: 'again' }) : db.purge(id)
            case 12:
              return replica.swap(dice(2) === 0 ? [id] : [])
            case 13:
              return db.batch(() => {
                for (const one of ids.slice(0, 4)) db.delete(one)
                if (dice(2) === 0) throw Object.assign(new Error('on purpose'), { code: 'thrown' })
              })
            default:
              return replica.pull(other)
          }
        }
        const [id, target] = [ids[dice(ids.length || 1)], ids[dice(ids.length || 1)]]
        try {
          if (id === undefined) ids.push(db.create(Node, { name: `n${step}` }).id)
          else act(dice(16), id, target!)
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(item-deleted|item-not-found|item-purged|tree-cycle|bad-value|thrown)$/)
        }
        const [now, fresh] = [shown[replicas.indexOf(replica)]!(), replica.fresh().trash.get()]
        expect(now, `seed ${seed}, step ${step}`).toBe(db.trash.get())
        const said = (entries: Trash) => entries.map(({ row, ...entry }) => ({ ...entry, row: row && { ...row } }))
        expect(said(now), `seed ${seed}, step ${step}`).toEqual(said(fresh))
      }
    }
  })

  it('costs what changes while it is shown, not what it holds', () => {
    const replica = createTestReplica(1, types)
    const { db } = replica
    const ids = Array.from({ length: 5000 }, (_, i) => db.create(Node, { name: `n${i}` }).id)
    db.batch(() => ids.slice(0, 4950).forEach((id) => db.delete(id)))
    db.trash.subscribe(() => undefined)
    const start = performance.now()
    for (const id of ids.slice(4950)) db.delete(id)
    for (let i = 0; i < 50; i++) db.create(Node, { name: 'new' })
    expect(performance.now() - start).toBeLessThan(1000)
    expect(db.trash.get()).toHaveLength(5000)
  })

  it('holds what was moved into an item that was deleted at the same time', () => {
    const { alice, bob, kitchen, hall } = house()
    alice.db.delete(hall)
    bob.db.move(kitchen, { parent: hall })
    syncAll([alice, bob])
    for (const { db } of [alice, bob]) expect(trash(db)).toEqual([['hall', 2]])
    bob.db.restore(hall)
    syncAll([alice, bob])
    for (const { db } of [alice, bob]) expect(names(db)).toEqual(['chair', 'hall', 'house', 'kitchen'])
  })
})

describe('purging', () => {
  it('hides an item and its subtree for good, from every query, at every peer and after a reload', () => {
    const { alice, bob, top, kitchen } = house()
    const all = alice.db.live(query(Node).deleted('show').orderBy('name'))
    const only = alice.db.live(query(Node).deleted('only').orderBy('name'))
    for (const live of [all, only]) live.subscribe(() => undefined)
    alice.db.delete(kitchen)
    expect(only.get()).toHaveLength(2)
    alice.db.purge(kitchen)
    expect(all.get().map(({ name }) => name)).toEqual(['hall', 'house'])
    expect(only.get()).toEqual([])
    bob.pull(alice)
    for (const db of [alice.db, bob.db, bob.fresh()]) {
      expect(names(db)).toEqual(['hall', 'house'])
      expect(db.run(query(Node).deleted('show'))).toHaveLength(2)
      expect(db.trash.get()).toEqual([])
      expect(db.get(Node, kitchen.id)).toBeUndefined()
    }
    alice.db.purge(top)
    expect(all.get()).toEqual([])
    // Also for an app that knows of deletion only.
    for (const { id } of [kitchen, top]) expect(alice.map.get(`${id}//deleted`)).toBe(true)
  })

  it('makes every command on it and what lay under it say so', () => {
    const { alice, kitchen, chair, hall } = house()
    const { db } = alice
    db.purge(kitchen)
    const keys = alice.map.size
    for (const item of [kitchen, chair]) {
      for (const command of [
        () => db.update(item, { name: 'x' }),
        () => db.set(item, 'name', 'x'),
        () => db.setOf(item, 'tags'),
        () => db.delete(item),
        () => db.restore(item),
        () => db.purge(item),
        () => db.move(item, { parent: null }),
        () => db.move(hall, { parent: item }),
        () => db.create(Node, { name: 'x' }, { parent: item }),
      ]) {
        expect(codeOf(command), String(command)).toBe('item-purged')
      }
    }
    expect(alice.map.size).toBe(keys)
    expect(codeOf(() => db.purge('x'))).toBe('item-not-found')
  })

  it('holds against a restoration at the same time', () => {
    const { alice, bob, kitchen } = house()
    alice.db.delete(kitchen)
    syncAll([alice, bob])
    alice.db.purge(kitchen)
    bob.db.restore(kitchen)
    syncAll([alice, bob])
    for (const { db } of [alice, bob]) expect(names(db)).toEqual(['hall', 'house'])
  })

  it('takes nothing that was not seen: what is moved out meanwhile stays, what is put in is in the trash and restored to the top', () => {
    const { alice, bob, top, kitchen, hall, chair } = house()
    alice.db.purge(kitchen)
    bob.db.move(chair, { parent: hall })
    const lamp = bob.db.create(Node, { name: 'lamp' }, { parent: kitchen })
    const table = bob.db.create(Node, { name: 'table' }, { parent: top })
    bob.db.move(table, { parent: kitchen })
    bob.db.create(Node, { name: 'cup' }, { parent: table })
    syncAll([alice, bob])
    for (const { db } of [alice, bob]) {
      expect(names(db)).toEqual(['chair', 'hall', 'house'])
      expect(trash(db).sort()).toEqual([
        ['lamp', 0],
        ['table', 1],
      ])
    }
    alice.db.restore(lamp.id)
    alice.db.restore(table.id)
    syncAll([alice, bob])
    for (const { db } of [alice, bob]) {
      expect(names(db)).toEqual(['chair', 'cup', 'hall', 'house', 'lamp', 'table'])
      expect(db.get(Node, lamp.id)!.$.parentId).toBeUndefined()
    }
    expect(codeOf(() => alice.db.restore(kitchen))).toBe('item-purged')
  })

  it('is no more than a mark of the right shape', () => {
    const { alice, hall } = house()
    for (const value of [true, false, 1, null, {}, 'other']) alice.plant({ [`${hall.id}//purged`]: value })
    expect(alice.db.get(Node, hall.id)).toBe(hall)
    expect(alice.db.faults.ignoredKeys).toBe(6)
    alice.plant({ [`${hall.id}//purged`]: 'under' })
    expect(alice.db.get(Node, hall.id)).toBe(hall)
  })
})
