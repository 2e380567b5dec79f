import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BlockGraph } from '../../../src/feed/graph/blockGraph.ts'
import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import { encodeHeader, type BlockHeader } from '../../../src/feed/header.ts'
import { loadBlockGraph } from '../../../src/feed/graph/loadBlockGraph.ts'
import { compareBytes } from '../../../src/shared/bytes.ts'
import { idBytes, rootDocumentId, toId, type BlockId } from '../../../src/shared/ids.ts'
import { buildHistory as build, historySteps as steps, standingOf } from './blockHistories.ts'
import { ascending, bytes32, hashOnly, headerOf, idOf, space } from './feedFixtures.ts'

const createGraph = () => createBlockGraph({ crypto: hashOnly, space })

/** Adds a block after others, by device 1 where nothing else is said. */
function cut(graph: BlockGraph, previous: BlockId | undefined, changes: Partial<BlockHeader> = {}): BlockId {
  const seq = previous === undefined ? 0 : graph.node(previous)!.header.seq + 1
  const from = graph.clockAfter(previous, rootDocumentId)
  const header = headerOf({ seq, from, to: from + 1, ...(previous === undefined ? {} : { previous: idBytes(previous) }), ...changes })
  const id = idOf(header)
  expect(graph.place(id, header)).toEqual({ status: 'fits' })
  graph.add(id, header)
  graph.decide()
  return id
}

const standing = (graph: BlockGraph, ids: readonly BlockId[]) => ids.map((id) => graph.stands(id))
const least = (ids: readonly BlockId[]) => [...ids].sort((a, b) => compareBytes(idBytes(a), idBytes(b)))[0]!
const retract = (first: BlockId, last = first) => ({ retracts: [{ first: idBytes(first), last: idBytes(last) }] })

describe('of the branches of a feed', () => {
  it('the one stands whose first block has the least id, whichever came first, with all that follow it', () => {
    for (const isSwapped of [false, true]) {
      const graph = createGraph()
      const base = cut(graph, undefined)
      const branch = (timeMs: number) => {
        const first = cut(graph, base, { timeMs })
        return [first, cut(graph, first, { timeMs })]
      }
      const branches = (isSwapped ? [2, 1] : [1, 2]).map(branch)
      const winner = least(branches.map(([first]) => first!))
      for (const ids of branches) expect(standing(graph, ids)).toEqual(ids.map(() => ids[0] === winner))
      expect(graph.stands(base)).toBe(true)
      expect(graph.head(feedKeyOf(bytes32(1), 0))?.id).toBe(branches.find(([first]) => first === winner)!.at(-1))
      expect(graph.blocksOf(rootDocumentId).map(({ id }) => id)).toEqual([base, ...branches.find(([first]) => first === winner)!])
      expect(
        graph
          .tips()
          .map(({ id }) => id)
          .sort(),
      ).toEqual(branches.map((ids) => ids.at(-1)).sort())
    }
  })

  it('what its device takes back does not stand, also where the block that says so does not', () => {
    const graph = createGraph()
    const base = cut(graph, undefined)
    const rivals = [1, 2].map((timeMs) => cut(graph, base, { timeMs }))
    const winner = least(rivals)
    const loser = rivals.find((id) => id !== winner)!
    const { verdict } = graph
    const retracting = cut(graph, winner, retract(winner))
    expect(standing(graph, [winner, loser, retracting])).toEqual([false, true, false])
    expect(graph.verdict).toBeGreaterThan(verdict)
    // Once both are taken back, none stands.
    cut(graph, undefined, { slot: 1, ...retract(loser) })
    expect(standing(graph, [base, winner, loser])).toEqual([true, false, false])
  })

  it('no other device can take back anything', () => {
    const graph = createGraph()
    const base = cut(graph, undefined)
    cut(graph, undefined, { device: bytes32(2), ...retract(base) })
    expect(graph.stands(base)).toBe(true)
  })

  it('a retraction counts also for a block that comes later', () => {
    const [source, graph] = [createGraph(), createGraph()]
    const first = cut(source, undefined)
    cut(graph, undefined, { slot: 1, ...retract(first) })
    graph.add(first, source.node(first)!.header)
    expect(graph.stands(first)).toBe(false)
  })

  it('withdraws what others built on a branch, and nothing else of theirs', () => {
    const graph = createGraph()
    const base = cut(graph, undefined)
    const rivals = [1, 2].map((timeMs) => cut(graph, base, { timeMs }))
    const loser = rivals.find((id) => id !== least(rivals))!
    const free = cut(graph, undefined, { device: bytes32(2), dependencies: ascending([base]) })
    const dependant = cut(graph, free, { device: bytes32(2), dependencies: ascending([loser]) })
    const other = cut(graph, undefined, { device: bytes32(3), dependencies: ascending([dependant]) })
    expect(standing(graph, [free, dependant, other])).toEqual([true, false, false])
  })

  it('no block can name two as its past', () => {
    const graph = createGraph()
    const base = cut(graph, undefined)
    const rivals = [1, 2].map((timeMs) => cut(graph, base, { timeMs }))
    const placed = (header: BlockHeader) => graph.place(idOf(header), header)
    expect(placed(headerOf({ device: bytes32(2), dependencies: ascending(rivals) }))).toEqual({ status: 'malformed', fault: 'branches' })
    // Nor by way of others, nor one beside its own place.
    const witness = cut(graph, undefined, { device: bytes32(2), dependencies: ascending([rivals[0]!]) })
    const other = cut(graph, undefined, { device: bytes32(3), dependencies: ascending([rivals[1]!]) })
    expect(placed(headerOf({ device: bytes32(4), dependencies: ascending([witness, other]) }))).toMatchObject({ fault: 'branches' })
    const third = headerOf({ seq: 1, previous: idBytes(base), from: 1, to: 2, timeMs: 3, dependencies: ascending([witness]) })
    expect(placed(third)).toMatchObject({ fault: 'branches' })
  })
})

