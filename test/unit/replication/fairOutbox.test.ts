import { describe, expect, it } from 'vitest'
import type { BlockNode, FeedKey } from '../../../src/feed/graph/blockGraph.ts'
import { createFairOutbox, deviceOf, type FairOutbox } from '../../../src/replication/link/fairOutbox.ts'
import { idBytes, toId, type BlockId, type DeviceId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'

let count = 0
const branchNames: string[] = []

/** A block of a feed named `<device>/<slot>`, without all that an outbox does not look at. */
function node(feed: string, seq: number, ...dependencies: BlockNode[]): BlockNode {
  return nodeAfter(undefined, feed, feed, seq, ...dependencies)
}

/** A block of a branch of a forked feed. */
function nodeAfter(
  previous: BlockNode | undefined,
  feed: string,
  branchName: string,
  seq: number,
  ...dependencies: BlockNode[]
): BlockNode {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, ++count)
  if (!branchNames.includes(branchName)) branchNames.push(branchName)
  const branch = branchNames.indexOf(branchName)
  const header = {
    seq,
    previous: previous === undefined ? new Uint8Array(32) : idBytes(previous.id),
    dependencies: dependencies.map(({ id }) => idBytes(id)),
  }
  return { id: toId<BlockId>(bytes), feed: feed as FeedKey, branch, header } as unknown as BlockNode
}

const chain = (feed: string, length: number): BlockNode[] => Array.from({ length }, (_, seq) => node(feed, seq))
const named = (nodes: readonly BlockNode[]): string[] => nodes.map(({ feed, header }) => `${feed}/${header.seq}`)
const device = (name: string): DeviceId => name as DeviceId

function fill(outbox: FairOutbox, ...nodes: BlockNode[]): void {
  for (const added of nodes) outbox.add(added)
}

