import { EchoError } from '../../shared/echoError.ts'
import type { BlockId, SpaceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import { joinBatches } from '../../storage/storageBatch.ts'
import type { BlockRow, BundlePlace, Durability, Storage, StorageBatch } from '../../storage/storage.ts'
import { bundlePlaceOf, type BundleIndex } from '../bundles/bundleIndex.ts'
import type { ReceivedBundle } from '../bundles/receivedBundle.ts'

/**
 * Writes the blocks of a space: those from peers are gathered and go a moment later, many together, or with the next own block.
 *
 * What rests on a block must not be stored without it, and a write that is under way may still fail: so those that take gathered blocks go one after the
 * other, and what one could not store goes with the next. All that waits for its turn is one write: on a slow disk a turn for each would be ever later.
 */
export interface BlockWriter {
  gather(row: BlockRow): void
  /** More blocks of a bundle were found good: it is stored anew. */
  gatherBundle(bundle: ReceivedBundle): void
  /** Gathered blocks that are in no write yet. */
  gathered(): ReadonlyMap<BlockId, BlockRow>
  /** Bundles of which more was found good than is stored. */
  readonly unwrittenBundles: ReadonlySet<ReceivedBundle>
  /**
   * Writes blocks, what was gathered before, and what must stand or fall with them. Write-ahead rows are on their way when this returns; they count as
   * stored only with all that was gathered before.
   * @throws EchoError of {@link Storage.write}; what was gathered is kept, and tried again
   */
  write(rows: readonly BlockRow[], durability: Durability, alongside: StorageBatch): Promise<void>
}

const gatherMs = 20
/** After a write that failed. */
const retryMs = 2000

export function createBlockWriter(options: {
  readonly storage: Storage
  readonly space: SpaceId
  readonly clock: Clock
  /** Learns where bundles lie. */
  readonly bundles: BundleIndex
  /** Membership operations that go with the next blocks. */
  readonly unstoredOperations: () => NonNullable<StorageBatch['putMembership']>
  /** Gathered blocks could not be stored. */
  readonly onFault: (error: unknown) => void
}): BlockWriter {
  const { storage, space, clock, bundles, unstoredOperations } = options
  let gathered: BlockRow[] = []
  let gatheredBundles = new Set<ReceivedBundle>()
  /** Those and the ones that are being written. */
  const unwrittenBundles = new Set<ReceivedBundle>()
  /** How a bundle that is still being judged is stored now. */
  const storedBundles = new WeakMap<ReceivedBundle, BundlePlace>()
  /** The last of the writes that take gathered blocks; undefined where none is under way. */
  let lastWrite: Promise<void> | undefined
  /** The write that waits for its turn, which takes whatever comes until then. */
  let next: { readonly rows: BlockRow[]; durability: Durability; alongside: StorageBatch; readonly done: Promise<void> } | undefined
  let timer: Timer | undefined

  async function write(rows: readonly BlockRow[], durability: Durability, alongside: StorageBatch): Promise<void> {
    if (alongside.putPending === undefined || lastWrite === undefined) return inTurn(rows, durability, alongside)
    // An edit has to be on its way in the task that made it, so it does not wait; it counts as stored when what it may rest on is.
    await Promise.all([storage.write(alongside, durability), inTurn([], 'relaxed', {})])
  }

  function inTurn(rows: readonly BlockRow[], durability: Durability, alongside: StorageBatch): Promise<void> {
    if (next !== undefined) {
      next.rows.push(...rows)
      next.alongside = joinBatches(next.alongside, alongside)
      if (durability === 'strict') next.durability = durability
      return next.done
    }
    if (lastWrite === undefined) return follow(writeGathered(rows, durability, alongside))
    const waiting = { rows: [...rows], durability, alongside }
    const done = lastWrite.then(() => {
      next = undefined
      return writeGathered(waiting.rows, waiting.durability, waiting.alongside)
    })
    next = Object.assign(waiting, { done })
    return follow(done)
  }

  function follow(done: Promise<void>): Promise<void> {
    const over = done.catch(() => {})
    lastWrite = over
    void over.then(() => {
      if (lastWrite === over) lastWrite = undefined
    })
    return done
  }

  async function writeGathered(rows: readonly BlockRow[], durability: Durability, alongside: StorageBatch): Promise<void> {
    clock.clear(timer)
    timer = undefined
    const waiting = gathered
    const waitingBundles = gatheredBundles
    gathered = []
    gatheredBundles = new Set()
    const putBundles = [...waitingBundles].map((received) => ({ received, row: received.row(space), former: storedBundles.get(received) }))
    const deleteBundles = putBundles.flatMap(({ former }) => (former === undefined ? [] : [{ space, ...former }]))
    for (const { received, row } of putBundles) storedBundles.set(received, bundlePlaceOf(row))
    const putBlocks = [...waiting, ...rows]
    const batch = {
      ...alongside,
      putBlocks,
      putMembership: putBlocks.length + putBundles.length > 0 ? unstoredOperations() : [],
      deleteBundles,
      putBundles: putBundles.map(({ row }) => row),
    }
    try {
      await storage.write(batch, durability)
      for (const place of deleteBundles) bundles.remove(place)
      for (const { received, row } of putBundles) {
        bundles.add(row, received.ids().slice(0, row.judged))
        if (!gatheredBundles.has(received)) unwrittenBundles.delete(received)
      }
    } catch (error) {
      for (const { received, former } of putBundles) {
        if (former === undefined) storedBundles.delete(received)
        else storedBundles.set(received, former)
      }
      // Own edits may rest on them: they go with the next write, and are tried again.
      gathered = [...waiting, ...gathered]
      for (const received of waitingBundles) gatheredBundles.add(received)
      const isOver = error instanceof EchoError && error.code === 'disposed'
      if (waiting.length + waitingBundles.size > 0 && !isOver) writeAfter(retryMs)
      throw error
    }
  }

  function writeAfter(delayMs: number): void {
    timer ??= clock.after(delayMs, () => void write([], 'relaxed', {}).catch(options.onFault))
  }

  return {
    gather(row) {
      gathered.push(row)
      writeAfter(gatherMs)
    },
    gatherBundle(bundle) {
      gatheredBundles.add(bundle)
      unwrittenBundles.add(bundle)
      writeAfter(gatherMs)
    },
    gathered: () => new Map(gathered.map((row) => [row.block, row])),
    unwrittenBundles,
    write,
  }
}
