import type * as Y from 'yjs'
import { equalBytes } from '../shared/bytes.ts'
import { asEchoError, EchoError } from '../shared/echoError.ts'
import { rootDocumentId, toId, type BlockId, type DocumentId, type ItemId } from '../shared/ids.ts'
import { ok, type Result } from '../shared/result.ts'
import type { Retraction } from '../feed/header.ts'
import type { Payload } from './applyPayloads.ts'
import { createAuthorLookup } from './verdicts/authorLookup.ts'
import { createBlockCutter, notWriter, type BlockCutter } from './writing/blockCutter.ts'
import { createBlockFinisher } from './writing/blockFinisher.ts'
import type { Slot, SlotPlace } from './writing/claimSlot.ts'
import { createVerdictFollower } from './verdicts/followVerdict.ts'
import { createRootDocument } from './createRootDocument.ts'
import type { PayloadSource } from './documentPayloads.ts'
import { createDocumentKeepers } from './documentKeepers.ts'
import { createLeftOutNews } from './verdicts/leftOutNews.ts'
import type { LiveDocument } from './liveDocument.ts'
import { loadDocument } from './loading/loadDocument.ts'
import type { LeftOut } from './writing/guardInDocument.ts'
import { createInbox } from './inbox.ts'
import { createOpenTexts } from './texts/openTexts.ts'
import { createOwnEdits } from './writing/ownEdits.ts'
import { readUncut, readWithdrawn, type WithdrawnContent } from './verdicts/readWithdrawn.ts'
import { createGoLive } from './goLive.ts'
import { createDocumentSettling } from './verdicts/settleDocuments.ts'
import { createShownVerdict } from './verdicts/shownVerdict.ts'
import { createMakeLive } from './makeLive.ts'
import { createRecovery } from './writing/createRecovery.ts'
import { createPastLookup } from './verdicts/pastLookup.ts'
import type { SpaceDocuments, SpaceDocumentsOptions } from './spaceDocuments.ts'
import { createDocumentSwap } from './verdicts/swapDocument.ts'
import { createTakeBack } from './verdicts/takeBack.ts'
import type { TextModel } from './texts/textHandle.ts'
import type { TextSteps } from './texts/textHistory.ts'
import { createTextReader } from './texts/textReader.ts'
import type { LostEdit } from './verdicts/reissueEdits.ts'
import { createSlotKeeper, type NextSlot } from './writing/slotKeeper.ts'
import { createTicker } from './ticker.ts'
import { createWithdrawalReport, lostEditsError } from './verdicts/withdrawalReport.ts'
import { createWriteAgain } from './verdicts/writeAgain.ts'
import { createWriteAheadLog } from './writing/writeAheadLog.ts'

