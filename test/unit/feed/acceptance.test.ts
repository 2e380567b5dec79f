import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Authors } from '../../../src/feed/acceptance.ts'
import type { BlockGraph } from '../../../src/feed/graph/blockGraph.ts'
import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { encodeHeader, type BlockHeader } from '../../../src/feed/header.ts'
import { loadBlockGraph } from '../../../src/feed/graph/loadBlockGraph.ts'
import { compareBytes } from '../../../src/shared/bytes.ts'
import { idBytes, rootDocumentId, toId, type BlockId, type DeviceId, type IdentityId } from '../../../src/shared/ids.ts'
import { buildHistory, historySteps, standingOf } from './blockHistories.ts'
import { ascending, bytes32, hashOnly, headerOf, idOf, space } from './feedFixtures.ts'

/** Whom all devices belong to, unless said otherwise. */
const person = toId<IdentityId>(bytes32(100))

/** A log in which devices end and come back. */
function createAuthors() {
  const ended = new Set<DeviceId>()
  let kept: readonly BlockId[] = []
  const authors: Authors = {
    isWriter: (_, device) => !ended.has(device),
    keptBlocks: () => kept.map((id) => ({ block: idBytes(id), identity: person })),
  }
  return {
    authors,
    end(device: number, keeping: readonly BlockId[] = []) {
      ended.add(toId<DeviceId>(bytes32(device)))
      kept = [...kept, ...keeping]
    },
    readmit: (device: number) => ended.delete(toId<DeviceId>(bytes32(device))),
    plain: () => ({ writes: (device: Uint8Array) => !ended.has(toId<DeviceId>(device)), kept }),
  }
}

function createTest() {
  const log = createAuthors()
  const graph = createBlockGraph({ crypto: hashOnly, space, authors: log.authors })
  return {
    ...log,
    graph,
    /** Adds a block by a device after others. */
    cut: (device: number, previous?: BlockId, changes: Partial<BlockHeader> = {}) => cut(graph, device, previous, changes),
    review() {
      graph.reviewAuthors()
      graph.decide()
    },
    stand: (...ids: readonly BlockId[]) => ids.map((id) => graph.stands(id)),
  }
}

function cut(graph: BlockGraph, device: number, previous: BlockId | undefined, changes: Partial<BlockHeader> = {}): BlockId {
  const seq = previous === undefined ? 0 : graph.node(previous)!.header.seq + 1
  const from = graph.clockAfter(previous, rootDocumentId)
  const before = previous === undefined ? {} : { previous: idBytes(previous) }
  const header = headerOf({ device: bytes32(device), seq, from, to: from + 1, ...before, ...changes })
  const id = idOf(header)
  expect(graph.place(id, header)).toEqual({ status: 'fits' })
  graph.add(id, header)
  graph.decide()
  return id
}

const on = (...ids: readonly BlockId[]) => ({ dependencies: ascending(ids) })
const retracting = (first: BlockId) => ({ retracts: [{ first: idBytes(first), last: idBytes(first) }] })

