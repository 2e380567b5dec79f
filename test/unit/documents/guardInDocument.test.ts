import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import * as Y from 'yjs'
import { createAuthorView } from '../../../src/documents/verdicts/authorView.ts'
import { createYDoc } from '../../../src/documents/createYDoc.ts'
import { extractUpdate, type DeleteSet } from '../../../src/documents/writing/extractUpdate.ts'
import { guardInDocument, maxClocksBetween, maxNesting } from '../../../src/documents/writing/guardInDocument.ts'
import { Cursor } from '../../../src/feed/guard/cursor.ts'
import { guardUpdate } from '../../../src/feed/guard/guardUpdate.ts'
import { createStructView, walkStruct } from '../../../src/feed/guard/structs.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { appendBomb, claimingUpdate, nestingBomb, prependBomb, type Claim, type Id } from './adjacencyBombs.ts'
import { createHonestHistory, type HonestBlock } from './honestHistories.ts'

function docOf(blocks: readonly Pick<HonestBlock, 'update'>[]): Y.Doc {
  const doc = createYDoc()
  for (const { update } of blocks) Y.applyUpdate(doc, update)
  return doc
}

const judge = (doc: Y.Doc, { update, past, ...context }: HonestBlock) =>
  guardInDocument(doc, update, { ...context, limits: (client) => past.get(client) ?? 0 })

/** The clocks between the origins of each struct. */
function distances(doc: Y.Doc, { update, client, from, past }: HonestBlock): number[] {
  const cursor = new Cursor(update)
  if (cursor.uint() === 0) return []
  const structs = cursor.uint()
  cursor.uint()
  let clock = cursor.uint()
  const view = createStructView()
  const author = createAuthorView(doc, update, { client, from, limits: (of) => past.get(of) ?? 0 })
  return Array.from({ length: structs }, () => {
    walkStruct(cursor, clock, { client, limits: () => Infinity, kind: 'any' }, { nodes: Infinity }, view)
    const between = author.insert(view, clock, Infinity)
    clock += view.length
    return between
  })
}

/** A list of `length` items that touch but do not merge, written by `client`. */
function listOf(length: number, client = 1): Y.Doc {
  const doc = createYDoc()
  doc.clientID = client
  doc.getArray('list').insert(
    0,
    Array.from({ length }, () => new Uint8Array([1])),
  )
  return doc
}

/** A made-up block of client 9 that has seen all of `doc`. */
function blockOn(doc: Y.Doc, update: Uint8Array, structs: number): HonestBlock {
  return { update, client: 9, from: 0, to: structs, past: Y.decodeStateVector(Y.encodeStateVector(doc)) }
}

const histories = 200