describe("a device's withdrawn blocks", () => {
  function forked() {
    const graph = createGraph()
    const base = cut(graph, undefined)
    const rivals = [1, 2].map((timeMs) => cut(graph, base, { timeMs }))
    const winner = least(rivals)
    const loser = rivals.find((id) => id !== winner)!
    const after = cut(graph, loser)
    return { graph, winner, loser, after }
  }

  it('are to be written again, until a block of the same document says that they were', () => {
    const { graph, loser, after } = forked()
    const orphans = () => graph.orphansOf(bytes32(1)).flatMap(({ blocks }) => blocks.map(({ id }) => id))
    expect(orphans()).toEqual([loser, after])
    expect(graph.orphansOf(bytes32(2))).toEqual([])
    const { retracts } = graph.orphansOf(bytes32(1))[0]!
    expect(retracts).toEqual([{ first: idBytes(loser), last: idBytes(after) }])
    cut(graph, undefined, { slot: 1, retracts, document: new Uint8Array(16).fill(1) })
    expect(orphans()).toEqual([loser, after])
    cut(graph, undefined, { slot: 2, retracts })
    expect(orphans()).toEqual([])
    // What turns up behind them was not in it.
    const late = cut(graph, after)
    expect(orphans()).toEqual([late])
    expect(graph.orphansOf(bytes32(1))[0]!.retracts).toEqual([{ first: idBytes(late), last: idBytes(late) }])
  })

  it('are written again once, also where two copies of the device do it', () => {
    const { graph } = forked()
    const [orphans] = graph.orphansOf(bytes32(1))
    const copies = [1, 2].map((slot) => cut(graph, undefined, { slot, retracts: orphans!.retracts }))
    const beaten = copies.find((id) => id !== least(copies))!
    const later = cut(graph, beaten, { slot: graph.node(beaten)!.header.slot })
    expect(standing(graph, [least(copies), beaten, later])).toEqual([true, false, false])
    // What the beaten copy wrote after that is not in the other.
    expect(graph.orphansOf(bytes32(1)).flatMap(({ blocks }) => blocks.map(({ id }) => id))).toEqual([later])
    // The one that stood may fall for another reason and be written again itself: the other stays beaten.
    cut(graph, undefined, { slot: 3, ...retract(least(copies)) })
    expect(standing(graph, copies)).toEqual([false, false])
  })

  it('stay withdrawn once they are written again, whatever becomes of the fork', () => {
    const { graph, winner, loser, after } = forked()
    const { retracts } = graph.orphansOf(bytes32(1))[0]!
    const again = cut(graph, undefined, { slot: 1, retracts })
    cut(graph, undefined, { slot: 2, ...retract(winner) })
    expect(standing(graph, [winner, loser, after, again])).toEqual([false, false, false, true])
  })

  it('are told apart by branch where two cannot have been in one document', () => {
    const graph = createGraph()
    const base = cut(graph, undefined)
    for (const timeMs of [1, 2, 3]) cut(graph, base, { timeMs })
    const orphans = graph.orphansOf(bytes32(1))
    expect(orphans.map(({ blocks }) => blocks.length)).toEqual([1, 1])
  })

  it('are known by the branch that stands against others, as what is to give way', () => {
    const { graph, winner, loser, after } = forked()
    expect([winner, loser, after].map((id) => graph.firstContested(id))).toEqual([winner, undefined, undefined])
    const next = cut(graph, winner)
    expect(graph.firstContested(next)).toBe(winner)
    graph.takeBack([winner])
    graph.decide()
    expect(graph.firstContested(next)).toBeUndefined()
    expect(graph.stands(after)).toBe(true)
  })
})

