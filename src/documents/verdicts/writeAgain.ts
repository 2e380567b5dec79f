import * as Y from 'yjs'
import { equalBytes } from '../../shared/bytes.ts'
import { type BlockId, type DocumentId, type SpaceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import type { Lock } from '../../storage/locks.ts'
import type { Storage } from '../../storage/storage.ts'
import type { BlockGraph, Orphans } from '../../feed/graph/blockGraph.ts'
import { decodeHeader, type Retraction } from '../../feed/header.ts'
import { lockSlot } from '../writing/claimSlot.ts'
import { judgePayload } from '../applyPayloads.ts'
import { createYDoc, remoteOrigin } from '../createYDoc.ts'
import { readPayloads, type PayloadSource } from '../documentPayloads.ts'
import { reissueEdits, type LostEdit, type WithdrawnRun } from './reissueEdits.ts'

export interface WriteAgainOptions {
  readonly clock: Clock
  readonly storage: Storage
  readonly space: SpaceId
  /** 32 bytes. */
  readonly device: Uint8Array
  readonly graph: BlockGraph
  readonly source: PayloadSource
  /** Slots that this tab has or had. */
  readonly ownSlots: () => readonly number[]
  /** Whether the documents show what stands and can be written. */
  readonly isReady: () => boolean
  /** Opens a document until `close`. @throws (rejects) EchoError data-corrupt */
  readonly open: (document: DocumentId) => Promise<{ close(): void }>
  /**
   * Runs `write` on an open document and cuts what it wrote into blocks of which the first retracts. Synchronous.
   * @returns whether it was tried, if only to be refused by a rule
   */
  readonly cutEdits: (document: DocumentId, retracts: readonly Retraction[], write: (doc: Y.Doc) => readonly LostEdit[]) => boolean
  /** Resolves when what was cut is stored. */
  readonly stored: () => Promise<void>
}

/** Edits of a copy of this profile are left to that copy for so long. */
const copyAfterMs = 60_000

/** What one round of writing again came to. */
export interface WritingRound {
  /** Whether a block was withdrawn since the round before. */
  readonly isNews: boolean
  /** Whether something waits for another round: for its age, for another tab, or for the documents to follow. */
  readonly isLeft: boolean
}

/**
 * Writes again what this device wrote in blocks that do not stand, each document in one go: the blocks that hold the edits retract those they replace,
 * so nobody, no other tab and no later start does it a second time. Of two tabs the one does it that has the slot's lock.
 * @returns the function that does it once, for all that can be written now
 */
export function createWriteAgain(options: WriteAgainOptions): () => Promise<WritingRound> {
  const { clock, storage, space, device, graph, source } = options
  /** When each withdrawn block was first seen by a round, in milliseconds since the Unix epoch. */
  let seenAt: ReadonlyMap<BlockId, number> = new Map()
  /** The first blocks of what was tried since the last news: what a rule refused then would be refused, and reported, each time. */
  const tried = new Set<BlockId>()
  const isUntried = ({ blocks }: Orphans): boolean => !tried.has(blocks[0]!.id)

  return async () => {
    const isNews = noteSeen()
    if (isNews) tried.clear()
    if (options.isReady()) await writeAll()
    return { isNews, isLeft: graph.orphansOf(device).some(isUntried) }
  }

  /** @returns whether one is among them that was not there the last time */
  function noteSeen(): boolean {
    const now = clock.now()
    const ids = graph.orphansOf(device).flatMap(({ blocks }) => blocks.map(({ id }) => id))
    const isNews = ids.some((id) => !seenAt.has(id))
    // A clock that was set back by days must not make the edits wait as long.
    seenAt = new Map(ids.map((id) => [id, Math.min(now, seenAt.get(id) ?? now)]))
    return isNews
  }

  /** @throws (rejects) the first fault, after all else was written */
  async function writeAll(): Promise<void> {
    const faults: unknown[] = []
    const slots = new Set(graph.orphansOf(device).flatMap(({ blocks }) => blocks.map(({ header }) => header.slot)))
    const locks = new Map<number, Lock | undefined>(options.ownSlots().map((slot) => [slot, undefined]))
    try {
      for (const slot of slots) {
        const lock = locks.has(slot) ? undefined : await lockSlot(storage, space, slot)
        if (lock !== undefined) locks.set(slot, lock)
      }
      const isMine = (slot: number): boolean => locks.has(slot)
      const marks = (await storage.readMarks(space)).map(({ block }) => block)
      for (const orphans of graph.orphansOf(device, isMine).filter(isUntried)) {
        // What was just written may have put something in doubt.
        if (!options.isReady()) break
        if (!isOfThisDisk(orphans, marks) && !isOld(orphans)) continue
        try {
          if (!(await isUnderWay(orphans)) && (await rewrite(orphans, isMine))) tried.add(orphans.blocks[0]!.id)
        } catch (error) {
          faults.push(error)
        }
      }
      if (faults.length > 0) throw faults[0]
    } finally {
      // Not before all is stored: until then another tab would do it once more.
      void options.stored().then(() => {
        for (const lock of locks.values()) lock?.release()
      })
    }
  }

  function isOfThisDisk({ document, blocks }: Orphans, marks: readonly BlockId[]): boolean {
    const own = graph.pastOf(marks, document)
    return blocks.some((block) => own.includes(block))
  }

  function isOld({ blocks }: Orphans): boolean {
    const now = clock.now()
    return now - (seenAt.get(blocks[0]!.id) ?? now) >= copyAfterMs
  }

  /** Whether another tab has stored, or is about to store, blocks that retract these, and they have only not come here yet. */
  async function isUnderWay({ retracts }: Orphans): Promise<boolean> {
    const retractsThese = (others: readonly Retraction[]): boolean =>
      others.some(({ first, last }) => retracts.some((own) => equalBytes(own.first, first) && equalBytes(own.last, last)))
    const pending = await storage.readPending(space)
    if (pending.some((row) => retractsThese(row.retracts ?? []))) return true
    const { rows } = await storage.readHeaders(space)
    return rows.some((row) => {
      if (graph.node(row.block) !== undefined) return false
      const header = decodeHeader(row.header)
      return header.ok && equalBytes(header.value.device, device) && retractsThese(header.value.retracts)
    })
  }

  /** @returns as `cutEdits` */
  async function rewrite(orphans: Orphans, isMine: (slot: number) => boolean): Promise<boolean> {
    const { document, blocks, retracts } = orphans
    const ids = new Set(blocks.map(({ id }) => id))
    const nodes = graph.pastOf([...ids], document)
    const payloads: Uint8Array[] = []
    const read = await readPayloads(source, nodes, (slice) => payloads.push(...slice.map(({ payload }) => payload)))
    if (!read.ok) throw read.error
    const former = createYDoc()
    const opened = await options.open(document)
    try {
      const leftOut = new Set<BlockId>()
      nodes.forEach((node, i) => {
        const payload = payloads[i]!
        if (judgePayload(former, graph, { node, payload }) === undefined) Y.applyUpdate(former, payload, remoteOrigin)
        else leftOut.add(node.id)
      })
      // From here on nothing is awaited: what is looked at now is what stands when the edits are written.
      if (!options.isReady() || !isStillSo(orphans, isMine)) return false
      const runs = nodes.flatMap((node, i): WithdrawnRun[] => {
        if (graph.stands(node.id) || leftOut.has(node.id)) return []
        const { client, header } = node
        const run = { client, from: header.from, to: header.to }
        return [ids.has(node.id) ? { ...run, ownUpdate: payloads[i]! } : run]
      })
      return options.cutEdits(document, retracts, (doc) => reissueEdits(doc, former, runs))
    } finally {
      opened.close()
      former.destroy()
    }
  }

  function isStillSo({ document, blocks }: Orphans, isMine: (slot: number) => boolean): boolean {
    return graph.orphansOf(device, isMine).some((present) => {
      return (
        present.document === document &&
        present.blocks.length === blocks.length &&
        present.blocks.every(({ id }, i) => id === blocks[i]!.id)
      )
    })
  }
}
