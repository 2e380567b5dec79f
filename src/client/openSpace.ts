import { EchoError } from '../shared/echoError.ts'
import { toId, type DeviceId, type SpaceId } from '../shared/ids.ts'
import type { Readable } from '../shared/readable.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { StorageBatch } from '../storage/storage.ts'
import type { Network } from '../network/network.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { ProfileRecord } from '../identity/profileRecord.ts'
import type { ProfileBook } from '../access/profileBook.ts'
import { createKeyRing } from '../access/createKeyRing.ts'
import { createMembershipLog } from '../access/createMembershipLog.ts'
import type { KeyRing } from '../access/keyRing.ts'
import { createKeyRotation, type KeyRotation } from '../access/keyRotation.ts'
import { openEpochs } from '../access/openEpochs.ts'
import { decodeOperation } from '../access/operation.ts'
import type { OperationLog } from '../access/operationLog.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import { feedKeyOf, parseFeedKey } from '../feed/feedKey.ts'
import { createBlockMender } from '../feed/blockMender.ts'
import { createBlockStore } from '../feed/blockStore.ts'
import { createDeviceQuotas } from '../feed/deviceQuotas.ts'
import { createBundler, type Bundler } from '../feed/createBundler.ts'
import { createForkNotice } from '../feed/forkNotice.ts'
import type { AcceptedBlock } from '../feed/blockReceiver.ts'
import { createBlockReceiver } from '../feed/createBlockReceiver.ts'
import { createSealAnew } from '../feed/sealAnew.ts'
import { createSpaceDocuments } from '../documents/createSpaceDocuments.ts'
import { loadContent } from '../documents/loadContent.ts'
import type { SpaceDocuments } from '../documents/spaceDocuments.ts'
import { createDatabase, type Database } from '../database/database.ts'
import { authorTagOf } from '../database/positions.ts'
import type { AnyItemType } from '../database/defineType.ts'
import type { ContentHead } from '../replication/joinMessages.ts'
import { createSpaceReplication, type SpaceReplication } from '../replication/spaceReplication.ts'
import type { EchoPorts } from './echo.ts'
import { createOperationStore } from './operationStore.ts'
import { createFirstSync, type FirstSync } from './firstSync.ts'
import { createMutedMembers, type MutedMembers } from './mutedMembers.ts'
import { createSpaceDiagnostics, type SpaceDiagnostics } from './spaceDiagnostics.ts'
import { putKey, readKeys, type SpaceRecord } from './spaceRecord.ts'
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
  readonly documents: SpaceDocuments
  readonly database: Database
  readonly replication: SpaceReplication
  readonly firstSync: FirstSync
  readonly diagnostics: SpaceDiagnostics
  readonly muted: MutedMembers
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
  readonly ownProfile: Readable<ProfileRecord | undefined>
  /** The space has a newer profile of this person, by another of the person's devices. */
  readonly onNewerProfile: (record: ProfileRecord) => void
  readonly onProgress: (fraction: number) => void
  /** What a join waited for is on this disk, or is given up. */
  readonly onContentStored: () => void
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

  const log = createMembershipLog({ crypto, space })
  const stored = await storage.readMembership(space)
  // All at once: their signatures were verified before they were stored.
  await Promise.all(stored.rows.map((operation) => log.addVerified(operation)))
  if (stored.damaged > 0) reportDamage(stored.damaged, 'operations')
  const operations = createOperationStore({ storage, space, clock, onFault: report })
  log.onAdded((operation, id) => {
    operations.put(toId<string>(id), operation)
    void openEpochs({ crypto, log, keyRing, identity })
  })

  const keyRing = createKeyRing({ crypto, log })
  await readKeys(crypto, identity, space, storage, keyRing)
  await openEpochs({ crypto, log, keyRing, identity })
  if (keyRing.recent().length === 0) {
    return fail(
      new EchoError(
        'peer-offline',
        'This device holds no key of the space yet. Keep the app open while another member is online, or join again from a new invitation.',
      ),
    )
  }

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
  if (leftOut > 0) reportDamage(leftOut, 'blocks')
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
    onRefused: (outcome, from) => {
      if (outcome.status !== 'refused') return
      if (from !== undefined) diagnostics.noteRefused(outcome, from.device)
      report(
        new EchoError(
          'block-refused',
          `A block from a peer breaks a rule (${outcome.layer}: ${outcome.reason}) and was not taken in. Your data is unharmed.`,
          {
            details: { space, layer: outcome.layer, reason: outcome.reason, peer: from?.identity },
          },
        ),
      )
    },
    onNewerVersion: (from) =>
      report(
        new EchoError(
          'newer-version',
          'A member of this space writes with a newer version of this app. What only that version can read is passed on and shows up here after an update: reload the page.',
          { details: { space, peer: from?.identity } },
        ),
      ),
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
    types: options.types,
    clock,
    random,
    authorTag: authorTagOf(identity.deviceId),
    onError: report,
  })
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

  function reportDamage(count: number, what: 'blocks' | 'operations'): void {
    report(
      new EchoError(
        'data-corrupt',
        `${count} stored ${what} are damaged or rest on one that is; they are fetched again from other members.`,
        { details: { space, [what]: count } },
      ),
    )
  }

  function report(error: unknown): void {
    onError(
      error instanceof EchoError
        ? error
        : new EchoError('data-corrupt', 'Something failed in the background; the data is unharmed. See the cause.', { cause: error }),
    )
  }

  return ok({
    id: space,
    identity,
    log,
    keyRing,
    profiles: profiles.book,
    graph,
    documents,
    database,
    replication: links,
    firstSync,
    diagnostics,
    muted,
    rotation,
    operationsStored: () => operations.settled(),
    async rejoin(awaiting) {
      // In this order: when the log says that this device is a member again, what it has to wait for is known, and the key is there.
      firstSync.expect(awaiting)
      await readKeys(crypto, identity, space, storage, keyRing)
      const { rows } = await storage.readMembership(space)
      await Promise.all(rows.map((operation) => log.addVerified(operation)))
    },
    async rowsBesideBlocks() {
      documents.tick()
      const putKeys = [
        muted.row(),
        ...profiles.rows(),
        ...(await Promise.all(keyRing.all().map((key) => putKey(crypto, identity, space, key)))),
      ]
      const putMembership = log.operations().flatMap((operation) => {
        const decoded = decodeOperation(crypto, operation)
        return decoded.ok ? [{ space, id: decoded.value.key, operation }] : []
      })
      // Without them this device would begin feeds anew that others hold.
      const putMarks = graph.tips().flatMap(({ feed, seq, id }) => {
        const { device, slot } = parseFeedKey(feed)!
        return toId<DeviceId>(device) === identity.deviceId ? [{ space, slot, seq, block: id }] : []
      })
      return { putKeys, putMembership, putMarks }
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
