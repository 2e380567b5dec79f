import fc from 'fast-check'
import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import type { BlockHeader } from '../../../src/feed/header.ts'
import { compareBytes } from '../../../src/shared/bytes.ts'
import { idBytes, rootDocumentId, toId, type BlockId } from '../../../src/shared/ids.ts'
import { bytes32, hashOnly, headerOf, idOf, space } from './feedFixtures.ts'

export interface PlainBlock {
  readonly id: BlockId
  readonly header: BlockHeader
}

export interface Step {
  readonly device: number
  readonly slot: number
  /** Which block of the feed it follows; most often the newest, else it forks. */
  readonly after: number
  readonly sees: number
  readonly retracts: number
}
export const historySteps = fc.array(
  fc.record({
    device: fc.integer({ min: 1, max: 3 }),
    slot: fc.integer({ min: 0, max: 1 }),
    after: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
    sees: fc.nat(),
    retracts: fc.oneof({ weight: 5, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat() }),
  }),
  { minLength: 1, maxLength: 30 },
)

/** Blocks by devices that fork, retract, and build on whatever they like as long as it is well formed. */
export function buildHistory(history: readonly Step[]): readonly PlainBlock[] {
  const graph = createBlockGraph({ crypto: hashOnly, space })
  const blocks: PlainBlock[] = []
  for (const [timeMs, { device, slot, after, sees, retracts }] of history.entries()) {
    const own = blocks.filter(({ header }) => header.slot === slot && header.device[3] === device)
    const previous = own[own.length - 1 - after]?.id
    const seen = blocks[sees % (blocks.length + 1)]
    const taken = retracts < 0 ? undefined : blocks[retracts % (blocks.length + 1)]
    const from = graph.clockAfter(previous, rootDocumentId)
    const header = headerOf({
      device: bytes32(device),
      slot,
      seq: previous === undefined ? 0 : graph.node(previous)!.header.seq + 1,
      ...(previous === undefined ? {} : { previous: idBytes(previous) }),
      dependencies: seen === undefined ? [] : [idBytes(seen.id)],
      retracts: taken === undefined ? [] : [{ first: idBytes(taken.id), last: idBytes(taken.id) }],
      from,
      to: from + 1,
      timeMs,
    })
    const id = idOf(header)
    if (graph.place(id, header).status !== 'fits') continue
    graph.add(id, header)
    blocks.push({ id, header })
  }
  return blocks
}

/** Who writes, by the number of the device, and which blocks an end keeps. */
export interface PlainAuthors {
  readonly writes: (device: Uint8Array) => boolean
  readonly kept: readonly BlockId[]
}

/** The rules of docs/PROTOCOL.md#forks and #acceptance, read off a set of blocks without any cleverness. */
export function standingOf(
  blocks: readonly PlainBlock[],
  { writes, kept }: PlainAuthors = { writes: () => true, kept: [] },
): readonly BlockId[] {
  const byId = new Map(blocks.map((block) => [block.id, block.header]))
  const key = (header: BlockHeader) => feedKeyOf(header.device, header.slot)
  const isSame = (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) === 0
  const beforeOf = ({ seq, previous, dependencies }: BlockHeader) =>
    [...(seq === 0 ? [] : [previous]), ...dependencies].map((bytes) => toId<BlockId>(bytes))
  const closed = (ids: readonly BlockId[]): Set<BlockId> => {
    const found = new Set(ids.filter((id) => byId.has(id)))
    for (const id of found) for (const other of beforeOf(byId.get(id)!)) found.add(other)
    return found
  }
  const keptBlocks = closed(kept)
  const accepted = closed([...blocks.filter(({ header }) => writes(header.device)).map(({ id }) => id), ...keptBlocks])
  const speaking = blocks.filter(({ id }) => accepted.has(id))
  const isTakenBack = (id: BlockId) =>
    !keptBlocks.has(id) &&
    speaking.some(({ header }) => {
      return isSame(header.device, byId.get(id)!.device) && header.retracts.some(({ first }) => toId<BlockId>(first) === id)
    })
  const fallen = new Set(blocks.filter(({ id }) => isTakenBack(id) || !accepted.has(id)).map(({ id }) => id))
  for (const { id, header } of speaking) {
    const rivals = speaking.filter((other) => key(other.header) === key(header) && isSame(other.header.previous, header.previous))
    const left = rivals.filter((other) => !isTakenBack(other.id)).map((other) => other.id)
    const first = left.some((other) => keptBlocks.has(other)) ? left.filter((other) => keptBlocks.has(other)) : left
    if (first.length > 0 && least(first) !== id) fallen.add(id)
    for (const retraction of header.retracts) {
      const claims = speaking.filter((other) => {
        return isSame(other.header.device, header.device) && other.header.retracts.some((its) => isSame(its.first, retraction.first))
      })
      if (least(claims.map((other) => other.id)) !== id) fallen.add(id)
    }
  }
  const isWithdrawn = (id: BlockId): boolean => fallen.has(id) || beforeOf(byId.get(id)!).some(isWithdrawn)
  return blocks.map(({ id }) => id).filter((id) => !isWithdrawn(id))
}

function least(ids: readonly BlockId[]): BlockId {
  return [...ids].sort((a, b) => compareBytes(idBytes(a), idBytes(b)))[0]!
}
