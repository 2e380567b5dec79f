import { createEpoch } from '../../../src/access/making/createEpoch.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import type { KeyRing } from '../../../src/access/keys/keyRing.ts'
import type { OperationLog } from '../../../src/access/operationLog.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { createSpaceDocuments } from '../../../src/documents/createSpaceDocuments.ts'
import { loadContent } from '../../../src/documents/loading/loadContent.ts'
import type { SpaceDocuments } from '../../../src/documents/spaceDocuments.ts'
import { encodeBlock, type Block } from '../../../src/feed/block.ts'
import type { BlockGraph, BlockNode } from '../../../src/feed/graph/blockGraph.ts'
import { createBlockStore, type BlockStore } from '../../../src/feed/store/blockStore.ts'
import { createDeviceQuotas, type DeviceQuotas } from '../../../src/feed/deviceQuotas.ts'
import type { HeldLimits } from '../../../src/feed/graph/heldBlocks.ts'
import type { BlockReceiver, ReceiveOutcome } from '../../../src/feed/blockReceiver.ts'
import { createBlockReceiver } from '../../../src/feed/createBlockReceiver.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import type { EchoError } from '../../../src/shared/echoError.ts'
import type { SpaceId } from '../../../src/shared/ids.ts'
import { createMemoryDisk, type MemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { createMemoryDocumentCaches, type MemoryCacheDisk } from '../../../src/testing/memoryDocumentCaches.ts'
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { admit, createPerson, found, seededCrypto } from '../access/people.ts'

/** A space with its membership and key, which all its members' devices in a test share. */
export interface TestSpace {
  readonly crypto: CryptoPort
  readonly clock: SimulatedClock
  readonly space: SpaceId
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly alice: LocalIdentity
  readonly bob: LocalIdentity
  /** May read only. */
  readonly rita: LocalIdentity
}

export async function createTestSpace(crypto: CryptoPort = seededCrypto('documents')): Promise<TestSpace> {
  const founded = await found(crypto)
  const { log, space, alice } = founded
  const bob = await createPerson(crypto)
  const rita = await createPerson(crypto)
  await admit(founded, alice, bob, 'editor')
  await admit(founded, alice, rita, 'reader')
  const keyRing = createKeyRing({ crypto, log })
  const epoch = await createEpoch({ crypto, log, signer: alice, keyRing })
  await log.add(epoch.operation)
  keyRing.add(epoch.key.id, epoch.key.key)
  return { crypto, clock: createSimulatedClock(), space, log, keyRing, alice, bob, rita }
}

/** The documents of a space in one tab of a device. */
export interface TestReplica {
  readonly documents: SpaceDocuments
  readonly graph: BlockGraph
  readonly store: BlockStore
  readonly storage: Storage
  readonly disk: MemoryDisk
  /** Own blocks in the order they were stored. */
  readonly stored: { readonly node: BlockNode; readonly block: Block }[]
  readonly faults: EchoError[]
  readonly receiver: BlockReceiver
  readonly quotas: DeviceQuotas
  /** Takes encoded blocks as if a peer had sent them. */
  receive(blocks: readonly Uint8Array[]): Promise<ReceiveOutcome[]>
  /** Every block that lies in storage, encoded, in causal order. */
  allBlocks(): Promise<Uint8Array[]>
}

export async function openReplica(
  { crypto, clock, space, log, keyRing }: TestSpace,
  identity: LocalIdentity,
  options: {
    readonly disk?: MemoryDisk
    readonly hint?: number
    readonly cached?: MemoryCacheDisk
    readonly hasCompany?: () => boolean
    readonly heldLimits?: HeldLimits
  } = {},
): Promise<TestReplica> {
  const disk = options.disk ?? createMemoryDisk()
  const cached = options.cached
  const storage = createMemoryStorage({
    disk,
    ...(cached && { documentCaches: (locks) => createMemoryDocumentCaches(cached, locks) }),
  })
  await storage.open()
  const faults: EchoError[] = []
  const stored: { node: BlockNode; block: Block }[] = []
  const store = createBlockStore({ crypto, storage, space, keyRing, clock, onFault: (error) => faults.push(error as EchoError) })
  const content = await loadContent({ crypto, clock, space, store, authors: log, caches: storage.documentCaches })
  if (!content.ok) throw content.error
  const { graph, root } = content.value
  const quotas = createDeviceQuotas({ clock })
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
    slotHint: options.hint,
    hasCompany: options.hasCompany ?? (() => true),
    onStored: (node, block) => stored.push({ node, block }),
    mend: async () => false,
    onFault: (error) => faults.push(error),
  })
  if (!opened.ok) throw opened.error
  const documents = opened.value
  const receiver = createBlockReceiver({
    crypto,
    clock,
    quotas,
    space,
    log,
    keyRing,
    graph,
    onAccepted: (accepted) => {
      store.gather(accepted.node, accepted.block)
      documents.accept(accepted)
    },
    ...(options.heldLimits === undefined ? {} : { heldLimits: options.heldLimits }),
  })

  return {
    documents,
    graph,
    store,
    storage,
    disk,
    receiver,
    quotas,
    stored,
    faults,
    async receive(blocks) {
      const outcomes = []
      for (const block of blocks) outcomes.push(await receiver.receive(block))
      documents.tick()
      return outcomes
    },
    async allBlocks() {
      const blocks = await store.get(graph.missingFor([]))
      return blocks.map((block) => encodeBlock(block!))
    },
  }
}

/** Gives each of two replicas what the other has. */
export async function exchange(a: TestReplica, b: TestReplica): Promise<void> {
  await a.documents.flush()
  await b.documents.flush()
  const [fromA, fromB] = [await a.allBlocks(), await b.allBlocks()]
  await b.receive(fromA)
  await a.receive(fromB)
}
