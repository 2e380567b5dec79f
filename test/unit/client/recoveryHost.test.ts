import { describe, expect, it } from 'vitest'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { createRevocation } from '../../../src/access/making/createEnd.ts'
import { createEpoch } from '../../../src/access/making/createEpoch.ts'
import { createHaloGenesis } from '../../../src/access/making/createGenesis.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { deriveInvitationKeys } from '../../../src/access/invitations/invitationKeys.ts'
import type { EchoPorts } from '../../../src/client/echo.ts'
import type { OpenSpace } from '../../../src/client/spaces/openSpace.ts'
import { joinByPhrase } from '../../../src/client/devices/recoveryGuest.ts'
import { createRecoveryPlace, hostRecovery } from '../../../src/client/devices/recoveryHost.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { deriveRootKey } from '../../../src/identity/rootKey.ts'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import type { JoinedSpace } from '../../../src/replication/joining/guestJoin.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createDevice, createPerson, seededCrypto } from '../access/people.ts'

/** Ann's laptop, waiting in the room of her phrase. */
async function createTest(hosted = 7) {
  const crypto = seededCrypto('recovery')
  const clock = createSimulatedClock()
  const random = createSeededRandom('recovery')
  const swarm = createMemorySwarm({ clock, random })
  const ports = { crypto, clock, random } as unknown as EchoPorts
  const root = await deriveRootKey(crypto, new Uint8Array(32).fill(7))
  const owner = hosted === 7 ? root : await deriveRootKey(crypto, new Uint8Array(32).fill(hosted))
  const laptop = await createDevice(crypto, owner.signing)
  const genesis = await createHaloGenesis(crypto, owner)
  const log = createMembershipLog({ crypto, space: genesis.space })
  await log.add(genesis.operation)
  const signer = { deviceId: 'root', signing: owner.signing } as const
  for (const operation of await createDeviceAddition({ log, identity: laptop.id, signer, record: laptop.record })) await log.add(operation)
  const keyRing = createKeyRing({ crypto, log })
  const epoch = await createEpoch({ crypto, log, signer: laptop, keyRing })
  await log.add(epoch.operation)
  keyRing.add(epoch.key.id, epoch.key.key)
  const halo = {
    id: genesis.space,
    identity: laptop,
    log,
    keyRing,
    graph: { heads: () => [] },
    documents: { flush: async () => {}, isStored: () => true },
    operationsStored: async () => {},
  } as unknown as OpenSpace
  const faults: unknown[] = []
  const onFault = (error: unknown): void => void faults.push(error)
  const { signing, rendezvousKey } = await deriveInvitationKeys(crypto, root.recoverySecret)
  const invitation = { id: signing.publicKey, rk: rendezvousKey }
  const host = hostRecovery({ ports, network: swarm.peer('laptop'), halo, ownName: () => 'Ann', invitation, onFault })
  const joined: JoinedSpace[] = []

  function come(name: string, identity: LocalIdentity, by = root): { dispose(): void } {
    return joinByPhrase({
      ports,
      network: swarm.peer(name),
      identity,
      root: by,
      ownName: '',
      onJoined: async (space) => void joined.push(space),
      onFault,
    })
  }
  const codes = (): unknown[] => faults.map((error) => (error as { code?: string }).code ?? error)
  return { crypto, clock, root, laptop, genesis, log, epoch, host, come, joined, codes }
}

describe('a device in the room of the phrase', () => {
  it('is listed and gets log and key', async () => {
    const { crypto, clock, root, genesis, log, epoch, come, joined, codes } = await createTest()
    const phone = await createDevice(crypto, root.signing)
    come('phone', phone)
    await clock.run(20_000)
    expect(joined).toMatchObject([{ space: genesis.space, key: { id: epoch.key.id } }])
    expect(log.isWriter(phone.id, phone.deviceId)).toBe(true)
    expect(codes()).toEqual([])
  })

  it('is refused where its record is of somebody else, or certified by another device instead of the root key', async () => {
    const { crypto, clock, root, laptop, log, come, joined, codes } = await createTest()
    const before = log.operations().length
    come('stranger', await createPerson(crypto))
    await clock.run(20_000)
    expect(new Set(codes())).toEqual(new Set(['not-authorised']))
    come('certified by the laptop', await createDevice(crypto, root.signing, laptop.signing))
    await clock.run(20_000)
    expect(new Set(codes())).toEqual(new Set(['not-authorised']))
    expect([log.operations().length, joined]).toEqual([before, []])
  })

  it('hears nothing with another phrase, and meets nobody who only claims to be of the person', async () => {
    const { crypto, clock, root, host, come, joined, codes } = await createTest()
    const wrong = await deriveRootKey(crypto, new Uint8Array(32).fill(8))
    come('wrong words', await createDevice(crypto, wrong.signing), wrong)
    await clock.run(20_000)
    expect(joined).toEqual([])
    host.dispose()
    // Two that wait for somebody do not take each other for it.
    const [one, two] = [await createDevice(crypto, root.signing), await createDevice(crypto, root.signing)]
    come('one', one)
    come('two', two)
    await clock.run(60_000)
    expect([joined, codes()]).toEqual([[], []])
  })

  it('does not believe a host whose private space is not the one that the phrase names', async () => {
    // The host knows the invitation, as a device that was shut out does, and serves a space of its own making.
    const { crypto, clock, root, come, joined, codes } = await createTest(9)
    come('phone', await createDevice(crypto, root.signing))
    await clock.run(20_000)
    expect(joined).toEqual([])
    expect(codes().length).toBeGreaterThan(0)
  })

  it('is told that it was removed where it was shut out, and not listed again', async () => {
    const { crypto, clock, root, log, come, joined, codes } = await createTest()
    const phone = await createDevice(crypto, root.signing)
    const signer = { deviceId: 'root', signing: root.signing } as const
    const first = come('phone', phone)
    await clock.run(20_000)
    expect(joined).toHaveLength(1)
    first.dispose()
    const parts = { log, identity: phone.id, signer, device: phone.deviceId, blocks: [] }
    for (const operation of await createRevocation(parts)) await log.add(operation)
    come('phone again', phone)
    await clock.run(20_000)
    expect([joined.length, log.device(phone.deviceId), new Set(codes())]).toEqual([1, undefined, new Set(['removed'])])
  })
})

it('a device waits in the room of the invitation that the private space names last', () => {
  const place = createRecoveryPlace()
  const steps: string[] = []
  const follow = (n: number | undefined): void => {
    const invitation = n === undefined ? undefined : { id: new Uint8Array(32).fill(n), rk: new Uint8Array(32).fill(n) }
    place.follow(invitation, ({ id }) => (steps.push(`enter ${id[0]}`), { dispose: () => void steps.push(`leave ${id[0]}`) }))
  }
  for (const n of [1, 1, 2, undefined, undefined, 2]) follow(n)
  expect(steps).toEqual(['enter 1', 'leave 1', 'enter 2', 'leave 2', 'enter 2'])
})
