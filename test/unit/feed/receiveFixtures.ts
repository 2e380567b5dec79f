import * as Y from 'yjs'
import type { EpochKey, KeyRing } from '../../../src/access/keys/keyRing.ts'
import type { MembershipLog, Role } from '../../../src/access/membershipLog.ts'
import { labelledHash } from '../../../src/crypto/labels.ts'
import type { CryptoPort, SigningKey } from '../../../src/crypto/cryptoPort.ts'
import { encodeBlock, signBlock, type Block } from '../../../src/feed/block.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import type { BlockGraph } from '../../../src/feed/graph/blockGraph.ts'
import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { createDeviceQuotas, deviceAllowances, type Allowances } from '../../../src/feed/deviceQuotas.ts'
import { plaintextHash, sealPayload } from '../../../src/feed/envelope.ts'
import { maxHeldBlocks, maxHeldBytes, type HeldLimits } from '../../../src/feed/graph/heldBlocks.ts'
import { blockIdOf, encodeHeader, type BlockHeader } from '../../../src/feed/header.ts'
import type { AcceptedBlock, ReceiveOutcome } from '../../../src/feed/blockReceiver.ts'
import { createBlockReceiver } from '../../../src/feed/createBlockReceiver.ts'
import { toHex } from '../../../src/shared/bytes.ts'
import { idBytes, toId, type DeviceId } from '../../../src/shared/ids.ts'
import { systemClock, type Clock } from '../../../src/shared/ports.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { bytes32, space, spaceBytes, zero32 } from './feedFixtures.ts'
import { createDoc } from './yjsHistories.ts'

/** The synchronous stand-in. */
export const crypto = createSimulatedCrypto(createSeededRandom('receive'))
/** The one head of the membership log that everyone knows. */
export const knownHead = bytes32(1)

/** The epoch key of a number. */
export function epochKey(seed: number): EpochKey {
  const key = bytes32(seed)
  return { id: labelledHash(crypto, 'key id', spaceBytes, key), key }
}

/** Keys, with the last one as the newest. */
export function createFakeKeyRing(...keys: EpochKey[]): KeyRing & { readonly keys: EpochKey[] } {
  const get = (id: Uint8Array) => keys.find((key) => toHex(key.id) === toHex(id))
  return { keys, newest: () => keys.at(-1), get, add: () => true, all: () => keys, recent: () => keys, onAdded: () => () => undefined }
}

/** A log in which everybody has an entry whom `roles` names; heads other than `heads` are not here. */
function createFakeLog(roles: Map<DeviceId, Role>, heads: Set<string>): MembershipLog {
  const roleAt: MembershipLog['roleAt'] = (named, _identity, device) =>
    named.some((head) => !heads.has(toHex(head))) ? 'unknown' : roles.get(device)
  const device = (id: DeviceId) => (roles.has(id) ? {} : undefined)
  const members = () => new Map([['everybody', { devices: [...roles.keys()].map((id) => ({ sign: idBytes(id) })) }]])
  return {
    roleAt,
    device,
    wasListed: (id: DeviceId) => roles.has(id),
    state: { get: () => ({ members: members() }) },
  } as unknown as MembershipLog
}

/** A writer, who cuts a block of every change. */
export async function createAuthor(device?: SigningKey) {
  const signing = device ?? (await crypto.createSigningKey())
  const client = clientIdOf(crypto, spaceBytes, signing.publicKey, 0)
  const doc = createDoc(client, false)
  const pending: Uint8Array[] = []
  let previous: { readonly id: Uint8Array; readonly seq: number } | undefined
  let to = 0
  doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
    if (transaction.local) pending.push(update)
  })

  async function seal(header: BlockHeader, payload: Uint8Array, key: EpochKey): Promise<Block & { readonly id: Uint8Array }> {
    const bytes = encodeHeader(header)
    const id = idBytes(blockIdOf(crypto, bytes))
    const envelope = await sealPayload(crypto, { space: spaceBytes, key, device: signing.publicKey, slot: 0, blockId: id, payload })
    return { header: bytes, signature: await signBlock(signing, bytes), envelope, id }
  }

  function nextHeader(payload: Uint8Array, key: EpochKey): BlockHeader {
    return {
      space: spaceBytes,
      identity: bytes32(500),
      device: signing.publicKey,
      slot: 0,
      seq: previous === undefined ? 0 : previous.seq + 1,
      previous: previous?.id ?? zero32,
      dependencies: [],
      membership: [knownHead],
      document: new Uint8Array(16).fill(3),
      keyId: key.id,
      from: to,
      to: Y.getState(doc.store, client),
      timeMs: 0,
      plaintextHash: plaintextHash(crypto, spaceBytes, key, payload),
      retracts: [],
    }
  }

  return {
    doc,
    client,
    device: toId<DeviceId>(signing.publicKey),
    signing,
    /** Signs and seals properly whatever `payload` and `changes` say, as the next block, without moving on. */
    forge(payload: Uint8Array, changes: Partial<BlockHeader> = {}, key = epochKey(1)) {
      return seal({ ...nextHeader(payload, key), ...changes }, payload, key)
    },
    async cut(text: string, changes: Partial<BlockHeader> = {}, key = epochKey(1)) {
      doc.getText('text').insert(doc.getText('text').length, text)
      const payload = pending.splice(0)[0]!
      const header = { ...nextHeader(payload, key), ...changes }
      const block = await seal(header, payload, key)
      previous = { id: block.id, seq: header.seq }
      to = header.to
      return block
    },
  }
}

/** What {@link createAuthor} gives. */
export type Author = Awaited<ReturnType<typeof createAuthor>>

/** A receiver with a document of what it accepted; the authors are editors. */
export function createReceiver(
  authors: readonly Author[],
  ring = createFakeKeyRing(epochKey(1)),
  {
    clock = systemClock,
    allowances = deviceAllowances,
    open = crypto.open,
    heldLimits = { blocks: maxHeldBlocks, bytes: maxHeldBytes },
    slow = (graph) => graph,
  }: {
    readonly clock?: Clock
    readonly allowances?: Allowances
    readonly open?: CryptoPort['open']
    readonly heldLimits?: HeldLimits
    /** Makes a graph take its time. */
    readonly slow?: (graph: BlockGraph) => BlockGraph
  } = {},
) {
  const quotas = createDeviceQuotas({ clock, allowances })
  const roles = new Map<DeviceId, Role>(authors.map(({ device }) => [device, 'editor']))
  const doc = createDoc(1, false)
  const accepted: AcceptedBlock[] = []
  const graph = slow(createBlockGraph({ crypto, space }))
  const heads = new Set([toHex(knownHead)])
  const log = createFakeLog(roles, heads)
  const receiver = createBlockReceiver({
    crypto: { ...crypto, open },
    clock,
    quotas,
    space,
    log,
    keyRing: ring,
    graph,
    heldLimits,
    onAccepted(block) {
      accepted.push(block)
      Y.applyUpdate(doc, block.payload)
    },
  })
  return {
    ...receiver,
    receiver,
    quotas,
    graph,
    roles,
    ring,
    accepted,
    doc,
    /** An operation arrived that is a head of the log. */
    learn: (head: Uint8Array) => heads.add(toHex(head)),
    text: () => doc.getText('text').toString(),
    take: (block: Block) => receiver.receive(encodeBlock(block)),
  }
}

/** The status, or `<layer>/<reason>` of a refusal. */
export const brief = (outcome: ReceiveOutcome) => (outcome.status === 'refused' ? `${outcome.layer}/${outcome.reason}` : outcome.status)

/** With the lowest bit of one byte changed. */
export function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, bytes[at]! ^ 1)
}