describe('of what a device wrote that is no writer any more', () => {
  it('stands what a writer built on, and nothing after it', () => {
    const { graph, cut, end, review, stand } = createTest()
    const first = cut(1)
    const second = cut(1, first)
    const third = cut(1, second)
    const others = cut(2, undefined, on(second))
    end(1)
    const { verdict } = graph
    review()
    expect(stand(first, second, third, others)).toEqual([true, true, false, true])
    expect(graph.verdict).toBeGreaterThan(verdict)
    expect([first, third].map((id) => graph.isOutside(id))).toEqual([false, true])
    expect(graph.withdrawn().map(({ id }) => id)).toEqual([third])
  })

  it('stands what an end keeps, with its past, also where it comes after the end', () => {
    const { cut, end, review, stand } = createTest()
    const first = cut(1)
    const second = cut(1, first)
    const third = cut(1, second)
    const later = idOf(headerOf({ device: bytes32(3), from: 0, to: 1 }))
    end(1, [second, later])
    end(3)
    review()
    expect(stand(first, second, third)).toEqual([true, true, false])
    expect(cut(3)).toBe(later)
    expect(stand(later)).toEqual([true])
  })

  it('nothing that comes later stands, before a writer builds on it, and then both do', () => {
    const { graph, cut, end, review, stand } = createTest()
    const first = cut(1)
    end(1)
    review()
    const late = cut(1, first)
    expect(stand(first, late)).toEqual([false, false])
    // By somebody who does not know of the end yet.
    const header = headerOf({ device: bytes32(2), ...on(late) })
    graph.add(idOf(header), header)
    expect(graph.isDecided).toBe(false)
    // Until it is decided, nothing that the documents show has changed.
    expect(stand(first, late, idOf(header))).toEqual([false, false, false])
    expect(graph.withdrawn().map(({ id }) => id)).not.toContain(idOf(header))
    graph.decide()
    expect(stand(first, late, idOf(header))).toEqual([true, true, true])
  })

  it('all comes back with the device, and is never to be written again by it', () => {
    const { graph, cut, end, readmit, review, stand } = createTest()
    const blocks = [cut(1)]
    blocks.push(cut(1, blocks[0]))
    end(1)
    review()
    expect(stand(...blocks)).toEqual([false, false])
    expect(graph.orphansOf(bytes32(1))).toEqual([])
    readmit(1)
    review()
    expect(stand(...blocks)).toEqual([true, true])
  })

  it('nothing counts for the same device under another person', () => {
    const authors: Authors = { isWriter: (identity) => identity === toId(bytes32(100)), keptBlocks: () => [] }
    const graph = createBlockGraph({ crypto: hashOnly, space, authors })
    const [own, others] = [cut(graph, 1, undefined), cut(graph, 1, undefined, { slot: 1, identity: bytes32(101) })]
    expect([own, others].map((id) => graph.stands(id))).toEqual([true, false])
  })
})

describe('what an end names of others than it is against', () => {
  /** Keeps a block in the name of an end against somebody. */
  function createKeeping(against: { identity?: IdentityId; device?: number }) {
    let block: BlockId | undefined
    const { identity = person, device } = against
    const kept = (id: BlockId) => ({ block: idBytes(id), identity, ...(device && { device: toId<DeviceId>(bytes32(device)) }) })
    const authors: Authors = {
      isWriter: (_, writer) => writer !== toId<DeviceId>(bytes32(1)),
      keptBlocks: () => (block === undefined ? [] : [kept(block)]),
    }
    const graph = createBlockGraph({ crypto: hashOnly, space, authors })
    return {
      graph,
      keep(id: BlockId) {
        block = id
        graph.reviewAuthors()
        graph.decide()
      },
    }
  }

  it.each([
    ['the person', {}, true],
    ['the device', { device: 1 }, true],
    ['another person', { identity: toId<IdentityId>(bytes32(101)) }, false],
    ['another device of the person', { device: 2 }, false],
  ])('stays where it is against %s only if the author is meant', (_, against, stays) => {
    const { graph, keep } = createKeeping(against)
    const block = cut(graph, 1, undefined)
    expect(graph.stands(block)).toBe(false)
    keep(block)
    expect(graph.stands(block)).toBe(stays)
  })

  it('wins no place for it', () => {
    for (let timeMs = 1; timeMs <= 8; timeMs++) {
      const { graph, keep } = createKeeping({ identity: toId<IdentityId>(bytes32(101)) })
      const branches = [cut(graph, 2, undefined, { timeMs }), cut(graph, 2, undefined, { timeMs: 100 + timeMs })]
      const before = branches.map((id) => graph.stands(id))
      keep(branches[before.indexOf(false)]!)
      expect(branches.map((id) => graph.stands(id))).toEqual(before)
    }
  })
})