describe('what forks and retractions cost', () => {
  const others = 400
  const rounds = 150

  /** Someone's first block, what others built on it, and more first blocks of his, each of which beats those before. */
  function crowd() {
    const graph = createGraph()
    const blocks: { id: BlockId; header: BlockHeader }[] = []
    const note = (id: BlockId) => {
      blocks.push({ id, header: graph.node(id)!.header })
      return id
    }
    const headers = Array.from({ length: rounds + 1 }, (_, timeMs) => headerOf({ timeMs, from: 0, to: 1 }))
    const [first, ...better] = headers.sort((a, b) => compareBytes(idBytes(idOf(b)), idBytes(idOf(a)))).map(({ timeMs }) => timeMs)
    const base = note(cut(graph, undefined, { timeMs: first! }))
    let last = note(cut(graph, undefined, { device: bytes32(2), dependencies: [idBytes(base)] }))
    for (let i = 1; i < others; i++) last = note(cut(graph, last, { device: bytes32(2) }))
    return { graph, blocks, base, last, note, better }
  }

  function costOf(graph: BlockGraph, act: () => void): number {
    const before = graph.visited
    act()
    expect(graph.verdict).toBeGreaterThanOrEqual(0)
    return graph.visited - before
  }

  it('the others what it takes out of theirs, and afterwards only its own blocks', () => {
    const { graph, base, last, better } = crowd()
    expect(costOf(graph, () => cut(graph, undefined, { timeMs: better[0]! }))).toBeLessThan(others + 5)
    expect(graph.stands(last)).toBe(false)
    const more = costOf(graph, () => {
      for (const timeMs of better.slice(1)) {
        cut(graph, undefined, { timeMs })
        expect(graph.stands(last)).toBe(false)
      }
    })
    expect(more).toBeLessThan(3 * rounds)
    const again = costOf(graph, () => {
      for (let slot = 1; slot <= rounds; slot++) {
        cut(graph, undefined, { slot, ...retract(base) })
        expect(graph.stands(last)).toBe(false)
      }
    })
    expect(again).toBeLessThan(4 * rounds)
  })

  it('nothing where someone retracts what is not his, or not here, or does not stand', () => {
    const { graph, base, last } = crowd()
    const before = graph.visited
    for (let slot = 0; slot < rounds; slot++) {
      const made = idOf(headerOf({ seq: 9, previous: bytes32(slot), timeMs: slot }))
      const retracts = [base, last, made].map((id) => ({ first: idBytes(id), last: idBytes(id) }))
      cut(graph, undefined, { device: bytes32(3), slot, retracts: retracts.sort((a, b) => compareBytes(a.first, b.first)) })
    }
    // Each claims to write the same again, so of two the lesser falls; nobody else is looked at.
    expect(costOf(graph, () => {})).toBeLessThan(2 * rounds)
    expect(before).toBe(0)
    expect(graph.stands(last)).toBe(true)
  })

  it('on opening what they change in the end, whatever went to and fro before', () => {
    const { graph, blocks, last, note, better } = crowd()
    let slot = 1
    for (const timeMs of better) {
      const winner = note(cut(graph, undefined, { timeMs }))
      expect(graph.stands(last)).toBe(false)
      note(cut(graph, undefined, { slot: slot++, ...retract(winner) }))
      expect(graph.stands(last)).toBe(true)
    }
    // While it happened, all had to follow.
    expect(graph.visited).toBeGreaterThan(rounds * others)
    const opened = createGraph()
    const rows = blocks.map(({ id, header }) => ({ block: id, header: encodeHeader(header) }))
    expect(loadBlockGraph(opened, rows)).toBe(0)
    expect(opened.withdrawn()).toHaveLength(rounds)
    expect(opened.visited).toBeLessThan(4 * rounds)
    expect(opened.stands(last)).toBe(true)
  })
})

