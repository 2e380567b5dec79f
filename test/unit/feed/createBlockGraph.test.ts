import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toId, idBytes, rootDocumentId, type BlockId, type DocumentId } from '../../../src/shared/ids.ts'
import type { BlockGraph, BlockNode } from '../../../src/feed/graph/blockGraph.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import type { BlockHeader } from '../../../src/feed/header.ts'
import { ascending, bytes32, hashOnly, headerOf, idOf, space, spaceBytes } from './feedFixtures.ts'

const createGraph = () => createBlockGraph({ crypto: hashOnly, space })

function addTo(graph: BlockGraph, header: BlockHeader): BlockId {
  const id = idOf(header)
  expect(graph.place(id, header)).toEqual({ status: 'fits' })
  graph.add(id, header)
  return id
}

const placeIn = (graph: BlockGraph, header: BlockHeader) => graph.place(idOf(header), header)
const clientOf = (device: number) => clientIdOf(hashOnly, spaceBytes, bytes32(device), 0)
const documentBytes = (document: number) => new Uint8Array(16).fill(document)

describe('placing a block', () => {
  it('takes a feed in order and knows it afterwards', () => {
    const graph = createGraph()
    const first = addTo(graph, headerOf())
    const second = addTo(graph, headerOf({ seq: 1, previous: idBytes(first), from: 1, to: 3 }))
    expect(graph.size).toBe(2)
    expect(graph.place(second, headerOf())).toEqual({ status: 'known' })
    expect(graph.head(feedKeyOf(bytes32(1), 0))).toEqual({ feed: feedKeyOf(bytes32(1), 0), seq: 1, id: second })
    expect(graph.clockAfter(second, rootDocumentId)).toBe(3)
    expect(graph.clockAfter(first, rootDocumentId)).toBe(1)
    expect(graph.clockAfter(undefined, rootDocumentId)).toBe(0)
  })

  it('names what must come first', () => {
    const graph = createGraph()
    const header = headerOf({ seq: 3, previous: bytes32(9), dependencies: [bytes32(10), bytes32(11)] })
    expect(placeIn(graph, header)).toEqual({ status: 'missing', blocks: [bytes32(9), bytes32(10), bytes32(11)].map(toId<BlockId>) })
  })

  it('gives a second block at a place a place too, and tells a fork from a gap', () => {
    const graph = createGraph()
    const first = addTo(graph, headerOf())
    const second = addTo(graph, headerOf({ seq: 1, previous: idBytes(first), from: 1 }))
    expect(placeIn(graph, headerOf({ timeMs: 1 }))).toEqual({ status: 'fits' })
    expect(placeIn(graph, headerOf({ seq: 2, previous: bytes32(9), from: 1 }))).toMatchObject({ status: 'missing' })
    const rival = addTo(graph, headerOf({ seq: 1, previous: idBytes(first), from: 1, to: 4, timeMs: 1 }))
    expect(graph.rivals(rival)).toEqual([second])
    expect(graph.rivals(second)).toEqual([rival])
    expect(graph.rivals(first)).toEqual([])
    // Clocks count along the own branch.
    expect(placeIn(graph, headerOf({ seq: 2, previous: idBytes(rival), from: 4, to: 5 }))).toEqual({ status: 'fits' })
    expect(placeIn(graph, headerOf({ seq: 2, previous: idBytes(rival), from: 1, to: 5 }))).toEqual({ status: 'malformed', fault: 'clock' })
  })

  it('refuses what no other block can mend', () => {
    const graph = createGraph()
    const first = addTo(graph, headerOf())
    const second = addTo(graph, headerOf({ seq: 1, previous: idBytes(first), from: 1, to: 2 }))
    const other = addTo(graph, headerOf({ device: bytes32(2), dependencies: [idBytes(second)] }))
    const faultOf = (changes: Partial<BlockHeader>) => {
      const placement = placeIn(graph, headerOf({ seq: 2, previous: idBytes(second), from: 2, to: 3, ...changes }))
      return placement.status === 'malformed' ? placement.fault : placement.status
    }
    expect(faultOf({})).toBe('fits')
    expect(faultOf({ space: bytes32(1) })).toBe('space')
    expect(faultOf({ seq: 3 })).toBe('seq')
    expect(faultOf({ seq: 0 })).toBe('previous')
    expect(faultOf({ previous: new Uint8Array(32) })).toBe('previous')
    expect(faultOf({ previous: idBytes(other) })).toBe('previous')
    expect(faultOf({ dependencies: [idBytes(first)] })).toBe('dependency')
    expect(faultOf({ from: 1 })).toBe('clock')
    expect(faultOf({ from: 3 })).toBe('clock')
    expect(faultOf({ document: documentBytes(1) })).toBe('clock')
    expect(faultOf({ document: documentBytes(1), from: 0, to: 1 })).toBe('fits')
    // One dependency in the past of another.
    const ids = ascending([second, other])
    expect(placeIn(graph, headerOf({ device: bytes32(3), dependencies: ids }))).toEqual({ status: 'malformed', fault: 'dependency' })
  })

  it('lets a previous block lie in the past of a dependency, but no dependency in the past of the previous', () => {
    const graph = createGraph()
    const mine = addTo(graph, headerOf())
    const theirs = addTo(graph, headerOf({ device: bytes32(2), dependencies: [idBytes(mine)] }))
    const next = addTo(graph, headerOf({ seq: 1, previous: idBytes(mine), from: 1, to: 2, dependencies: [idBytes(theirs)] }))
    expect(placeIn(graph, headerOf({ seq: 2, previous: idBytes(next), from: 2, to: 3, dependencies: [idBytes(theirs)] }))).toEqual({
      status: 'malformed',
      fault: 'dependency',
    })
  })

  it('never lets two slots write under one clientID', () => {
    const hash = (data: Uint8Array) => (new TextDecoder().decode(data).includes('client id') ? new Uint8Array(32) : hashOnly.hash(data))
    const graph = createBlockGraph({ crypto: { ...hashOnly, hash }, space })
    const first = addTo(graph, headerOf())
    expect(placeIn(graph, headerOf({ slot: 1, dependencies: [idBytes(first)] }))).toEqual({ status: 'malformed', fault: 'client' })
    const namesake = addTo(graph, headerOf({ slot: 1 }))
    expect(graph.rivals(namesake)).toEqual([first])
    expect([first, namesake].filter((id) => graph.stands(id))).toHaveLength(1)
  })
})

