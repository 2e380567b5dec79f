import type { EchoError } from '../../shared/echoError.ts'
import type { SpaceId } from '../../shared/ids.ts'
import type { Readable } from '../../shared/readable.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { StorageBatch } from '../../storage/storage.ts'
import type { Network } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { ProfileRecord } from '../../identity/profileRecord.ts'
import type { ProfileBook } from '../../access/profileBook.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import { createKeyRotation, type KeyRotation } from '../../access/keys/keyRotation.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import { feedKeyOf } from '../../feed/feedKey.ts'
import { createBlockMender } from '../../feed/store/blockMender.ts'
import { createBlockStore, type BlockStore } from '../../feed/store/blockStore.ts'
import { createDeviceQuotas } from '../../feed/deviceQuotas.ts'
import { createBundler, type Bundler } from '../../feed/bundles/createBundler.ts'
import { createForkNotice } from '../../feed/graph/forkNotice.ts'
import type { AcceptedBlock, BlockReceiver } from '../../feed/blockReceiver.ts'
import { createBlockReceiver } from '../../feed/createBlockReceiver.ts'
import { createSealAnew } from '../../feed/sealAnew.ts'
import { createSpaceDocuments } from '../../documents/createSpaceDocuments.ts'
import { loadContent } from '../../documents/loading/loadContent.ts'
import type { SpaceDocuments } from '../../documents/spaceDocuments.ts'
import { createDatabase, type Database } from '../../database/database.ts'
import { authorTagOf } from '../../database/graph/positions.ts'
import { createTextRows } from '../../database/items/textRows.ts'
import type { AnyItemType } from '../../database/types/defineType.ts'
import type { ContentHead } from '../../replication/joining/joinMessages.ts'
import { createSpaceReplication } from '../../replication/createSpaceReplication.ts'
import type { Activity } from '../../replication/presence/presenceMessage.ts'
import type { SpaceReplication } from '../../replication/spaceReplication.ts'
import type { EchoPorts } from '../echo.ts'
import { createFirstSync, type FirstSync } from './firstSync.ts'
import { createLocalStates, type LocalStates } from './localState.ts'
import { openMembership } from './openMembership.ts'
import { rowsBesideBlocks } from './rowsBesideBlocks.ts'
import { backgroundError, damageError, newerVersionError, noKeyError, refusalError } from './spaceFaults.ts'
import { createMutedMembers, type MutedMembers } from './mutedMembers.ts'
import { createSpaceDiagnostics, type SpaceDiagnostics } from './spaceDiagnostics.ts'
import { putKey, type SpaceRecord } from './spaceRecord.ts'
import { createSpaceProfiles } from './spaceProfiles.ts'
import { rememberSlot, rememberedSlot } from './slotHint.ts'
import { watchLeftovers } from './watchLeftovers.ts'

/** Everything of one open space, put together. */
export interface OpenSpace {
  readonly id: SpaceId
  readonly identity: LocalIdentity
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly profiles: ProfileBook
  readonly graph: BlockGraph
  readonly store: BlockStore
  readonly receiver: BlockReceiver
  readonly documents: SpaceDocuments
  readonly database: Database
  readonly replication: SpaceReplication
  readonly firstSync: FirstSync
  readonly diagnostics: SpaceDiagnostics
  readonly muted: MutedMembers
  readonly local: LocalStates
  readonly rotation: KeyRotation
  /**
   * Reads keys and membership again: a join stored more of them, on this tab or another. Nothing that is here is lost by it: who was removed or had left
   * goes on with all he had. @param awaiting what must arrive before the space is whole @throws EchoError of storage
   */
  rejoin(awaiting: readonly ContentHead[]): Promise<void>
  /** What memory holds of the space beside its blocks, as rows to store again after the storage has lost everything: keys, membership, profiles, marks, who is muted. */
  rowsBesideBlocks(): Promise<StorageBatch>
  /**
   * Stores again the blocks that memory holds after the storage has lost everything, and fetches the rest from members; `onContentStored` follows when all
   * is there. @throws EchoError of storage
   */
  writeBackBlocks(): Promise<void>
  /** Resolves when all operations added so far are stored; rejects where they could not be. */
  operationsStored(): Promise<void>
  dispose(): Promise<void>
}

