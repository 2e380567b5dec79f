import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createProfileBook } from '../../../src/access/profileBook.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import type { Block } from '../../../src/feed/block.ts'
import { maxHeldBlocks, maxHeldBytes } from '../../../src/feed/graph/heldBlocks.ts'
import type { BlockReceiver } from '../../../src/feed/blockReceiver.ts'
import { createSealAnew } from '../../../src/feed/sealAnew.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createMemorySwarm, type MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { createSpaceReplication } from '../../../src/replication/createSpaceReplication.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'
import type { Clock } from '../../../src/shared/ports.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { openReplica, type TestSpace } from '../documents/createTestSpace.ts'

let sideCount = 0

function after<T>(clock: Clock, delayMs: number, value: Promise<T>): Promise<T> {
  return delayMs === 0 ? value : new Promise((resolve) => clock.after(delayMs, () => resolve(value)))
}

/** One device of the space with a membership log of its own, which begins with what the space has now. */
export async function createSide(
  world: TestSpace,
  identity: LocalIdentity,
  {
    alter = (block: Block): Block | undefined => block,
    operations = [] as readonly Uint8Array[],
    heldLimits = { blocks: maxHeldBlocks, bytes: maxHeldBytes },
  } = {},
) {
  const { clock, space } = world
  /** How long this device takes to verify a signature. */
  const pace = { verifyMs: 0 }
  const crypto: CryptoPort = { ...world.crypto, verify: (...signed) => after(clock, pace.verifyMs, world.crypto.verify(...signed)) }
  const log = createMembershipLog({ crypto, space })
  for (const operation of world.log.operations()) await log.add(operation)
  const keyRing = createKeyRing({ crypto, log })
  const key = world.keyRing.newest()!
  keyRing.add(key.id, key.key)
  const replica = await openReplica({ ...world, log, keyRing }, identity, { heldLimits })
  const { documents, graph, store, receiver, quotas } = replica
  const faults: unknown[] = []
  const newer: unknown[] = []
  const barred: (readonly [DeviceId, number])[] = []
  const wantedAgain = new Set<(devices: readonly DeviceId[]) => void>()
  const replication = createSpaceReplication({
    crypto,
    clock,
    random: createSeededRandom(`side ${sideCount++}`),
    identity,
    space,
    log: { ...log, missingFor: (heads) => [...log.missingFor(heads), ...operations] },
    keyRing,
    profiles: createProfileBook({ crypto, log }),
    graph,
    store: { ...store, get: async (nodes) => (await store.get(nodes)).map((block) => block && alter(block)) },
    receiver: Object.assign(Object.create(receiver) as BlockReceiver, {
      onWantedAgain: (listener: (devices: readonly DeviceId[]) => void) => {
        wantedAgain.add(listener)
        return receiver.onWantedAgain(listener)
      },
    }),
    sealAnew: createSealAnew({ crypto, space, keyRing, log, graph, device: identity.signing.publicKey, slot: documents.slot }),
    quotas,
    ownName: () => 'name',
    onHeads: () => {},
    onUnknownHead: () => {},
    wanted: () => [],
    onRefused: () => {},
    onBarred: (peer, ms) => barred.push([peer.device, ms]),
    onNewerVersion: (from) => newer.push(from?.identity),
    onKey: () => {},
    onFault: (error) => faults.push(error),
  })
  /** As when there is room again for blocks of the devices that were dropped. */
  const wantAgain = (...devices: DeviceId[]): void => wantedAgain.forEach((listener) => listener(devices))
  return { wantAgain, log, replication, faults, newer, pace, quotas, documents, receiver, barred, replica }
}

/** Twenty milliseconds each way. */
export function createSwarm(world: TestSpace): MemorySwarm {
  return createMemorySwarm({ clock: world.clock, random: createSeededRandom('swarm'), latencyMs: [20, 20], connectMs: [1, 1] })
}
