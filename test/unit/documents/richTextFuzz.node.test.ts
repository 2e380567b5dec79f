import { beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { RichTextHandle } from '../../../src/documents/texts/textHandle.ts'
import type { TextStep } from '../../../src/documents/texts/textHistory.ts'
import { encodeBlock } from '../../../src/feed/block.ts'
import { createItemId, type DocumentId } from '../../../src/shared/ids.ts'
import { createSeededRandom, type SeededRandom } from '../../../src/testing/seededRandom.ts'
import { soak } from '../../setup/soak.ts'
import { createTestSpace, openReplica, type TestReplica, type TestSpace } from './createTestSpace.ts'

const seeds = soak ? 5_000 : 300
const seedsPerTest = seeds / 10

/** A member's replica, and how many of its blocks each of the others has. */
interface Peer {
  readonly replica: TestReplica
  readonly undone: TextStep[]
  readonly sent: Map<Peer, number>
}

async function send(from: Peer, to: Peer): Promise<void> {
  await from.replica.documents.flush()
  const { stored } = from.replica
  const blocks = stored.slice(from.sent.get(to) ?? 0).map(({ block }) => encodeBlock(block))
  from.sent.set(to, stored.length)
  await to.replica.receive(blocks)
}

/** All elements and texts of a tree. */
function nodesOf(tree: Y.XmlFragment): (Y.XmlFragment | Y.XmlText)[] {
  const nodes: (Y.XmlFragment | Y.XmlText)[] = [tree]
  for (const node of tree.toArray()) {
    if (node instanceof Y.XmlText) nodes.push(node)
    else if (node instanceof Y.XmlElement) nodes.push(...nodesOf(node))
  }
  return nodes
}

function edit(handle: RichTextHandle, random: SeededRandom): void {
  const node = random.pick(nodesOf(handle.current.get().yXml))
  if (node instanceof Y.XmlText) {
    const edits = handle.edit(node)
    const at = random.below(edits.length() + 1)
    const kind = random.below(4)
    if (kind < 2) edits.insert(at, random.pick(['a', 'bc', '😀', ' ']))
    else if (kind === 2) edits.replace(at, 1 + random.below(3), random.pick(['', 'x']))
    else edits.format(at, 1 + random.below(4), { [random.pick(['bold', 'link'])]: random.pick([true, null]) })
  } else if (node.length > 0 && random.chance(0.25)) node.delete(random.below(node.length), 1)
  else if (node instanceof Y.XmlElement && random.chance(0.3)) node.setAttribute('align', random.pick(['left', 'right']))
  else {
    const child = random.chance(0.6) ? new Y.XmlText(random.pick(['one', 'two'])) : new Y.XmlElement(random.pick(['paragraph', 'quote']))
    node.insert(random.below(node.length + 1), [child])
  }
}

describe('rich texts that several write at once', () => {
  let world: TestSpace
  let peers: readonly Peer[]
  beforeAll(async () => {
    world = await createTestSpace()
    // One of them may read only.
    const replicas = await Promise.all([world.alice, world.bob, world.rita].map((person) => openReplica(world, person)))
    peers = replicas.map((replica) => ({ replica, undone: [], sent: new Map() }))
    for (const { replica, undone } of peers)
      replica.documents.keepTextSteps({ take: (step) => (undone.push(step), () => false), forget: () => undefined })
  })

  async function runSeed(seed: number): Promise<void> {
    const random = createSeededRandom(`rich text ${seed}`)
    const item = createItemId(random)
    const handles = await Promise.all(peers.map(({ replica }) => replica.documents.openText(item, 'rich-text')))
    const writers = [0, 1]
    for (const { undone } of peers) undone.length = 0
    for (let step = 0; step < 14; step++) {
      const writer = random.pick(writers)
      const { replica, undone } = peers[writer]!
      if (undone.length > 0 && random.chance(0.15)) undone.pop()!.undo()
      else edit(handles[writer]!, random)
      if (random.chance(0.25)) await send(peers[writer]!, random.pick(peers.filter((peer) => peer.replica !== replica)))
      if (random.chance(0.03)) await replica.documents.rebuild(item as string as DocumentId)
    }
    for (const from of peers) for (const to of peers) if (from !== to) await send(from, to)
    const [first, ...others] = handles.map(({ current, content }) => [current.get().yXml.toString(), content.get()])
    for (const other of others) expect(other, `seed ${seed}`).toEqual(first)
    // What blocks say by themselves, and what is told of it without opening it.
    const { documents } = peers[2]!.replica
    await documents.rebuild(item as string as DocumentId)
    expect([handles[2]!.current.get().yXml.toString(), handles[2]!.content.get()], `seed ${seed}, rebuilt`).toEqual(first)
    for (const handle of handles) handle.release()
    expect(peers.flatMap(({ replica }) => replica.faults)).toEqual([])
  }

  it.for(Array.from({ length: 10 }, (_, i) => i))('are the same everywhere, part %i', { timeout: 60_000 }, async (part) => {
    for (let seed = part * seedsPerTest; seed < (part + 1) * seedsPerTest; seed++) await runSeed(seed)
    await world.clock.run(1_500)
  })
})