describe('the guard inside a document', () => {
  it('lets every honest block pass, in a document of its past, of all there is, and of its author', { timeout: 120_000 }, () => {
    let blocks = 0
    let far = 0
    for (let seed = 0; seed < histories; seed++) {
      const history = createHonestHistory(createSeededRandom(`honest ${seed}`), 60)
      const all = docOf(history)
      const growing = createYDoc()
      for (const block of history) {
        expect(judge(growing, block), `seed ${seed}`).toBeUndefined()
        expect(judge(all, block), `seed ${seed}`).toBeUndefined()
        const between = distances(growing, block)
        expect(distances(all, block), `seed ${seed}`).toEqual(between)
        far += between.filter((clocks) => clocks > 0).length
        expect(between.reduce((sum, clocks) => sum + clocks, 0)).toBeLessThan(100)
        Y.applyUpdate(growing, block.update)
        blocks++
      }
    }
    expect(blocks).toBeGreaterThan(histories * 10)
    // Only a redone deletion stands apart from its neighbours.
    expect(far / blocks).toBeLessThan(0.01)
  })

  it('lets the deletion of a whole document pass, undone and done again, whatever came in between', () => {
    const doc = createYDoc()
    doc.clientID = 1
    const [text, list] = [doc.getText('text'), doc.getArray('list')]
    const undo = new Y.UndoManager([text, list], { captureTimeout: 0 })
    for (let i = 0; i < 3000; i++) {
      text.insert((i * 7919) % (text.length + 1), 'ab')
      list.insert((i * 7919) % (list.length + 1), [new Y.Map([['a', i]])])
    }
    const other = createYDoc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
    other.clientID = 2
    for (let i = 0; i < 500; i++) other.getText('text').insert((i * 104_729) % other.getText('text').length, 'c')
    const remote = Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc))

    const steps = [
      () => doc.transact(() => (text.delete(0, text.length), list.delete(0, list.length))),
      () => undo.undo(),
      () => undo.redo(),
      () => undo.undo(),
    ]
    for (const step of steps) {
      const from = Y.getState(doc.store, 1)
      const past = Y.decodeStateVector(Y.encodeStateVector(doc))
      let deletes: DeleteSet[] = []
      doc.once('afterTransaction', (transaction: Y.Transaction) => (deletes = [transaction.deleteSet]))
      step()
      const block = { ...extractUpdate(doc, from, deletes)!, client: 1, from, past }
      expect(distances(doc, block).reduce((sum, clocks) => sum + clocks, 0)).toBeLessThan(10)
      expect(judge(doc, block)).toBeUndefined()
      if (step === steps[0]) Y.applyUpdate(doc, remote)
    }
  }, 30_000)

  it('says the same of a hostile block whatever else a document holds, and in whatever order it came', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, order) => {
        const random = createSeededRandom(`hostile ${seed}`)
        const history = createHonestHistory(random, 50)
        const cut = random.below(history.length)
        const before = history.slice(0, cut)
        const past = Y.decodeStateVector(Y.encodeStateVector(docOf(before)))
        const ids = [...past].flatMap(([client, clocks]): Id[] => Array.from({ length: clocks }, (_, clock) => [client, clock]))
        const claims = Array.from({ length: 12 }, (_, i): Claim => {
          const any = (): Id | undefined =>
            random.chance(0.3) && i > 0 ? [9, random.below(i)] : ids.length > 0 && random.chance(0.8) ? random.pick(ids) : undefined
          return { origin: any(), right: any() }
        })
        const block = { update: claimingUpdate(9, 0, claims), client: 9, from: 0, to: claims.length, past }
        const limits = (client: number) => past.get(client) ?? 0
        expect(guardUpdate(block.update, { ...block, limits, kind: 'content' }).ok).toBe(true)

        const small = docOf(before)
        const expected = distances(small, block)
        const rule = judge(small, block)
        // Everything, the block included, in another causal order: whatever does not wait inside Yjs.
        const shuffler = createSeededRandom(`order ${order}`)
        const rest = [...history.slice(cut), block]
        const all = docOf(before)
        for (; rest.length > 0;) {
          const next = shuffler.pick(
            rest.filter(({ past: needed }) => [...needed].every(([client, clock]) => Y.getState(all.store, client) >= clock)),
          )
          rest.splice(rest.indexOf(next), 1)
          Y.applyUpdate(all, next.update)
          expect(judge(all, block)).toBe(rule)
          expect(distances(all, block)).toEqual(expected)
        }
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['before far right origins', prependBomb(9, 2048, 1, 20_000)],
    ['behind far origins', appendBomb(9, 2048, 1)],
  ])('refuses structs %s in a moment, which Yjs would walk for seconds', (_, bomb) => {
    const doc = listOf(20_000)
    const block = blockOn(doc, bomb, 2048)
    expect(guardUpdate(bomb, { ...block, limits: (client) => block.past.get(client) ?? 0, kind: 'content' }).ok).toBe(true)
    judge(doc, block)
    const start = performance.now()
    expect(judge(doc, block)).toBe('g10')
    expect(performance.now() - start).toBeLessThan(250)
  })

  it('adds up over a block: as many clocks as the rule allows pass, one more does not', () => {
    const doc = listOf(5000)
    const behind = (clocks: number): Claim => ({ origin: [1, 4999 - clocks] })
    const claims = [behind(4000), behind(maxClocksBetween - 4000)]
    expect(distances(doc, blockOn(doc, claimingUpdate(9, 0, claims), 2))).toEqual([4000, 96])
    expect(judge(doc, blockOn(doc, claimingUpdate(9, 0, claims), 2))).toBeUndefined()
    expect(judge(doc, blockOn(doc, claimingUpdate(9, 0, [...claims, behind(1)]), 3))).toBe('g10')
  })

  it('counts up to the end of the list where the right origin is not right of the origin, as in some redone deletions, or in another list', () => {
    const doc = listOf(10)
    doc.getText('text').insert(0, 'other')
    for (const right of [3, 5, 12])
      expect(distances(doc, blockOn(doc, claimingUpdate(9, 0, [{ origin: [1, 5], right: [1, right] }]), 1))).toEqual([4])
  })

  it('refuses values put before many of a map key, over all of which Yjs walks to its end', () => {
    const doc = createYDoc()
    doc.clientID = 1
    for (let i = 0; i < 5000; i++) doc.getMap('map').set('key', i)
    expect(judge(doc, blockOn(doc, claimingUpdate(9, 0, [{ right: [1, 0] }]), 1))).toBe('g10')
    expect(judge(doc, blockOn(doc, claimingUpdate(9, 0, [{ origin: [1, 4999] }]), 1))).toBeUndefined()
  })

  describe('is not misled by', () => {
    it('what goes on in the same merged item but is later than the past', () => {
      const doc = createYDoc()
      doc.clientID = 1
      doc.getText('list').insert(0, 'ab')
      const past = new Map([[1, 2]])
      doc.getText('list').insert(2, 'c'.repeat(10_000))
      const block = { update: claimingUpdate(9, 0, [{ origin: [1, 1] }]), client: 9, from: 0, to: 1, past }
      expect(distances(doc, block)).toEqual([0])
    })

    it('a struct with neither neighbour, which begins its list or map key', () => {
      const doc = listOf(5000)
      const block = blockOn(doc, claimingUpdate(9, 0, [{}]), 1)
      expect(judge(doc, block)).toBe('g10')
      expect(judge(doc, { ...block, past: new Map() })).toBeUndefined()
    })

    it('own structs at the end of which older content goes on', () => {
      const doc = listOf(3000)
      const claims: Claim[] = [
        { origin: [1, 9], right: [1, 10] },
        { origin: [9, 0], right: [1, 10] },
        { origin: [1, 9], right: [9, 0] },
      ]
      expect(distances(doc, blockOn(doc, claimingUpdate(9, 0, claims), 3))).toEqual([0, 0, 0])
      expect(distances(doc, blockOn(doc, claimingUpdate(9, 0, [...claims, { origin: [9, 2], right: [1, 2999] }]), 4))).toEqual([
        0,
        0,
        0,
        2 + 2989,
      ])
    })

    it('concurrent content of any length between neighbours, over which it steps once a block', () => {
      const doc = listOf(2)
      const past = Y.decodeStateVector(Y.encodeStateVector(doc))
      const other = createYDoc()
      Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
      other.clientID = 2
      for (let i = 0; i < 20_000; i++) other.getArray('list').insert(1, [new Uint8Array([2])])
      const claims = Array.from({ length: 2000 }, (_, i): Claim => ({ origin: [1, 0], right: i === 0 ? [1, 1] : [9, i - 1] }))
      const block = { update: claimingUpdate(9, 0, claims), client: 9, from: 0, to: 2000, past }
      const start = performance.now()
      expect(judge(other, block)).toBeUndefined()
      expect(performance.now() - start).toBeLessThan(250)
    })
  })

  it('refuses types nested so deep that deleting them would overflow the stack, in one block or over many', () => {
    const past = new Map<number, number>()
    const fits = { update: nestingBomb(9, 0, maxNesting), client: 9, from: 0, to: maxNesting, past }
    const doc = createYDoc()
    expect(judge(doc, fits)).toBeUndefined()
    expect(judge(doc, { ...fits, update: nestingBomb(9, 0, maxNesting + 1), to: maxNesting + 1 })).toBe('g11')
    Y.applyUpdate(doc, fits.update)
    expect(judge(doc, { ...fits, update: nestingBomb(9, maxNesting, 1), from: maxNesting, to: maxNesting + 1 })).toBe('g11')
  })

  it('lets nothing pass that refers to content which was left out: origins, parents, deletions, or the own earlier clocks', () => {
    const doc = listOf(3)
    const past = new Map([
      [1, 3],
      [2, 5],
    ])
    const update = claimingUpdate(9, 0, [{ origin: [1, 2] }])
    const good = { update, client: 9, from: 0, to: 1, past }
    expect(judge(doc, good)).toBeUndefined()
    expect(judge(doc, { ...good, update: claimingUpdate(9, 0, [{ origin: [2, 4] }]) })).toBe('rests')
    expect(judge(doc, { ...good, update: Uint8Array.of(1, 1, 9, 0, 3, 0, 2, 4, 1, 7, 0) })).toBe('rests')
    expect(judge(doc, { ...good, update: Uint8Array.of(0, 1, 2, 1, 4, 1), to: 0 })).toBe('rests')
    expect(judge(doc, { ...good, update: claimingUpdate(9, 1, [{ origin: [1, 2] }]), from: 1, to: 2 })).toBe('rests')
  })
})