describe('the fair outbox', () => {
  it('lets devices take turns, however many slots one of them has made up', () => {
    const outbox = createFairOutbox()
    for (let slot = 0; slot < 50; slot++) fill(outbox, ...chain(`mel/${slot}`, 100))
    fill(outbox, ...chain('ann/0', 3))
    expect(outbox.size).toBe(5_003)
    const taken = named(outbox.take(6))
    expect(taken.filter((name) => name.startsWith('ann'))).toEqual(['ann/0/0', 'ann/0/1', 'ann/0/2'])
    expect(outbox.take(10_000)).toHaveLength(4_997)
    expect([outbox.size, outbox.take(1)]).toEqual([0, []])
  })

  it('sends each block after those in its past, in any history', () => {
    const random = createSeededRandom('outbox')
    for (let round = 0; round < 30; round++) {
      const nodes: BlockNode[] = []
      const heads = new Map<string, BlockNode>()
      for (let i = 0; i < 200; i++) {
        const feed = `${random.pick(['mel', 'ann', 'ben', 'cleo'])}/${random.below(2)}`
        const others = [...heads].filter(([other]) => other !== feed).map(([, head]) => head)
        const dependencies = others.filter(() => random.chance(0.3))
        const next = node(feed, (heads.get(feed)?.header.seq ?? -1) + 1, ...dependencies)
        heads.set(feed, next)
        nodes.push(next)
      }
      const outbox = createFairOutbox()
      const gone = new Set<string>()
      let at = 0
      while (gone.size < nodes.length) {
        const some = 1 + random.below(40)
        fill(outbox, ...nodes.slice(at, at + some))
        at = Math.min(nodes.length, at + some)
        for (const sent of outbox.take(random.below(40))) {
          const before = nodes.find(({ feed, header }) => feed === sent.feed && header.seq === sent.header.seq - 1)
          const past = [...sent.header.dependencies.map((id) => toId<BlockId>(id)), ...(before === undefined ? [] : [before.id])]
          expect(past.every((id) => gone.has(id)) && !gone.has(sent.id)).toBe(true)
          gone.add(sent.id)
        }
      }
      expect(outbox.size).toBe(0)
    }
  })

  it('comes to an end where two feeds fork and the branches of each rest on the other, as after a restored backup with two tabs', () => {
    const outbox = createFairOutbox()
    const [left, right] = [node('mel/0', 0), node('mel/1', 0)]
    const b1 = nodeAfter(left, 'mel/0', 'mel/0 b', 1)
    const b2 = nodeAfter(b1, 'mel/0', 'mel/0 b', 2)
    const c1 = nodeAfter(right, 'mel/1', 'mel/1 c', 1)
    const c2 = nodeAfter(c1, 'mel/1', 'mel/1 c', 2)
    const a1 = nodeAfter(left, 'mel/0', 'mel/0 a', 1, c2)
    const d1 = nodeAfter(right, 'mel/1', 'mel/1 d', 1, b2)
    // The peer has what comes before.
    fill(outbox, b2, c2, a1, d1)
    const sent = outbox.take(10)
    expect(sent).toHaveLength(4)
    expect([sent.indexOf(c2) < sent.indexOf(a1), sent.indexOf(b2) < sent.indexOf(d1), outbox.size]).toEqual([true, true, 0])
  })

  it('sends the block after which a branch leaves another before that branch', () => {
    const outbox = createFairOutbox()
    const base = node('mel/0', 1)
    const branch = nodeAfter(base, 'mel/0', 'mel/0 e', 2)
    const ann = node('ann/0', 0, branch)
    fill(outbox, ann, branch, base)
    expect(outbox.take(10)).toEqual([base, branch, ann])
  })

  it('spares the peer a device, but for what others rest on, and sends that right after them', () => {
    const outbox = createFairOutbox()
    const mel = chain('mel/0', 10)
    const ann = [node('ann/0', 0), node('ann/0', 1, mel[3]!), node('ann/0', 2), node('ann/0', 3, mel[5]!)]
    outbox.spare(device('mel'), true)
    fill(outbox, ...mel, ...ann)
    expect(outbox.size).toBe(4)
    expect(named(outbox.take(100))).toEqual([
      'ann/0/0',
      'ann/0/1',
      ...['mel/0/0', 'mel/0/1', 'mel/0/2', 'mel/0/3'],
      'ann/0/2',
      'ann/0/3',
      ...['mel/0/4', 'mel/0/5'],
    ])
    expect(outbox.size).toBe(0)
    outbox.spare(device('mel'), false)
    expect(named(outbox.take(100))).toEqual(['mel/0/6', 'mel/0/7', 'mel/0/8', 'mel/0/9'])
  })

  it('sends what a spared block rests on before it, of other spared devices too', () => {
    const outbox = createFairOutbox()
    const cleo = chain('cleo/0', 3)
    const mel = [node('mel/0', 0), node('mel/0', 1, cleo[1]!)]
    const ann = node('ann/0', 0, mel[1]!)
    for (const name of ['mel', 'cleo']) outbox.spare(device(name), true)
    fill(outbox, ...cleo, ...mel, ann)
    expect(named(outbox.take(100))).toEqual(['ann/0/0', 'mel/0/0', 'cleo/0/0', 'cleo/0/1', 'mel/0/1'])
  })

  it('takes out a device, and takes back what could not be sent, before all else', () => {
    const outbox = createFairOutbox()
    const ann = chain('ann/0', 4)
    fill(outbox, ...chain('mel/0', 5), ...ann)
    const taken = outbox.take(3)
    outbox.putBack(taken)
    expect(named(outbox.take(3))).toEqual(named(taken))
    outbox.putBack(taken)
    outbox.drop(new Set([device('mel')]))
    expect(named(outbox.take(100)).every((name) => name.startsWith('ann'))).toBe(true)
  })

  it('puts a block that could not be read before at its place', () => {
    const outbox = createFairOutbox()
    const [first, second, third] = chain('mel/0', 3)
    fill(outbox, second!, third!, first!)
    expect(named(outbox.take(3))).toEqual(['mel/0/0', 'mel/0/1', 'mel/0/2'])
  })

  it('is fast for a feed of a hundred thousand', { timeout: 10_000 }, () => {
    const outbox = createFairOutbox()
    fill(outbox, ...chain('mel/0', 100_000))
    const startedAt = performance.now()
    let taken = 0
    while (outbox.size > 0) taken += outbox.take(64).length
    expect(taken).toBe(100_000)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

it('names the device of a feed', () => {
  expect(deviceOf('a_b-c/12' as FeedKey)).toBe('a_b-c')
})