describe('what stands', () => {
  it('is what the rules say of the set of blocks, in any order of arrival and from disk', () => {
    let forks = 0
    fc.assert(
      fc.property(steps, fc.array(fc.nat(), { maxLength: 30 }), (history, picks) => {
        const blocks = build(history)
        const expected = [...standingOf(blocks)].sort()
        const graph = createGraph()
        const waiting = [...blocks]
        for (let i = 0; waiting.length > 0; i++) {
          const ready = waiting.filter(({ id, header }) => graph.place(id, header).status !== 'missing')
          const next = ready[(picks[i] ?? 0) % ready.length]!
          waiting.splice(waiting.indexOf(next), 1)
          // Whether a block is well formed does not depend on what else is here.
          expect(graph.place(next.id, next.header)).toEqual({ status: 'fits' })
          graph.add(next.id, next.header)
          graph.decide()
          const here = blocks.filter((block) => !waiting.includes(block))
          expect(here.filter(({ id }) => graph.stands(id)).map(({ id }) => id)).toEqual(standingOf(here))
        }
        expect(
          graph
            .blocksOf(rootDocumentId)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(expected)
        if (graph.withdrawn().length > 0) forks++

        const stored = createGraph()
        const rows = blocks.map(({ id, header }) => ({ block: id, header: encodeHeader(header) }))
        const shuffled = rows.map((row, i) => ({ row, at: picks[i] ?? 0 })).sort((a, b) => a.at - b.at)
        expect(loadBlockGraph(stored, shuffled.map(({ row }) => row) as never)).toBe(0)
        expect(
          stored
            .blocksOf(rootDocumentId)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(expected)
      }),
      { numRuns: 300 },
    )
    expect(forks).toBeGreaterThan(50)
  })

  it('is, until it is decided, what it was before the blocks that put it in doubt: no document ever holds what contradicts itself', () => {
    let held = 0
    fc.assert(
      fc.property(steps, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (history, decides) => {
        const blocks = build(history)
        const graph = createGraph()
        blocks.forEach(({ id, header }, i) => {
          const before = blocks.slice(0, i).filter((block) => graph.stands(block.id))
          graph.add(id, header)
          // Nothing that is here changes by what comes.
          expect(blocks.slice(0, i).filter((block) => graph.stands(block.id))).toEqual(before)
          if (!graph.isDecided) held++
          if (decides[i]!) {
            graph.decide()
            expect(graph.isDecided).toBe(true)
          }
          const stands = blocks.slice(0, i + 1).filter((block) => graph.stands(block.id))
          const places = stands.map((block) => `${feedKeyOf(block.header.device, block.header.slot)} ${block.header.seq}`)
          expect(new Set(places).size).toBe(places.length)
          for (const block of stands) {
            const past = [...(block.header.seq === 0 ? [] : [block.header.previous]), ...block.header.dependencies]
            expect(past.every((bytes) => graph.stands(toId<BlockId>(bytes)))).toBe(true)
            // What is written again never stands beside itself.
            for (const { first } of block.header.retracts) {
              const taken = stands.find((other) => other.id === toId<BlockId>(first))
              expect(taken !== undefined && compareBytes(taken.header.device, block.header.device) === 0).toBe(false)
            }
          }
        })
        graph.decide()
        expect(blocks.filter((block) => graph.stands(block.id)).map((block) => block.id)).toEqual(standingOf(blocks))
      }),
      { numRuns: 300 },
    )
    expect(held).toBeGreaterThan(50)
  })

  it('never holds two blocks of one place, and its limits never count a clock of another branch', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const blocks = build(history)
        const graph = createGraph()
        for (const { id, header } of blocks) graph.add(id, header)
        graph.decide()
        const nodes = graph.blocksOf(rootDocumentId)
        const places = nodes.map(({ feed, header }) => `${feed} ${header.seq}`)
        expect(new Set(places).size).toBe(places.length)
        const limits = graph.limits(
          graph.heads().map(({ id }) => id),
          rootDocumentId,
        )
        for (const { client } of nodes) {
          const ends = nodes.filter((node) => node.client === client).map(({ header }) => header.to)
          expect(limits(client)).toBe(Math.max(...ends))
          for (const { header } of nodes.filter((node) => node.client === client))
            expect(graph.writerOf(rootDocumentId, client, header.from)?.header).toBe(header)
        }
      }),
    )
  })
})