describe('who was removed cannot harm what stands', () => {
  it('by a branch of his own feed, whichever id it has', () => {
    for (let timeMs = 1; timeMs <= 8; timeMs++) {
      const { cut, end, review, stand } = createTest()
      const first = cut(1)
      const others = cut(2, undefined, on(first))
      end(1)
      review()
      const branch = cut(1, undefined, { timeMs })
      expect(stand(first, others, branch)).toEqual([true, true, false])
    }
  })

  it('by a branch that somebody who helps him builds on, where an end keeps the other', () => {
    const outcomes = Array.from({ length: 8 }, (_, timeMs) => {
      const { cut, end, review, stand } = createTest()
      const first = cut(1)
      const others = cut(2, undefined, on(first))
      end(1, [first])
      review()
      const branch = cut(1, undefined, { timeMs })
      const helper = cut(3, undefined, on(branch))
      return stand(first, others, branch, helper)
    })
    for (const outcome of outcomes) expect(outcome).toEqual([true, true, false, false])
  })

  it('by taking back what others built on, before or after he was removed', () => {
    const { cut, end, review, stand } = createTest()
    const first = cut(1)
    const others = cut(2, undefined, on(first))
    const before = cut(1, undefined, { slot: 1, ...retracting(first) })
    expect(stand(first, others)).toEqual([false, false])
    end(1)
    review()
    expect(stand(first, others, before)).toEqual([true, true, false])
    const after = cut(1, undefined, { slot: 2, ...retracting(first) })
    expect(stand(first, others, after)).toEqual([true, true, false])
  })

  it('and what he took back before stays so where somebody built on that', () => {
    const { cut, end, review, stand } = createTest()
    const first = cut(1)
    const back = cut(1, undefined, { slot: 1, ...retracting(first) })
    const others = cut(2, undefined, on(back))
    end(1)
    review()
    expect(stand(first, back, others)).toEqual([false, true, true])
  })
})

describe('what stands', () => {
  const changes = fc.array(
    fc.record({
      at: fc.nat(30),
      device: fc.integer({ min: 1, max: 3 }),
      isBack: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      keeps: fc.array(fc.nat(), { maxLength: 2 }),
    }),
    { maxLength: 5 },
  )

  it('is what the rules say of the blocks and the log, in any order of arrival, and from disk', () => {
    let withdrawn = 0
    fc.assert(
      fc.property(historySteps, changes, fc.array(fc.nat(), { maxLength: 30 }), (history, ends, picks) => {
        const blocks = buildHistory(history)
        const { graph, authors, end, readmit, plain, review } = createTest()
        const waiting = [...blocks]
        for (let i = 0; i <= 30; i++) {
          for (const { device, isBack, keeps } of ends.filter(({ at }) => at === i)) {
            if (isBack) readmit(device)
            else
              end(
                device,
                keeps.map((pick) => blocks[pick % blocks.length]!.id),
              )
            graph.reviewAuthors()
          }
          const ready = waiting.filter(({ id, header }) => graph.place(id, header).status !== 'missing')
          const next = ready[(picks[i] ?? 0) % ready.length]
          if (next !== undefined) {
            waiting.splice(waiting.indexOf(next), 1)
            graph.add(next.id, next.header)
          }
          // Several may come between two decisions.
          if ((picks[i] ?? 0) % 3 === 0) continue
          graph.decide()
          const here = blocks.filter((block) => !waiting.includes(block))
          expect(here.filter(({ id }) => graph.stands(id)).map(({ id }) => id)).toEqual(standingOf(here, plain()))
        }
        review()
        const expected = standingOf(blocks, plain())
        expect(blocks.filter(({ id }) => graph.stands(id)).map(({ id }) => id)).toEqual(expected)
        if (blocks.some(({ id }) => graph.isOutside(id))) withdrawn++

        const stored = createBlockGraph({ crypto: hashOnly, space, authors })
        const rows = blocks
          .map(({ id, header }) => ({ block: id, header: encodeHeader(header) }))
          .sort((a, b) => compareBytes(idBytes(a.block), idBytes(b.block)))
        expect(loadBlockGraph(stored, rows as never)).toBe(0)
        expect(blocks.filter(({ id }) => stored.stands(id)).map(({ id }) => id)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
    expect(withdrawn).toBeGreaterThan(100)
  })

  it('costs little to ask again: 10,000 blocks of 20 devices, of which one is removed', () => {
    const { graph, cut, end, review } = createTest()
    const heads = new Map<number, BlockId>()
    for (let i = 0; i < 10_000; i++) {
      const device = 1 + (i % 20)
      const other = heads.get(1 + ((i * 7) % 20))
      const isOther = other !== undefined && other !== heads.get(device) && i % 5 === 0
      heads.set(device, cut(device, heads.get(device), isOther ? on(other) : {}))
    }
    end(1)
    const begun = performance.now()
    review()
    expect(performance.now() - begun).toBeLessThan(1_000)
    expect(graph.visited).toBeLessThanOrEqual(10_000)
  })
})
