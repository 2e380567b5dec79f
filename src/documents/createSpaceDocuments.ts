import { EchoError } from '../shared/echoError.ts'
import {
  idBytes,
  rootDocumentId,
  toId,
  type BlockId,
  type DeviceId,
  type DocumentId,
  type IdentityId,
  type ItemId,
  type SpaceId,
} from '../shared/ids.ts'
import type { Clock } from '../shared/ports.ts'
import { ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Storage } from '../storage/storage.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { KeyRing } from '../access/keyRing.ts'
import type { MembershipLog } from '../access/membershipLog.ts'
import type { Block } from '../feed/block.ts'
import type { BlockGraph, BlockNode } from '../feed/blockGraph.ts'
import type { BlockStore } from '../feed/blockStore.ts'
import type { AcceptedBlock } from '../feed/receiveBlock.ts'
import { judgePayload } from './applyPayloads.ts'
import { createBlockCutter, readOnly, type BlockCutter } from './blockCutter.ts'
import { createBlockFinisher } from './blockFinisher.ts'
import { claimSlot } from './claimSlot.ts'
import { createRootDocument } from './createRootDocument.ts'
import type { PayloadSource } from './documentPayloads.ts'
import { extractUpdate } from './extractUpdate.ts'
import { createLeftOutNews } from './leftOutNews.ts'
import { createLiveDocument, type LiveDocument } from './liveDocument.ts'
import { loadDocument, type LoadedDocument } from './loadDocument.ts'
import { createOpenText, type OpenText } from './openText.ts'
import { recoverAbandoned, recoverRows, type RecoveryPlace } from './recoverAbandoned.ts'
import type { Author } from './rootDocument.ts'
import type { SpaceDocuments } from './spaceDocuments.ts'
import { createTakeBack } from './takeBack.ts'
import { createTicker } from './ticker.ts'
import { createWriteAheadLog } from './writeAheadLog.ts'

export interface SpaceDocumentsOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly storage: Storage
  readonly space: SpaceId
  readonly identity: LocalIdentity
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
  /** The root document as loaded with the graph. */
  readonly root: LoadedDocument
  readonly store: BlockStore
  /** The slot this tab had before a reload. */
  readonly slotHint: number | undefined
  /** Whether a peer or another tab is connected. */
  readonly hasCompany: () => boolean
  /** An own block is stored: it may be sent. */
  readonly onStored: (node: BlockNode, block: Block) => void
  /** A fault that no caller can be told of. */
  readonly onFault: (error: EchoError) => void
}

const closeAfterMs = 1000

