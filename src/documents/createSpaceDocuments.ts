import type * as Y from 'yjs'
import { equalBytes } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { rootDocumentId, toId, type BlockId, type DocumentId } from '../shared/ids.ts'
import { ok, type Result } from '../shared/result.ts'
import type { PendingRow } from '../storage/storage.ts'
import type { BlockNode } from '../feed/blockGraph.ts'
import type { Retraction } from '../feed/header.ts'
import type { Payload } from './applyPayloads.ts'
import { createAuthorLookup } from './authorLookup.ts'
import { createBlockCutter, notWriter, type BlockCutter } from './blockCutter.ts'
import { createBlockFinisher } from './blockFinisher.ts'
import type { Slot, SlotPlace } from './claimSlot.ts'
import { createVerdictFollower } from './followVerdict.ts'
import { createRootDocument } from './createRootDocument.ts'
import type { PayloadSource } from './documentPayloads.ts'
import { createDocumentKeepers } from './documentKeepers.ts'
import { createLeftOutNews } from './leftOutNews.ts'
import { createLiveDocument, type LiveDocument } from './liveDocument.ts'
import { loadDocument, type LoadedDocument } from './loadDocument.ts'
import type { LeftOut } from './guardInDocument.ts'
import { createInbox } from './inbox.ts'
import { createOpenTexts } from './openTexts.ts'
import { createOwnEdits } from './ownEdits.ts'
import { readWithdrawn } from './readWithdrawn.ts'
import { createRecovery } from './createRecovery.ts'
import type { SpaceDocuments, SpaceDocumentsOptions } from './spaceDocuments.ts'
import { createDocumentSwap } from './swapDocument.ts'
import { createTakeBack } from './takeBack.ts'
import type { LostEdit } from './reissueEdits.ts'
import { createSlotKeeper, type NextSlot } from './slotKeeper.ts'
import { createTicker } from './ticker.ts'
import { createWithdrawalReport, lostEditsError } from './withdrawalReport.ts'
import { createWriteAgain } from './writeAgain.ts'
import { createWriteAheadLog } from './writeAheadLog.ts'