export interface OpenSpaceOptions {
  readonly ports: EchoPorts
  readonly identity: LocalIdentity
  readonly app: string
  readonly types: readonly AnyItemType[]
  readonly record: SpaceRecord
  readonly tabs: Network
  readonly ownName: () => string
  /** Whether this page is used; always by default. */
  readonly activity?: Readable<Activity>
  readonly ownProfile: Readable<ProfileRecord | undefined>
  /** The space has a newer profile of this person, by another of the person's devices. */
  readonly onNewerProfile: (record: ProfileRecord) => void
  readonly onProgress: (fraction: number) => void
  /** What a join waited for is on this disk, or is given up. */
  readonly onContentStored: () => void
  /** What this device keeps under a name has changed here: other tabs should read it. */
  readonly onLocal: (name: string) => void
  readonly onError: (error: EchoError) => void
}

/**
 * Opens a space from this device's storage.
 * @returns peer-offline where no content key opens here; data-corrupt; an error of storage
 */
export async function openSpace(options: OpenSpaceOptions): Promise<Result<OpenSpace, EchoError>> {
  const { ports, identity, record, onError } = options
  const { crypto, clock, random, storage } = ports
  const space = record.id

  const membership = await openMembership(ports, identity, space, report)
  const { log, operations, keyRing } = membership
  if (membership.damaged > 0) onError(damageError(space, membership.damaged, 'operations'))
  if (keyRing.recent().length === 0) return fail(noKeyError())

  const store = createBlockStore({
    crypto,
    storage,
    space,
    keyRing,
    clock,
    unstoredOperations: operations.unstored,
    onFault: report,
  })
  const content = await loadContent({
    crypto,
    clock,
    space,
    store,
    authors: log,
    caches: storage.documentCaches,
    onProgress: options.onProgress,
  })
  if (!content.ok) return content
  const { graph, root, leftOut } = content.value
  if (leftOut > 0) onError(damageError(space, leftOut, 'blocks'))
  const quotas = createDeviceQuotas({ clock })
  const forkNotice = createForkNotice(graph)
  // Blocks that an earlier page left to cut may be stored before there is anyone to tell; whoever links later learns of them by heads.
  let replication: SpaceReplication | undefined = undefined
  const hasCompany = (): boolean => {
    const { peers = 0, tabs = 0 } = replication?.state.get() ?? {}
    return peers + tabs > 0
  }
  const mender = createBlockMender({
    crypto,
    space,
    keyRing,
    clock,
    graph,
    store,
    hasCompany,
    onWanted: (blocks) => replication?.want(blocks),
    onMended: (node) => replication?.mended(node),
    onFault: report,
  })
  const receiver = createBlockReceiver({ crypto, clock, quotas, space, log, keyRing, graph, onAccepted, onKnown: mender.offer })
  const diagnostics = createSpaceDiagnostics({ clock, log, receiver, quotas })
  const muted = createMutedMembers({ storage, space, log, quotas })
  await muted.read()
  const local = createLocalStates({ storage, space, onChanged: options.onLocal, onFault: report })
  await local.read()
  const profiles = await createSpaceProfiles({
    crypto,
    storage,
    space,
    log,
    identity,
    own: options.ownProfile,
    onNewerOwn: options.onNewerProfile,
    onFault: report,
  })

  let bundler: Bundler | undefined = undefined
  const opened = await createSpaceDocuments({
    crypto,
    clock,
    storage,
    space,
    identity,
    log,
    keyRing,
    graph,
    root,
    store,
    quotas,
    slotHint: rememberedSlot(options.app, space),
    hasCompany,
    mend: mender.mend,
    onStored(node) {
      receiver.noteOwnWork()
      replication?.announce(node)
      bundler?.note()
    },
    onFault: report,
  })
  if (!opened.ok) return opened
  const documents = opened.value
  rememberSlot(options.app, space, documents.slot)

  const links = createSpaceReplication({
    crypto,
    clock,
    random,
    identity,
    space,
    log,
    keyRing,
    profiles: profiles.book,
    graph,
    store,
    sealAnew: createSealAnew({ crypto, space, keyRing, log, graph, device: identity.signing.publicKey, slot: documents.slot }),
    receiver,
    quotas,
    ownName: options.ownName,
    activity: options.activity,
    onHeads: () => documents.tick(),
    onUnknownHead: ({ feed }) => {
      if (feed === feedKeyOf(identity.signing.publicKey, documents.slot)) documents.noteOutdated()
    },
    onFault: report,
    wanted: mender.wanted,
    onKey: (key) =>
      void putKey(crypto, identity, space, key)
        .then((row) => storage.write({ putKeys: [row] }, 'strict'))
        .catch(report),
    onBarred: ({ device }, ms) => diagnostics.noteBarred(device, ms),
    onRefused: (outcome, from, block) => {
      if (outcome.status !== 'refused') return
      if (from !== undefined) diagnostics.noteRefused(outcome, from.device, block)
      onError(refusalError(space, outcome, from))
    },
    onNewerVersion: (from) => onError(newerVersionError(space, from)),
  })
  bundler = createBundler({
    crypto,
    clock,
    storage,
    space,
    keyRing,
    graph,
    store,
    device: identity.signing.publicKey,
    slot: documents.slot,
    ...(ports.bundling === undefined ? {} : { sizes: ports.bundling }),
    onFault: report,
  })
  const database = createDatabase({
    root: documents.root,
    texts: { reader: documents.reader, rows: createTextRows(storage, space) },
    types: options.types,
    clock,
    random,
    authorTag: authorTagOf(identity.deviceId),
    onError: report,
  })
  documents.keepTextSteps(database.textSteps)
  const firstSync = createFirstSync({
    awaiting: record.awaiting,
    graph,
    clock,
    onComplete() {
      documents.tick()
      // Not before the blocks are stored: after a crash in between, a space that waits for nothing would open with half its content.
      store.flush().then(options.onContentStored, report)
    },
  })
  const rotation = createKeyRotation({
    crypto,
    clock,
    random,
    identity,
    log,
    keyRing,
    hasToSeal: () => documents.unsaved.get() > 0,
    onFault: report,
  })
  replication = links
  links.enterTabs(options.tabs)
  const stopLeftovers = watchLeftovers({
    clock,
    storage,
    space,
    device: identity.deviceId,
    graph,
    receiver,
    documents,
    links: links.state,
    onFault: report,
  })

  function onAccepted({ node, block, payload }: AcceptedBlock): void {
    store.gather(node, block)
    const fork = forkNotice(node)
    if (fork !== undefined) report(fork)
    documents.accept({ node, block, payload })
    links.announce(node)
    firstSync.note()
    bundler?.note()
  }

  function report(error: unknown): void {
    onError(backgroundError(error))
  }

  return ok({
    id: space,
    identity,
    log,
    keyRing,
    profiles: profiles.book,
    graph,
    store,
    receiver,
    documents,
    database,
    replication: links,
    firstSync,
    diagnostics,
    muted,
    local,
    rotation,
    operationsStored: () => operations.settled(),
    async rejoin(awaiting) {
      // In this order: when the log says that this device is a member again, what it has to wait for is known, and the key is there.
      firstSync.expect(awaiting)
      await membership.readAgain()
    },
    rowsBesideBlocks() {
      documents.tick()
      return rowsBesideBlocks({ crypto, space, identity, log, keyRing, graph, muted, local, profiles })
    },
    async writeBackBlocks() {
      // The bundles are gone.
      await store.refreshBundles()
      const nodes = store.remembered().flatMap((id) => graph.node(id) ?? [])
      const blocks = (await store.get(nodes)).flatMap((block, i) => (block === undefined ? [] : [{ node: nodes[i]!, block }]))
      await store.put(blocks, 'strict')
      const here = new Set(blocks.map(({ node }) => node.id))
      const gone = graph.missingFor([]).flatMap(({ id }) => (here.has(id) ? [] : [id]))
      void mender.fetch(gone).then((isWhole) => {
        if (isWhole) options.onContentStored()
      })
    },
    async dispose() {
      stopLeftovers()
      rotation.dispose()
      bundler?.dispose()
      // Own edits go out before the links close, and what came in is on disk before storage does.
      await documents.flush()
      await links.dispose()
      firstSync.dispose()
      diagnostics.dispose()
      muted.dispose()
      await local.dispose()
      profiles.dispose()
      receiver.dispose()
      mender.dispose()
      await documents.dispose()
      await store.flush().catch(report)
      operations.dispose()
      database.dispose()
    },
  })
}
