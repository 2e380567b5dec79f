import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { followTextHistory, wholeStepOrigin, type TextStep } from '../../../src/documents/texts/textHistory.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createManualClock } from '../database/createTestReplica.ts'

/** A document of a model with its steps, the newest last. */
function createDevice(client: number) {
  const doc = new Y.Doc({ gc: false })
  doc.clientID = client
  const map = doc.getMap<unknown>('map')
  const made: TextStep[] = []
  followTextHistory({
    item: 'item' as ItemId,
    types: [map],
    clock: createManualClock(),
    steps: { take: (step) => (made.push(step), () => false), forget: () => undefined },
    retain: () => () => undefined,
  })
  return {
    doc,
    map,
    made,
    set: (key: string, value: unknown) => doc.transact(() => map.set(key, value), wholeStepOrigin),
    remove: (key: string) => doc.transact(() => map.delete(key), wholeStepOrigin),
    pull: (other: Y.Doc) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc))),
  }
}

describe('undo of a step in a map', () => {
  it('gives what another wrote at the same time and lost, and takes it away again when done again', () => {
    for (const before of [undefined, 'todo']) {
      const [ann, ben] = [createDevice(9), createDevice(1)]
      if (before !== undefined) ann.set('column', before)
      ben.pull(ann.doc)
      ann.set('column', 'done')
      ben.set('column', 'doing')
      ann.pull(ben.doc)
      ben.pull(ann.doc)
      expect([ann.map.get('column'), ben.map.get('column')]).toEqual(['done', 'done'])
      const step = ann.made.at(-1)!
      for (let round = 0; round < 2; round++) {
        expect(step.undo()).toBe(true)
        expect(ann.map.get('column')).toBe('doing')
        expect(step.redo()).toBe(true)
        expect(ann.map.get('column')).toBe('done')
      }
      step.undo()
      ben.pull(ann.doc)
      expect(ben.map.get('column')).toBe('doing')
    }
  })

  it('is of the whole step, also where that wrote a key twice', () => {
    const [ann, ben] = [createDevice(9), createDevice(1)]
    ann.set('a', 'before')
    ben.pull(ann.doc)
    ann.doc.transact(() => ['half', 'whole'].forEach((value) => ann.map.set('a', value)), wholeStepOrigin)
    ann.set('a', 'later')
    ann.made[2]!.undo()
    expect(ann.map.get('a')).toBe('whole')
    ann.made[1]!.undo()
    expect(ann.map.get('a')).toBe('before')
    ann.made[1]!.redo()
    ben.set('a', 'lost')
    ann.pull(ben.doc)
    ann.made[1]!.undo()
    expect(ann.map.get('a')).toBe('lost')
  })

  it('leaves what another wrote over the step, and what undo has brought back of it', () => {
    const [ann, ben] = [createDevice(1), createDevice(9)]
    ann.set('a', 'first')
    ann.set('a', 'second')
    ben.set('a', 'his')
    ann.pull(ben.doc)
    ann.set('a', 'third')
    ann.made[2]!.undo()
    expect(ann.map.get('a')).toBe('his')
    for (const step of ann.made.slice(0, 2).reverse()) step.undo()
    expect(ann.map.get('a')).toBe('his')
  })

  it('does not bring back what had been removed when the step was made', () => {
    const [ann, ben] = [createDevice(9), createDevice(1)]
    ben.set('column', 'old')
    ben.remove('column')
    ann.pull(ben.doc)
    ann.set('column', 'new')
    ann.made.at(-1)!.undo()
    expect(ann.map.has('column')).toBe(false)
    ann.made.at(-1)!.redo()
    expect(ann.map.get('column')).toBe('new')
  })

  it('in random histories writes over nothing of another, and leaves no key empty that another wrote meanwhile', () => {
    let contests = 0
    for (let seed = 0; seed < 80; seed++) {
      const random = createSeededRandom(`map ${seed}`)
      const [own, other] = random.chance(0.5) ? [createDevice(9), createDevice(1)] : [createDevice(1), createDevice(9)]
      const keys = ['a', 'b', 'c']
      /** Keys whose value here is an own one that beat one of the other's which nobody had seen. */
      const contested = new Set<string>()
      for (let i = 0; i < 30; i++) {
        const key = random.pick(keys)
        const kind = random.below(6)
        if (kind < 2) {
          own.set(key, `own ${i}`)
          contested.delete(key)
        } else if (kind < 4) other.set(key, `other ${i}`)
        else if (kind === 4) other.pull(own.doc)
        else {
          const known = Y.decodeStateVector(Y.encodeStateVector(own.doc)).get(other.doc.clientID) ?? 0
          own.pull(other.doc)
          for (const each of keys) {
            const winner = own.map._map.get(each)
            const left = winner?.left
            const isNews = left?.id.client === other.doc.clientID && left.lastId.clock >= known
            if (isNews && !winner!.deleted && winner!.id.client === own.doc.clientID) contested.add(each)
          }
        }
        if (random.chance(0.25) && own.made.length > 0) {
          const before = keys.map((each) => own.map.get(each))
          own.made.pop()!.undo()
          for (const [at, each] of keys.entries()) {
            const value = own.map.get(each)
            if (String(before[at]).startsWith('other')) expect(value, `seed ${seed}`).toBe(before[at])
            if (contested.delete(each)) {
              contests += 1
              expect(value, `seed ${seed}`).toBeDefined()
            }
          }
        }
      }
      own.pull(other.doc)
      other.pull(own.doc)
      expect(other.map.toJSON()).toEqual(own.map.toJSON())
    }
    expect(contests).toBeGreaterThan(20)
  })
})