/** Opens a space's documents: takes a slot, cuts what an earlier page left behind, makes the root document live. */
export async function createSpaceDocuments(options: SpaceDocumentsOptions): Promise<Result<SpaceDocuments, EchoError>> {
  const { crypto, clock, storage, space, identity, log, keyRing, graph, store, quotas } = options
  /** All that wrote in this page, for what earlier ones left, too. */
  const cutters: BlockCutter[] = []
  const slotPlace: SlotPlace = { storage, space, device: identity.deviceId, graph }
  const keeper = await createSlotKeeper({
    place: slotPlace,
    crypto,
    hint: options.slotHint,
    root: options.root,
    createCutter,
    cutHeads: () => cutters.flatMap(({ head }) => head ?? []),
  })

  const finisher = createBlockFinisher({
    crypto,
    clock,
    identity,
    space,
    slot: keeper.slot,
    keyRing,
    store,
    onFinished(node, block, rows) {
      wal.covered(rows)
      options.onStored(node, block)
    },
    onFault: report,
  })
  const wal = createWriteAheadLog({ store, space, onFault: report })
  followLog(keeper.rows)
  const live = new Map<DocumentId, LiveDocument>()
  const inbox = createInbox({
    graph,
    quotas,
    live,
    onTouch: (id) => keepers.touch(id),
    onLeftOut(leftOut) {
      keepers.leaveOut(leftOut.node.document, leftOut)
      noteLeftOut([leftOut])
    },
    onFault: report,
  })
  const source: PayloadSource = { clock, space, store, unstored: unstoredPayload, caches: storage.documentCaches }
  /** For documents that are put together beside the open ones, which may have the caches. */
  const uncached: PayloadSource = { ...source, caches: undefined }
  const tellLeftOut = createLeftOutNews(identity.deviceId, report)
  const recovery = createRecovery({
    place: {
      ...slotPlace,
      finisher,
      load: (id, past) => loadDocument(id, graph, uncached, undefined, past),
      unstored: unstoredPayload,
      onFault: report,
    },
    root: options.root,
    keeper,
    createCutter,
    goOnUnder,
  })
  /** Whether a block came that forks a feed of this device, and it was not looked yet whether what this disk wrote has to give way to it. */
  let isForkNew = false
  // Before rows are cut: those that write something again rest on what stands without it.
  await decide()
  await recovery.open()
  await decide()
  // What was just taken back may hold the newest block of the slot: what is written behind that would not stand.
  while (keeper.isSpoiled()) {
    goOnUnder(await recovery.claimNext())
    await decide()
  }
  keeper.cutter.reset(standingHeads())

  const texts = createOpenTexts({ clock, load: loadMended, onOpened: () => ticker.now(), close: closeLive })
  const takeBack = createTakeBack({ wal, rebuild, onFault: report })
  const withdrawals = createWithdrawalReport(graph)
  /** {@link BlockGraph.verdict} as the open documents show it. */
  let shown = graph.verdict
  const edits = createOwnEdits({
    live,
    keeper,
    wal,
    finisher,
    takeBack,
    onEdited: () => ticker.edited(),
    onCut: (id) => keepers.touch(id),
  })
  let disposed = false
  const writeAgain = createWriteAgain({
    clock,
    storage,
    space,
    device: identity.signing.publicKey,
    graph,
    source,
    ownSlots: () => keeper.had,
    isReady: () => !disposed && isCurrent() && keeper.cutter.obstacle() === undefined,
    open: openBriefly,
    cutEdits,
    stored: () => finisher.drained(),
  })
  const follower = createVerdictFollower({
    clock,
    isSettled: () => disposed || isSettled(),
    isCurrent: () => disposed || isCurrent(),
    settle,
    writeAgain,
    onFault: report,
  })

  const keepers = createDocumentKeepers({
    clock,
    graph,
    source,
    isWhole,
    frontier: () => keeper.cutter.frontier(),
    stored: everythingStored,
  })
  const swap = createDocumentSwap({
    live,
    edits,
    keepers,
    takeBack,
    wal,
    client: () => keeper.cutter.client,
    onLeftOut: noteLeftOut,
    onLost: reportLost,
  })
  const firstRoot = await loadLive(rootDocumentId, () => {}, options.root)
  if (!firstRoot.ok) {
    finisher.dispose()
    keeper.release()
    return firstRoot
  }
  shown = graph.verdict
  const root = createRootDocument(firstRoot.value, {
    obstacle: writeObstacle,
    authorOf: createAuthorLookup({ graph, identity, clock, ownClient: () => keeper.cutter.client }),
    onListenerFault: report,
  })
  const ticker = createTicker({
    clock,
    hasCompany: options.hasCompany,
    uncutBytes: edits.uncutBytes,
    cut: edits.cutAll,
    apply: applyInbox,
  })

  const stopLog = log.state.subscribe(() => {
    graph.reviewAuthors()
    if (!isSettled()) follower.settleSoon()
  })
  /** What waited for a key is cut. */
  const stopKeys = keyRing.onAdded(() => ticker.edited())
  noticeOrphans()
  if (!isSettled()) follower.settleSoon()

  function createCutter({ number, head }: Slot): BlockCutter {
    const cutter = createBlockCutter({ crypto, clock, space, identity, slot: number, head, log, keyRing, graph })
    cutters.push(cutter)
    return cutter
  }

  function goOnUnder(next: NextSlot): void {
    keeper.moveTo(next)
    followLog(next.rows)
  }

  function followLog(rows: readonly PendingRow[]): void {
    wal.follow(
      keeper.slot,
      rows.map((row) => row.key),
    )
  }

  function standingHeads(): readonly BlockId[] {
    return graph.heads().map((head) => head.id)
  }

  function isSettled(): boolean {
    return isCurrent() && graph.isDecided && !isForkNew
  }

  /** Whether the documents show what was decided to stand, and can be written. What is in doubt waits, and all else goes on meanwhile. */
  function isCurrent(): boolean {
    return graph.verdict === shown && !keeper.isSpoiled()
  }

  /** Decides what stands; what this disk wrote gives way to what others may hold. */
  async function decide(): Promise<void> {
    graph.reviewAuthors()
    graph.decide()
    isForkNew = false
    graph.takeBack(await keeper.contestedBranches())
    graph.decide()
  }

  /**
   * Brings the open documents to what stands, all at once: a document of one branch beside one of another would give blocks a past that no document
   * ever had. Takes another slot where this one is spoiled.
   * @throws (rejects) EchoError of storage; data-corrupt; what keeps own edits from being cut
   */
  async function settle(): Promise<void> {
    let next: NextSlot | undefined
    try {
      for (let isDone = false; !isDone && !disposed;) {
        edits.cutAll()
        await decide()
        if (next === undefined && keeper.isSpoiled()) next = await recovery.claimNext()
        if (next === undefined && isCurrent()) break
        const { verdict } = graph
        const loaded = new Map<DocumentId, LoadedDocument>()
        for (const id of live.keys()) {
          const document = await loadDocument(id, graph, uncached)
          if (!document.ok) throw document.error
          loaded.set(id, document.value)
        }
        // From here on nothing is awaited: what was edited until now goes along, and the next edit meets the new documents.
        edits.cutAll()
        const areWhole = [...live.keys()].every((id) => loaded.get(id)?.catchUp(unstoredPayload) ?? false)
        isDone = areWhole && graph.verdict === verdict && (next !== undefined || !keeper.isSpoiled()) && !disposed
        if (!isDone) continue
        showAll(loaded, next)
        next = undefined
      }
    } finally {
      next?.slot.release()
    }
    if (disposed) return
    for (const news of withdrawals.news()) report(news)
    noticeOrphans()
    ticker.now()
  }

  /** @throws what keeps own edits from being cut, before anything has changed */
  function showAll(loaded: ReadonlyMap<DocumentId, LoadedDocument>, next: NextSlot | undefined): void {
    // Edits that no block holds go along into the new documents, unless what they stand in is withdrawn: then they were cut, to be written again with it.
    const isCarried = next !== undefined && keeper.isHeadStanding()
    const held = [...live.values()].some((document) => document.uncutBytes > 0 && !takeBack.isUnderWay(document))
    if (held && !isCarried) throw keeper.cutter.obstacle() ?? new EchoError('block-refused', 'An edit could not be cut; it is tried again.')
    if (next !== undefined) goOnUnder(next)
    keeper.cutter.reset(standingHeads())
    inbox.clear()
    shown = graph.verdict
    for (const [id, document] of loaded) if (live.has(id)) show(live.get(id)!, document)
  }

  function show(former: LiveDocument, loaded: LoadedDocument): void {
    const next = swap(former, loaded)
    if (next.id === rootDocumentId) root.replace(next)
    else texts.get(next.id)?.replace(next)
  }

  function reportLost(document: DocumentId, lost: readonly LostEdit[]): void {
    if (lost.length > 0) report(lostEditsError(document, lost))
  }

  function noticeOrphans(): void {
    const [orphans] = graph.orphansOf(identity.signing.publicKey)
    if (orphans !== undefined) follower.writeAgainSoon(graph.rivals(toId<BlockId>(orphans.retracts[0]!.first)).length > 0)
  }

  async function openBriefly(id: DocumentId): Promise<{ close(): void }> {
    if (live.has(id)) return { close() {} }
    const opened = await loadLive(id, () => {})
    if (!opened.ok) throw opened.error
    // It may hold what just arrived, and what is written beside that must name it as past.
    ticker.now()
    return {
      close() {
        if (live.get(id) === opened.value && texts.get(id) === undefined) closeLive(id)
      },
    }
  }

  function cutEdits(id: DocumentId, retracts: readonly Retraction[], write: (doc: Y.Doc) => readonly LostEdit[]): boolean {
    const document = live.get(id)
    edits.cut(id)
    if (document === undefined || document.uncutBytes > 0) return false
    const lost = edits.rewrite({ retracts }, () => write(document.doc))
    if (document.uncutBytes > 0) edits.cut(id, retracts)
    else {
      // Nothing of it is left to write, and that has to be said too.
      const cut = keeper.cutter.cut(id, document.doc, Uint8Array.of(0, 0), document.cutClock, [], { retracts })
      if (!cut.ok) {
        report(cut.error)
        return true
      }
      for (const block of cut.value) finisher.add(block)
    }
    reportLost(id, lost)
    root.flushRemote()
    // What a retraction puts in doubt may stand again, and the own block waits for that.
    if (!isSettled()) follower.settleSoon()
    return true
  }

  function noteLeftOut(leftOut: readonly LeftOut[]): void {
    tellLeftOut(leftOut)
    keeper.noteLeftOut(leftOut)
    if (leftOut.length > 0 && !isSettled()) follower.settleSoon()
  }

  function report(error: unknown): void {
    options.onFault(
      error instanceof EchoError
        ? error
        : new EchoError('data-corrupt', 'A listener failed; the data is unharmed. See the cause.', { cause: error }),
    )
  }

  function unstoredPayload(id: BlockId): Uint8Array | undefined {
    return finisher.payloadOf(id) ?? inbox.payloadOf(id)
  }

  /** @param place puts the document where edits come from, in the task in which the former one stops being watched: an edit between both would be lost */
  async function loadLive(
    id: DocumentId,
    place: (document: LiveDocument) => void,
    first?: LoadedDocument,
  ): Promise<Result<LiveDocument, EchoError>> {
    for (let given = first; ; given = undefined) {
      const loaded = given === undefined ? await loadDocument(id, graph, source) : ok(given)
      if (!loaded.ok) return loaded
      // From here on nothing is awaited: own edits are cut, and what is missing is applied, before anyone can edit the new document.
      if (!isCurrent() && live.size > 0) {
        await loaded.value.cache?.release()
        await follower.caughtUp()
        continue
      }
      edits.cut(id)
      if (!loaded.value.catchUp(unstoredPayload)) {
        await loaded.value.cache?.release()
        continue
      }
      const document = createLiveDocument(id, loaded.value.doc, keeper.cutter.client, (edit) => edits.log(id, edit))
      live.get(id)?.detach()
      live.set(id, document)
      keepers.keep(id, loaded.value)
      noteLeftOut(loaded.value.leftOut)
      place(document)
      return ok(document)
    }
  }

  /** As {@link loadLive}, with blocks that cannot be read fetched anew from members. */
  async function loadMended(id: DocumentId, place: (document: LiveDocument) => void): Promise<Result<LiveDocument, EchoError>> {
    for (;;) {
      const loaded = await loadLive(id, place)
      const block = loaded.ok ? undefined : (loaded.error.details['block'] as BlockId | undefined)
      if (block === undefined || disposed || !(await options.mend(block))) return loaded
    }
  }

  function applyInbox(): void {
    if (inbox.isEmpty || !isCurrent()) return
    keeper.cutter.advance(inbox.apply().map(({ id }) => id))
    root.flushRemote()
  }

  function take(block: Payload): void {
    const stands = graph.stands(block.node.id)
    if (stands) inbox.add(block)
    isForkNew ||= isOwn(block.node) && graph.rivals(block.node.id).length > 0
    if (!isSettled()) follower.settleSoon()
    else if (!stands && isOwn(block.node)) noticeOrphans()
    if (stands && isCurrent()) ticker.arrived()
  }

  function isOwn({ header }: BlockNode): boolean {
    return equalBytes(header.device, identity.signing.publicKey)
  }

  /** Whether an open document is just what the applied blocks make of it. */
  function isWhole(id: DocumentId): boolean {
    const document = live.get(id)
    return inbox.isEmpty && isCurrent() && document?.uncutBytes === 0 && !takeBack.isUnderWay(document)
  }

  async function everythingStored(): Promise<void> {
    const heads = keeper.cutter.frontier()
    await Promise.all([store.flush(), finisher.settled()])
    if (heads.some((id) => finisher.payloadOf(id) !== undefined)) throw new Error('some own blocks are not stored yet')
  }

  function writeObstacle(): EchoError | undefined {
    if (disposed) return new EchoError('space-closed', 'This space is closed. Open it again before writing.')
    if (takeBack.isUnderWay(live.get(rootDocumentId)!))
      return new EchoError('block-refused', 'A change that peers would refuse is just being taken back. Write again in a moment.')
    return notWriter(log, identity)
  }

  function closeLive(id: DocumentId): void {
    edits.cut(id)
    keepers.close(id)
    live.get(id)?.detach()
    live.get(id)?.doc.destroy()
    live.delete(id)
  }

  async function rebuild(id: DocumentId): Promise<void> {
    if (!live.has(id)) return
    const document = await loadLive(id, (next) => {
      if (id === rootDocumentId) root.replace(next)
      else texts.get(id)?.replace(next)
    })
    if (!document.ok) throw document.error
    ticker.now()
  }

  async function flush(): Promise<void> {
    ticker.now()
    await Promise.all([finisher.settled(), wal.settled()])
  }

  return ok({
    root: root.root,
    unsaved: wal.unsaved,
    get slot() {
      return keeper.slot
    },
    async openText(item) {
      if (disposed) throw new EchoError('space-closed', 'This space is closed. Open it again before opening a text.')
      return texts.open(item)
    },
    peekText: (item) => texts.get(item)?.peek,
    accept: take,
    noteOutdated() {
      keeper.noteOutdated()
      if (!isSettled()) follower.settleSoon()
    },
    async recoverAbandoned() {
      return !disposed && (await recovery.takeUp((blocks) => blocks.forEach(take)))
    },
    tick: () => ticker.now(),
    flush,
    rebuild,
    isStored: (id) => finisher.payloadOf(id) === undefined,
    frontier: () => keeper.cutter.frontier(),
    readWithdrawn: () => readWithdrawn(graph, uncached),
    async dispose() {
      if (disposed) return
      stopLog()
      stopKeys()
      await flush()
      disposed = true
      ticker.dispose()
      follower.dispose()
      await keepers.dispose()
      finisher.dispose()
      texts.destroy()
      for (const document of live.values()) {
        document.detach()
        document.doc.destroy()
      }
      keeper.release()
    },
  })
}
