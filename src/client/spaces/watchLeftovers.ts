import { idBytes, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'
import type { Storage } from '../../storage/storage.ts'
import { encodeBlock } from '../../feed/block.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import { feedKeyOf } from '../../feed/feedKey.ts'
import type { BlockReceiver } from '../../feed/blockReceiver.ts'
import type { SpaceDocuments } from '../../documents/spaceDocuments.ts'

/** A tab that ends needs a moment until its locks are free and its last writes are through. */
const settleMs = 1000
/** While edits of another tab lie there, which may be about to end. */
const lookAgainMs = 2_000
/** One that ended before it was linked is told of by nobody. */
const lookAnywayMs = 30_000

/**
 * Takes in what other tabs of this profile stored, or began to store, and never handed over: one that closes right after an edit has no time
 * to. Looks after a tab has gone, after opening, because one may have written on while this one was reading, and now and then.
 * @returns the function that ends it
 */
export function watchLeftovers(options: {
  readonly clock: Clock
  readonly storage: Storage
  readonly space: SpaceId
  readonly device: DeviceId
  readonly graph: BlockGraph
  readonly receiver: BlockReceiver
  readonly documents: SpaceDocuments
  /** How many tabs are linked. */
  readonly links: Readable<{ readonly tabs: number }>
  readonly onFault: (error: unknown) => void
}): () => void {
  const { clock, storage, space, graph, links } = options
  let tabs = links.get().tabs
  let timer: Timer | undefined
  let isOver = false

  async function look(): Promise<void> {
    const device = idBytes(options.device)
    const marks = await storage.readMarks(space)
    if (marks.some(({ slot, seq }) => (graph.head(feedKeyOf(device, slot))?.seq ?? -1) < seq)) await take()
    else await recover()
  }

  async function take(): Promise<void> {
    const { rows } = await storage.readHeaders(space)
    const lacking = rows.filter(({ block }) => graph.node(block) === undefined)
    const blocks = await storage.readBlocks(space, lacking)
    if (isOver) return
    await Promise.all(blocks.map((block) => block && options.receiver.receive(encodeBlock(block))))
    for (const place of (await storage.readBundles(space)).rows) {
      const bundle = graph.node(place.block) === undefined ? await storage.readBundle(space, place) : undefined
      if (bundle !== undefined && !isOver) await options.receiver.receiveBundle(bundle)
    }
    await recover()
  }

  async function recover(): Promise<void> {
    const someStay = await options.documents.recoverAbandoned()
    if (!isOver) lookIn(someStay ? lookAgainMs : lookAnywayMs, look)
  }

  function lookIn(delayMs: number, work: () => Promise<void>): void {
    clock.clear(timer)
    timer = clock.after(delayMs, () => {
      work().catch((error: unknown) => {
        options.onFault(error)
        if (!isOver) lookIn(lookAnywayMs, look)
      })
    })
  }

  const stop = links.subscribe(() => {
    const before = tabs
    ;({ tabs } = links.get())
    if (tabs >= before) return
    lookIn(settleMs, take)
  })
  lookIn(settleMs, look)

  return () => {
    isOver = true
    clock.clear(timer)
    stop()
  }
}