/** Opens a space's documents: takes a slot, cuts what an earlier page left behind, makes the root document live. */
export async function createSpaceDocuments(options: SpaceDocumentsOptions): Promise<Result<SpaceDocuments, EchoError>> {
  const { crypto, clock, storage, space, identity, log, keyRing, graph, store } = options
  const slot = await claimSlot({
    storage,
    space,
    device: identity.deviceId,
    graph,
    hint: options.slotHint,
    spent: spentSlots(options.root, identity.deviceId),
  })
  const cutter = createCutter(slot.number)
  cutter.advance(graph.heads().map((head) => head.id))

  const finisher = createBlockFinisher({
    crypto,
    clock,
    identity,
    space,
    slot: slot.number,
    keyRing,
    store,
    onFinished(node, block, rows) {
      wal.covered(rows)
      options.onStored(node, block)
    },
    onFault: report,
  })
  const own = (await storage.readPending(space)).filter((row) => row.slot === slot.number)
  const wal = createWriteAheadLog({ store, space, slot: slot.number, existing: own.map((row) => row.key), onFault: report })
  const inbox: Pick<AcceptedBlock, 'node' | 'payload'>[] = []
  const source: PayloadSource = { store, unstored: unstoredPayload }
  const tellLeftOut = createLeftOutNews(identity.deviceId, report)
  const recovery: RecoveryPlace = {
    storage,
    space,
    device: identity.deviceId,
    graph,
    finisher,
    load: (id) => loadDocument(id, graph, source),
    unstored: unstoredPayload,
    onFault: report,
  }
  const opening: RecoveryPlace = {
    ...recovery,
    load: async (id) => (id === rootDocumentId && options.root.catchUp(unstoredPayload) ? ok(options.root) : recovery.load(id)),
  }
  await recoverRows(opening, own, cutter, slot.number)
  await recoverAbandoned(opening, slot.number, createCutter)
  cutter.advance(graph.heads().map((head) => head.id))

  const live = new Map<DocumentId, LiveDocument>()
  const texts = new Map<ItemId, OpenText>()
  const openings = new Map<ItemId, Promise<OpenText>>()
  const takeBack = createTakeBack({ storage, space, wal, rebuild, onFault: report })
  let disposed = false

  const firstRoot = await loadLive(rootDocumentId, () => {}, options.root)
  if (!firstRoot.ok) {
    finisher.dispose()
    slot.release()
    return firstRoot
  }
  const root = createRootDocument(firstRoot.value, { obstacle: writeObstacle, authorOf, onListenerFault: report })
  const ticker = createTicker({
    clock,
    hasCompany: options.hasCompany,
    uncutBytes: () => [...live.values()].reduce((sum, document) => sum + document.uncutBytes, 0),
    cut: cutAll,
    apply: applyInbox,
  })

  function createCutter(number: number): BlockCutter {
    return createBlockCutter({ crypto, clock, space, identity, slot: number, log, keyRing, graph })
  }

  function report(error: unknown): void {
    options.onFault(
      error instanceof EchoError
        ? error
        : new EchoError('data-corrupt', 'A listener failed; the data is unharmed. See the cause.', { cause: error }),
    )
  }

  function unstoredPayload(id: BlockId): Uint8Array | undefined {
    return finisher.payloadOf(id) ?? inbox.find((accepted) => accepted.node.id === id)?.payload
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
      cutDocument(id)
      if (!loaded.value.catchUp(unstoredPayload)) continue
      const document = createLiveDocument(id, loaded.value.doc, cutter.client, (edit) => onEdit(id, edit))
      live.get(id)?.detach()
      live.set(id, document)
      tellLeftOut(loaded.value.leftOut)
      place(document)
      return ok(document)
    }
  }

  function onEdit(document: DocumentId, edit: { readonly update: Uint8Array; readonly from: number; readonly to: number }): string {
    const key = wal.append({ document, ...edit, heads: cutter.frontier().map(idBytes) })
    ticker.edited()
    return key
  }

  function cutAll(): void {
    for (const id of live.keys()) cutDocument(id)
  }

  function cutDocument(id: DocumentId): void {
    const document = live.get(id)
    if (document === undefined || document.uncutBytes === 0 || takeBack.isUnderWay(document)) return
    const obstacle = cutter.obstacle()
    if (obstacle !== undefined) {
      if (obstacle.code === 'read-only') takeBack(document, obstacle)
      return
    }
    const from = document.cutClock
    const extracted = extractUpdate(document.doc, from, document.deletes)
    if (extracted === undefined) return
    const cut = cutter.cut(id, document.doc, extracted.update, from, document.rows)
    if (!cut.ok) return takeBack(document, cut.error)
    document.markCut(extracted.to)
    for (const block of cut.value) finisher.add(block)
  }

  function applyInbox(): void {
    if (inbox.length === 0) return
    const arrived = inbox.splice(0)
    for (const block of arrived) {
      const { node, payload } = block
      const document = live.get(node.document)
      if (document === undefined) continue
      const rule = judgePayload(document.doc, graph, block)
      if (rule !== undefined) {
        tellLeftOut([{ node, rule }])
        continue
      }
      try {
        document.apply(payload, node.client === cutter.client ? node.header.to : undefined)
      } catch (error) {
        // An observer of the app failed, after Yjs had taken the block in whole; those behind it must not be lost for that.
        report(error)
      }
    }
    cutter.advance(arrived.map(({ node }) => node.id))
    root.flushRemote()
  }

  function writeObstacle(): EchoError | undefined {
    if (disposed) return new EchoError('space-closed', 'This space is closed. Open it again before writing.')
    if (takeBack.isUnderWay(live.get(rootDocumentId)!))
      return new EchoError('block-refused', 'A change that peers would refuse is just being taken back. Write again in a moment.')
    return log.isWriter(identity.id, identity.deviceId) ? undefined : readOnly()
  }

  function authorOf(client: number, clock: number): Author | undefined {
    const header = graph.writerOf(rootDocumentId, client, clock)?.header
    if (header !== undefined)
      return { identity: toId<IdentityId>(header.identity), device: toId<DeviceId>(header.device), timeMs: header.timeMs }
    return client === cutter.client ? { identity: identity.id, device: identity.deviceId, timeMs: options.clock.now() } : undefined
  }

  async function openText(item: ItemId): Promise<OpenText> {
    const document = await loadLive(item as string as DocumentId, (first) => {
      texts.set(
        item,
        createOpenText(item, first, () => clock.after(closeAfterMs, () => closeUnused(item))),
      )
    })
    if (!document.ok) throw document.error
    ticker.now()
    return texts.get(item)!
  }

  function closeUnused(item: ItemId): void {
    const text = texts.get(item)
    if (text === undefined || text.users() > 0) return
    const id = item as string as DocumentId
    cutDocument(id)
    text.destroy()
    live.get(id)?.detach()
    live.get(id)?.doc.destroy()
    live.delete(id)
    texts.delete(item)
    openings.delete(item)
  }

  async function rebuild(id: DocumentId): Promise<void> {
    if (!live.has(id)) return
    const document = await loadLive(id, (next) => {
      if (id === rootDocumentId) root.replace(next)
      else texts.get(id as string as ItemId)?.replace(next)
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
    slot: slot.number,
    async openText(item) {
      if (disposed) throw new EchoError('space-closed', 'This space is closed. Open it again before opening a text.')
      let opening = openings.get(item)
      if (opening === undefined) {
        opening = openText(item)
        openings.set(item, opening)
        opening.catch(() => openings.delete(item))
      }
      return (await opening).handle()
    },
    peekText: (item) => texts.get(item)?.peek,
    accept(block) {
      inbox.push(block)
      ticker.arrived()
    },
    async recoverAbandoned() {
      if (disposed) return
      await recoverAbandoned(recovery, slot.number, createCutter, (blocks) => {
        inbox.push(...blocks)
        ticker.arrived()
      })
    },
    tick: () => ticker.now(),
    flush,
    rebuild,
    frontier: () => cutter.frontier(),
    async dispose() {
      if (disposed) return
      await flush()
      disposed = true
      ticker.dispose()
      finisher.dispose()
      for (const text of texts.values()) text.destroy()
      // A text released just now has a timer that would close it a second time.
      texts.clear()
      for (const document of live.values()) {
        document.detach()
        document.doc.destroy()
      }
      slot.release()
    },
  })
}

/** The device's slots of which a write to the root document was left out: what they write there later would be left out, too. */
function spentSlots({ leftOut }: LoadedDocument, device: DeviceId): ReadonlySet<number> {
  const own = leftOut.filter(({ node }) => toId<DeviceId>(node.header.device) === device)
  return new Set(own.map(({ node }) => node.header.slot))
}