/** Each holds a whole document, and who types on while he may not write makes one more each time. */
const maxForbidden = 32

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
      // In this order: at no moment is an edit in neither, as if others had it.
      options.onStored(node, block)
      wal.covered(rows)
    },
    onFault: report,
  })
  const wal = createWriteAheadLog({ store, space, onFault: report })
  wal.follow(keeper.slot, keeper.rows)
  const verdict = createShownVerdict(graph, keeper)
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
  // Before rows are cut: those that write something again rest on what stands without it.
  await verdict.decide()
  await recovery.open()
  await verdict.decide()
  // What was just taken back may hold the newest block of the slot: what is written behind that would not stand.
  while (keeper.isSpoiled()) {
    goOnUnder(await recovery.claimNext())
    await verdict.decide()
  }
  keeper.cutter.reset(graph.heads().map(({ id }) => id))
  verdict.noteShown()

  const reader = createTextReader({
    graph,
    live,
    isWhole,
    load: (id) => loadDocument(id, graph, uncached),
    unstored: unstoredPayload,
    isDisposed: () => disposed,
  })
  let textSteps: TextSteps = { take: () => () => false, forget: () => undefined }
  const texts = createOpenTexts({
    clock,
    steps: { take: (step) => textSteps.take(step), forget: (item) => textSteps.forget(item) },
    load: loadMended,
    onOpened: () => ticker.now(),
    assertWritable() {
      const obstacle = writeObstacle()
      if (obstacle !== undefined) throw obstacle
    },
    onChanged: (item) => reader.note(item, false),
    close: closeLive,
  })
  const takeBack = createTakeBack({ wal, rebuild, onFault: report })
  const withdrawals = createWithdrawalReport(graph)
  /** What this device had not cut when it heard that it may not write any more. */
  const forbidden: WithdrawnContent[] = []
  const edits = createOwnEdits({
    live,
    keeper,
    wal,
    finisher,
    takeBack,
    onForbidden(document) {
      if (forbidden.length < maxForbidden)
        forbidden.push(readUncut(document, { identity: identity.id, device: identity.deviceId, writtenAt: clock.now() }))
    },
    onEdited: () => ticker.edited(),
    onCut(id) {
      keepers.touch(id)
      noteText(id)
    },
    onFault: report,
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
    isReady: () => !disposed && verdict.isCurrent() && keeper.cutter.obstacle() === undefined,
    open: openBriefly,
    cutEdits,
    stored: () => finisher.drained(),
  })
  const follower = createVerdictFollower({
    clock,
    isSettled: () => disposed || verdict.isSettled(),
    isCurrent: () => disposed || verdict.isCurrent(),
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
  const goLive = createGoLive({ live, edits, keepers, client: () => keeper.cutter.client, onLeftOut: noteLeftOut })
  const swap = createDocumentSwap({ goLive, edits, takeBack, wal, onLost: reportLost })
  const settleDocuments = createDocumentSettling({
    graph,
    verdict,
    keeper,
    live,
    inbox,
    edits,
    takeBack,
    load: (id) => loadDocument(id, graph, uncached),
    unstored: unstoredPayload,
    claimNext: recovery.claimNext,
    goOnUnder,
    show: (former, loaded) => replace(swap(former, loaded)),
    isDisposed: () => disposed,
  })
  const makeLive = createMakeLive({ live, graph, source, verdict, follower, edits, goLive, unstored: unstoredPayload })
  const firstRoot = await makeLive(rootDocumentId, () => {}, options.root)
  if (!firstRoot.ok) {
    finisher.dispose()
    keeper.release()
    return firstRoot
  }
  verdict.noteShown()
  const root = createRootDocument(firstRoot.value, {
    obstacle: writeObstacle,
    authorOf: createAuthorLookup({ graph, identity, clock, ownClient: () => keeper.cutter.client }),
    hasSeen: createPastLookup({ graph, ownClient: () => keeper.cutter.client }),
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
    follower.settleSoon()
  })
  /** What waited for a key is cut. */
  const stopKeys = keyRing.onAdded(() => ticker.edited())
  noticeOrphans()
  follower.settleSoon()

  function createCutter({ number, head }: Slot): BlockCutter {
    const cutter = createBlockCutter({ crypto, clock, space, identity, slot: number, head, log, keyRing, graph })
    cutters.push(cutter)
    return cutter
  }

  function goOnUnder(next: NextSlot): void {
    keeper.moveTo(next)
    wal.follow(keeper.slot, next.rows)
  }

  async function settle(): Promise<void> {
    await settleDocuments()
    if (disposed) return
    reader.note(undefined, false)
    for (const news of withdrawals.news()) report(news)
    noticeOrphans()
    ticker.now()
  }

  /** Puts a document that became live in the place of the former one for all who use it. */
  function replace(next: LiveDocument): void {
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
    const opened = await makeLive(id, () => {})
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
    const lost = edits.cutAgain(id, retracts, write)
    if (lost === undefined) return false
    reportLost(id, lost)
    root.flushRemote()
    // What a retraction puts in doubt may stand again, and the own block waits for that.
    follower.settleSoon()
    return true
  }

  function noteLeftOut(leftOut: readonly LeftOut[]): void {
    tellLeftOut(leftOut)
    keeper.noteLeftOut(leftOut)
    if (leftOut.length > 0) follower.settleSoon()
  }

  function report(error: unknown): void {
    options.onFault(asEchoError(error, 'data-corrupt', 'A listener failed; the data is unharmed. See the cause.'))
  }

  function unstoredPayload(id: BlockId): Uint8Array | undefined {
    return finisher.payloadOf(id) ?? inbox.payloadOf(id)
  }

  /** Makes a document live, with blocks that cannot be read fetched anew from members. */
  async function loadMended(id: DocumentId, place: (document: LiveDocument) => void): Promise<Result<LiveDocument, EchoError>> {
    for (;;) {
      const loaded = await makeLive(id, place)
      const block = loaded.ok ? undefined : (loaded.error.details['block'] as BlockId | undefined)
      if (block === undefined || disposed || !(await options.mend(block))) return loaded
    }
  }

  function applyInbox(): void {
    if (inbox.isEmpty || !verdict.isCurrent()) return
    keeper.cutter.advance(inbox.apply().map(({ id }) => id))
    root.flushRemote()
  }

  function take(block: Payload): void {
    const stands = graph.stands(block.node.id)
    if (stands) inbox.add(block)
    if (stands) noteText(block.node.document)
    const isOwn = equalBytes(block.node.header.device, identity.signing.publicKey)
    if (isOwn) verdict.noteOwn(block.node.id)
    follower.settleSoon()
    if (isOwn && !stands && verdict.isSettled()) noticeOrphans()
    if (stands && verdict.isCurrent()) ticker.arrived()
  }

  /** Whether an open document is just what the applied blocks make of it. */
  function isWhole(id: DocumentId): boolean {
    const document = live.get(id)
    return inbox.isEmpty && verdict.isCurrent() && document?.uncutBytes === 0 && !takeBack.isUnderWay(document)
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

  function noteText(id: DocumentId): void {
    if (id !== rootDocumentId) reader.note(id as string as ItemId, false)
  }

  function closeLive(id: DocumentId): void {
    edits.cut(id)
    reader.note(id as string as ItemId, true)
    keepers.close(id)
    live.get(id)?.detach()
    live.get(id)?.doc.destroy()
    live.delete(id)
  }

  async function rebuild(id: DocumentId): Promise<void> {
    if (!live.has(id)) return
    const document = await makeLive(id, replace)
    if (!document.ok) throw document.error
    ticker.now()
  }

  async function flush(): Promise<void> {
    ticker.now()
    await Promise.all([finisher.settled(), wal.settled()])
  }

  return ok({
    root: root.root,
    reader,
    unsaved: wal.unsaved,
    unshared: wal.unshared,
    get slot() {
      return keeper.slot
    },
    async openText<Model extends TextModel = 'text'>(item: ItemId, model: Model = 'text' as Model) {
      if (disposed) throw new EchoError('space-closed', 'This space is closed. Open it again before opening a text.')
      return texts.open(item, model)
    },
    peekText: <Model extends TextModel = 'text'>(item: ItemId, model: Model = 'text' as Model) => texts.get(item)?.peek(model),
    openDocuments: () =>
      [...live.values()].map((document) => {
        const text = texts.get(document.id)
        return { document, users: text?.users(), generation: text?.generation() }
      }),
    keepTextSteps(steps) {
      textSteps = steps
    },
    accept: take,
    noteOutdated() {
      keeper.noteOutdated()
      follower.settleSoon()
    },
    async recoverAbandoned() {
      return !disposed && (await recovery.takeUp((blocks) => blocks.forEach(take)))
    },
    tick: () => ticker.now(),
    flush,
    rebuild,
    isStored: (id) => finisher.payloadOf(id) === undefined,
    frontier: () => keeper.cutter.frontier(),
    readWithdrawn: async () => [...(await readWithdrawn(graph, uncached)), ...forbidden],
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