describe('a random graph, against walking it', () => {
  interface Step {
    readonly device: number
    readonly sees: number
    readonly document: number
    readonly advance: number
  }
  const steps = fc.array(fc.record({ device: fc.nat(4), sees: fc.nat(), document: fc.nat(2), advance: fc.nat(3) }), {
    minLength: 1,
    maxLength: 40,
  })

  /** Each step: a device first applies the whole past of some block (or nothing), then cuts. */
  function build(history: readonly Step[]) {
    const graph = createGraph()
    const nodes: BlockNode[] = []
    const appliedByDevice = new Map<number, Set<BlockId>>()
    for (const { device, sees, document, advance } of history) {
      const applied = appliedByDevice.get(device) ?? new Set()
      appliedByDevice.set(device, applied)
      const seen = nodes[sees % (nodes.length + 1)]
      if (seen !== undefined) for (const id of pastOf(graph, seen.id)) applied.add(id)
      const feed = feedKeyOf(bytes32(device), 0)
      const head = graph.head(feed)
      const from = graph.clockAfter(head?.id, toId<DocumentId>(documentBytes(document)))
      const header = headerOf({
        device: bytes32(device),
        seq: head === undefined ? 0 : head.seq + 1,
        previous: head === undefined ? new Uint8Array(32) : idBytes(head.id),
        dependencies: graph
          .maximal([...applied])
          .filter((id) => id !== head?.id)
          .map(idBytes),
        document: documentBytes(document),
        from,
        to: from + advance,
        timeMs: nodes.length,
      })
      const id = addTo(graph, header)
      nodes.push(graph.node(id)!)
      applied.add(id)
    }
    return { graph, nodes }
  }

  function beforeOf(header: BlockHeader): BlockId[] {
    const ids = header.dependencies.map(toId<BlockId>)
    return header.seq === 0 ? ids : [toId<BlockId>(header.previous), ...ids]
  }

  function pastOf(graph: BlockGraph, ...ids: readonly BlockId[]): Set<BlockId> {
    const past = new Set<BlockId>()
    const open = [...ids]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (past.has(id)) continue
      past.add(id)
      open.push(...beforeOf(graph.node(id)!.header))
    }
    return past
  }

  it('gives for every block the limits of its past', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { graph, nodes } = build(history)
        for (const node of nodes) {
          const before = beforeOf(node.header)
          const past = [...pastOf(graph, ...before)].map((id) => graph.node(id)!)
          for (let document = 0; document < 3; document++) {
            const id = toId<DocumentId>(documentBytes(document))
            const limits = graph.limits(before, id)
            for (let device = 0; device < 5; device++) {
              const ends = past
                .filter(({ client, document: of }) => client === clientOf(device) && of === id)
                .map(({ header }) => header.to)
              expect(limits(clientOf(device))).toBe(Math.max(0, ...ends))
            }
          }
          expect(graph.limits(before, rootDocumentId)(12345)).toBe(0)
        }
      }),
    )
  })

  it('names the writer of every clock, and the blocks of every document', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { graph, nodes } = build(history)
        for (let document = 0; document < 3; document++) {
          const id = toId<DocumentId>(documentBytes(document))
          const own = nodes.filter((node) => node.document === id)
          expect(graph.blocksOf(id)).toEqual(own)
          for (let device = 0; device < 5; device++) {
            const client = clientOf(device)
            for (let clock = -1; clock < 12; clock++)
              expect(graph.writerOf(id, client, clock)).toBe(
                own.find((node) => node.client === client && node.header.from <= clock && clock < node.header.to),
              )
          }
        }
      }),
    )
  })

  it('names of any blocks those that lie in the past of no other', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(), { maxLength: 8 }), (history, picks) => {
        const { graph, nodes } = build(history)
        const blocks = picks.map((pick) => nodes[pick % nodes.length]!.id)
        const expected = new Set(blocks.filter((id) => !blocks.some((other) => other !== id && pastOf(graph, other).has(id))))
        expect(graph.maximal(blocks).map(idBytes)).toEqual(ascending([...expected]))
      }),
    )
  })

  it('hands a peer what it lacks, each block after its past', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.tuple(fc.nat(4), fc.nat(12)), { maxLength: 5 }), (history, has) => {
        const { graph, nodes } = build(history)
        const heads = has.flatMap(([device, seq]) => {
          const node = nodes.find(({ feed, header }) => feed === feedKeyOf(bytes32(device), 0) && header.seq === seq)
          return node === undefined ? [] : { feed: node.feed, seq, id: node.id }
        })
        const lacking = nodes.filter((node) => !heads.some(({ feed, seq }) => feed === node.feed && node.header.seq <= seq))
        expect(graph.missingFor(heads)).toEqual(lacking)
        expect(graph.missingFor(graph.heads())).toEqual([])
        expect(graph.missingFor([])).toEqual(nodes)
      }),
    )
  })

  it('is the same graph in any causal order of adding', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(), { maxLength: 40 }), (history, picks) => {
        const { graph, nodes } = build(history)
        const other = createGraph()
        const waiting = [...nodes]
        for (let i = 0; waiting.length > 0; i++) {
          const ready = waiting.filter((node) => other.place(node.id, node.header).status !== 'missing')
          const [node] = waiting.splice(waiting.indexOf(ready[(picks[i] ?? 0) % ready.length]!), 1)
          addTo(other, node!.header)
        }
        const byFeed = (list: ReturnType<BlockGraph['heads']>) => [...list].sort((a, b) => (a.feed < b.feed ? -1 : 1))
        expect(byFeed(other.heads())).toEqual(byFeed(graph.heads()))
        for (const { header, client } of nodes)
          expect(other.limits(beforeOf(header), rootDocumentId)(client)).toBe(graph.limits(beforeOf(header), rootDocumentId)(client))
      }),
    )
  })
})
