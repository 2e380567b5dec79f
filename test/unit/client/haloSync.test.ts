import { describe, expect, it } from 'vitest'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { deriveInvitationKeys } from '../../../src/access/invitations/invitationKeys.ts'
import { deriveRootKey, type RootKey } from '../../../src/identity/rootKey.ts'
import { encodeEndBody } from '../../../src/access/bodies/endBody.ts'
import { operationKinds } from '../../../src/access/operation.ts'
import { signUnder } from '../../../src/access/making/signUnder.ts'
import { createLeave, createRevocation } from '../../../src/access/making/createEnd.ts'
import { epochKeyId } from '../../../src/access/keys/epochKeys.ts'
import { createEpoch } from '../../../src/access/making/createEpoch.ts'
import { createGenesis } from '../../../src/access/making/createGenesis.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { createProfileBook } from '../../../src/access/profileBook.ts'
import type { SpaceHandle } from '../../../src/client/spaces/createSpaceHandle.ts'
import { deletedKey } from '../../../src/client/spaces/deletedSpaces.ts'
import type { EchoPorts } from '../../../src/client/echo.ts'
import { goneValue, haloContacts, haloNames, haloSpaces, spaceValue } from '../../../src/client/person/haloItems.ts'
import { createHaloSync } from '../../../src/client/person/haloSync.ts'
import type { OpenSpace } from '../../../src/client/spaces/openSpace.ts'
import type { MemberInfo } from '../../../src/client/states.ts'
import type { Value } from '../../../src/database/types/values.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createProfileRecord, type ProfileRecord } from '../../../src/identity/profileRecord.ts'
import type { Network } from '../../../src/network/network.ts'
import { createWritable } from '../../../src/shared/readable.ts'
import { idBytes, toId, type IdentityId, type SpaceId } from '../../../src/shared/ids.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { admit, createDevice, createPerson, seededCrypto } from '../access/people.ts'

const crypto = seededCrypto('halo sync')

/** A space with its first key, as one device holds it. */
async function createSpace(identity: LocalIdentity) {
  const genesis = await createGenesis({ crypto, identity, name: 'Ann' })
  const log = createMembershipLog({ crypto, space: genesis.space })
  await log.add(genesis.operation)
  const keyRing = createKeyRing({ crypto, log })
  const rotate = async (): Promise<void> => {
    const epoch = await createEpoch({ crypto, log, signer: identity, keyRing })
    await log.add(epoch.operation)
    keyRing.add(epoch.key.id, epoch.key.key)
  }
  await rotate()
  return { id: genesis.space, identity, log, keyRing, rotate, profiles: createProfileBook({ crypto, log }) }
}

/** Ann's laptop with the garden; her tablet, which a private space lists; `words`: where the phrase is on this device. */
async function createTest(words?: RootKey) {
  const clock = createSimulatedClock()
  const root = words?.signing ?? (await crypto.createSigningKey())
  const laptop = await createDevice(crypto, root)
  const tablet = await createDevice(crypto, root, laptop.signing)
  const garden = await createSpace(laptop)
  const halo = await createSpace(laptop)
  const signer = { deviceId: laptop.deviceId, signing: laptop.signing }
  for (const operation of await createDeviceAddition({ log: halo.log, identity: laptop.id, signer, record: tablet.record })) {
    await halo.log.add(operation)
  }
  const properties = createWritable<Readonly<Record<string, Value>>>({})
  const writes: string[] = []
  const database = {
    properties,
    setProperty(name: string, value: Value) {
      writes.push(name)
      properties.set({ ...properties.get(), [name]: value })
    },
  }
  const members = createWritable<readonly MemberInfo[]>([])
  const handle = { open: garden, space: { members, info: createWritable({ name: 'Garden' }) } } as unknown as SpaceHandle
  const handles = [handle]
  const faults: unknown[] = []
  const storage = createMemoryStorage()
  await storage.open()
  const buried: SpaceId[] = []
  const profile = createWritable<ProfileRecord | undefined>(undefined)
  const newer: string[] = []
  const directory = {
    handles: () => handles,
    ids: () => [garden.id],
    list: createWritable([]),
    state: () => createWritable({ status: 'ready' as const }),
    closed: () => [],
    open: () => Promise.reject(new Error('not open')),
    bury: async (id: SpaceId) => void buried.push(id),
  }
  const sync = createHaloSync({
    ports: { crypto, clock, storage, random: createSeededRandom('sync') } as unknown as EchoPorts,
    halo: { ...halo, database, documents: { flush: async () => {} } } as unknown as OpenSpace,
    directory,
    root: words,
    profile,
    onNewerProfile: (record) => newer.push(record.name),
    onUnsigned: (signed) => newer.push(signed === undefined ? 'unsigned' : `unsigned ${signed.name}`),
    onFetched: async () => {},
    onFault: (error) => faults.push(error),
  })
  const entered: string[] = []
  const left: string[] = []
  const network = {
    enter: ({ name }: { readonly name: string }) => (entered.push(name), { leave: async () => left.push(name), reportHandshake: () => {} }),
  } as unknown as Network
  return {
    clock,
    root,
    laptop,
    tablet,
    garden,
    handle,
    halo,
    database,
    directory,
    properties,
    writes,
    members,
    sync,
    network,
    entered,
    left,
    faults,
    profile,
    newer,
    handles,
    storage,
    buried,
  }
}

describe('the private space and this device', () => {
  it('list a device without the phrase in every space, in the tab that networks', async () => {
    const { clock, tablet, garden, sync, network, faults } = await createTest()
    await clock.run(1_000)
    expect(garden.log.device(tablet.deviceId)).toBe(undefined)
    sync.setNetwork(network)
    await clock.run(1_000)
    expect(garden.log.isWriter(tablet.id, tablet.deviceId)).toBe(true)
    const before = garden.log.operations().length
    await clock.run(60_000)
    expect(garden.log.operations()).toHaveLength(before)
    expect(faults).toEqual([])
  })

  it('list no device again that was shut out of a space, though the private space has not heard of it yet', async () => {
    const { clock, laptop, tablet, garden, sync, network, faults } = await createTest()
    sync.setNetwork(network)
    await clock.run(1_000)
    const signer = { deviceId: laptop.deviceId, signing: laptop.signing }
    const ends = await createRevocation({ log: garden.log, identity: laptop.id, signer, device: tablet.deviceId, blocks: [] })
    for (const operation of ends) await garden.log.add(operation)
    await clock.run(60_000)
    expect(garden.log.device(tablet.deviceId)).toBe(undefined)
    expect(faults).toEqual([])
  })

  it('give no key of any space, and list no device anywhere, while one is in the private space that was shut out of a space', async () => {
    const { clock, laptop, tablet, garden, halo, handles, members, properties, sync, network, faults } = await createTest()
    sync.setNetwork(network)
    await clock.run(1_000)
    const shutOut = async (log: typeof garden.log): Promise<void> => {
      const signer = { deviceId: laptop.deviceId, signing: laptop.signing }
      const ends = await createRevocation({ log, identity: laptop.id, signer, device: tablet.deviceId, blocks: [] })
      for (const operation of ends) await log.add(operation)
    }
    const former = garden.keyRing.newest()!.id
    const known = (id: SpaceId) => (haloSpaces(properties.get()).get(id) as { readonly keyId: Uint8Array } | undefined)?.keyId
    await shutOut(garden.log)
    await garden.rotate()
    const shed = await createSpace(laptop)
    const info = createWritable({ name: 'Shed' })
    handles.unshift({ open: shed, space: { members, info } } as unknown as SpaceHandle)
    members.set([])
    await clock.run(60_000)
    expect([known(garden.id), known(shed.id), shed.log.device(tablet.deviceId)]).toEqual([former, undefined, undefined])
    await shutOut(halo.log)
    await halo.rotate()
    await clock.run(1_000)
    expect([known(garden.id), known(shed.id)]).toEqual([garden.keyRing.newest()!.id, shed.keyRing.newest()!.id])
    const item = haloSpaces(properties.get()).get(garden.id) as { readonly sealed: Uint8Array }
    expect(item.sealed.subarray(32, 64)).toEqual(halo.keyRing.newest()!.id)
    expect([shed.log.device(tablet.deviceId), faults]).toEqual([undefined, []])
  })

  it('shut out of a space what a lost device added after it was shut out itself, but wait for one that has the words', async () => {
    const { clock, root, laptop, tablet, halo, garden, handle, sync, network, faults } = await createTest()
    const out: string[] = []
    Object.assign(handle, { revokeDevice: async (device: string) => void out.push(device) })
    sync.setNetwork(network)
    await clock.run(1_000)
    const apart = createMembershipLog({ crypto, space: halo.id })
    for (const operation of halo.log.operations()) await apart.add(operation)
    const own = { deviceId: laptop.deviceId, signing: laptop.signing }
    const revocation = { log: halo.log, identity: laptop.id, signer: own, device: tablet.deviceId, blocks: [] }
    const ends = await createRevocation(revocation)
    const [ghost, fromWords] = [await createDevice(crypto, root, tablet.signing), await createDevice(crypto, root)]
    const signer = { deviceId: tablet.deviceId, signing: tablet.signing }
    for (const { record } of [ghost, fromWords]) {
      for (const operation of await createDeviceAddition({ log: apart, identity: laptop.id, signer, record })) {
        await apart.add(operation)
        await halo.log.add(operation)
      }
    }
    await clock.run(1_000)
    expect([ghost, fromWords].map(({ deviceId }) => garden.log.device(deviceId) !== undefined)).toEqual([true, true])
    for (const operation of ends) await halo.log.add(operation)
    await clock.run(5_000)
    expect(out).toEqual([])
    await clock.run(30_000)
    expect(new Set(out)).toEqual(new Set([tablet.deviceId, ghost.deviceId]))
    expect(faults).toEqual([])
  })

  it('list this device anew by the words where whoever listed it turns out to have been shut out, but not where it was itself', async () => {
    for (const isItself of [false, true]) {
      const words = await deriveRootKey(crypto, new Uint8Array(32).fill(6))
      const { clock, laptop, tablet, halo, database, directory, faults, storage } = await createTest(words)
      const phone = await createDevice(crypto, words.signing)
      const before = halo.log.heads()
      const list = async (signer: LocalIdentity): Promise<void> => {
        const by = { deviceId: signer.deviceId, signing: signer.signing }
        for (const operation of await createDeviceAddition({ log: halo.log, identity: laptop.id, signer: by, record: phone.record }))
          await halo.log.add(operation)
      }
      await list(isItself ? laptop : tablet)
      const identity = phone
      createHaloSync({
        ports: { crypto, clock, storage, random: createSeededRandom('phone') } as unknown as EchoPorts,
        halo: { ...halo, identity, database } as unknown as OpenSpace,
        directory,
        root: words,
        profile: createWritable<ProfileRecord | undefined>(undefined),
        onNewerProfile: () => {},
        onUnsigned: () => {},
        onFetched: async () => {},
        onFault: (error) => faults.push(error),
      })
      await clock.run(1_000)
      // The laptop had shut the tablet out before that.
      const end = { target: { kind: 'device', device: isItself ? phone.record.sign : tablet.record.sign }, blocks: [] } as const
      const as = halo.log.signingEntry(laptop.id, laptop.deviceId, 'owner')!.as
      const content = { kind: operationKinds.end, body: encodeEndBody({ ...end, ...(!isItself && { cut: before }) }) }
      await halo.log.add(await signUnder(halo.log, { signing: laptop.signing, as }, content))
      await clock.run(1_000)
      expect(halo.log.isWriter(phone.id, phone.deviceId)).toBe(!isItself)
      expect(faults).toEqual([])
    }
  })

  it('keep the newest key of each space, and leave one alone of which this log knows nothing', async () => {
    const { clock, garden, properties, writes } = await createTest()
    await clock.run(1_000)
    expect(haloSpaces(properties.get()).get(garden.id)).toMatchObject({ name: 'Garden', keyId: garden.keyRing.newest()!.id })
    await garden.rotate()
    await clock.run(1_000)
    expect(haloSpaces(properties.get()).get(garden.id)).toMatchObject({ keyId: garden.keyRing.newest()!.id })
    // Another device knows a later rotation.
    const item = properties.get()[haloNames.space(garden.id)] as { readonly key: Uint8Array }
    const later = item.key.slice().fill(9, 0, 32)
    properties.set({ ...properties.get(), [haloNames.space(garden.id)]: { name: 'Garden', key: later } })
    const before = writes.length
    await clock.run(60_000)
    expect(writes).toHaveLength(before)
  })

  it('remember people met, and who they are by their newest profile only', async () => {
    const { clock, properties, members } = await createTest()
    const ben = { id: 'B'.repeat(42) + 'A', role: 'editor', isMe: false, activity: 'offline', deviceCount: 1 } as unknown as MemberInfo
    members.set([{ ...ben, name: 'Ben' }])
    await clock.run(1_000)
    expect(haloContacts(properties.get()).get(ben.id as IdentityId)).toEqual({ name: 'Ben', counter: 0 })
    const newer = { name: 'Benjamin', counter: 4 }
    properties.set({ ...properties.get(), [haloNames.contact(ben.id)]: newer })
    await clock.run(60_000)
    expect(haloContacts(properties.get()).get(ben.id as IdentityId)).toEqual(newer)
  })

  it('do in all other spaces what fails in one, and report that once, until it has worked again', async () => {
    const { clock, laptop, tablet, garden, handles, members, properties, sync, network, faults } = await createTest()
    const shed = await createSpace(laptop)
    const refusal = new Error('refused')
    let isBroken = true
    const log = {
      ...shed.log,
      add: (operation: Uint8Array) => (isBroken ? Promise.reject(refusal) : shed.log.add(operation)),
    }
    const info = createWritable({ name: 'Shed' })
    handles.unshift({ open: { ...shed, log }, space: { members, info } } as unknown as SpaceHandle)
    sync.setNetwork(network)
    await clock.run(1_000)
    members.set([])
    await clock.run(1_000)
    expect(garden.log.isWriter(tablet.id, tablet.deviceId)).toBe(true)
    expect([...haloSpaces(properties.get()).keys()]).toEqual(expect.arrayContaining([shed.id, garden.id]))
    expect(faults).toEqual([refusal])
    isBroken = false
    members.set([])
    await clock.run(1_000)
    expect(shed.log.isWriter(tablet.id, tablet.deviceId)).toBe(true)
    expect(faults).toEqual([refusal])
  })

  it('put the recovery invitation right where the words are, once, and leave it alone where they are not', async () => {
    const words = await deriveRootKey(crypto, new Uint8Array(32).fill(3))
    const { signing, rendezvousKey: rk } = await deriveInvitationKeys(crypto, words.recoverySecret)
    const right = { id: signing.publicKey, rk }
    const wrong = { id: new Uint8Array(32).fill(1), rk }
    for (const [root, kept, then] of [
      [words, undefined, right],
      [words, wrong, right],
      [words, { id: right.id, rk: new Uint8Array(32) }, right],
      [words, right, right],
      [undefined, wrong, wrong],
    ] as const) {
      const { clock, properties, writes } = await createTest(root)
      if (kept !== undefined) properties.set({ recovery: kept })
      await clock.run(60_000)
      expect(properties.get()['recovery']).toEqual(then)
      expect(writes.filter((name) => name === 'recovery')).toHaveLength(then === kept ? 0 : 1)
    }
  })

  it('write a contact anew only where something shown has changed, and once in ten minutes', async () => {
    const { clock, laptop, garden, properties, members, writes } = await createTest()
    const ben = await createPerson(crypto)
    await admit({ crypto, log: garden.log, space: garden.id }, laptop, ben, 'editor')
    async function change(counter: number, name: string): Promise<void> {
      expect((await garden.profiles.add((await createProfileRecord(crypto, ben, counter, { name })).bytes)).ok).toBe(true)
      members.set([{ id: ben.id, role: 'editor', isMe: false, activity: 'offline', deviceCount: 1, name } as unknown as MemberInfo])
      await clock.run(1_000)
    }
    const count = (): number => writes.filter((name) => name === haloNames.contact(ben.id)).length
    const shown = () => haloContacts(properties.get()).get(ben.id)
    for (let counter = 1; counter <= 20; counter++) await change(counter, 'Ben')
    await clock.run(11 * 60_000)
    expect([count(), shown()?.name]).toEqual([1, 'Ben'])
    for (let counter = 21; counter <= 40; counter++) await change(counter, `Ben ${counter}`)
    expect([count(), shown()?.name]).toEqual([2, 'Ben 21'])
    await clock.run(11 * 60_000)
    expect([count(), shown()]).toEqual([3, { name: 'Ben 40', counter: 40 }])
    await clock.run(60 * 60_000)
    expect(count()).toBe(3)
  })

  it('take the profile that another live device signed', async () => {
    const { clock, tablet, properties, newer } = await createTest()
    const { bytes } = await createProfileRecord(crypto, tablet, 3, { name: 'Anna' })
    properties.set({ profile: bytes })
    await clock.run(1_000)
    expect(newer).toContain('Anna')
    expect(properties.get()['profile']).toBe(bytes)
  })

  it('take no profile that is forged, or of a device that the private space does not list, and put the own one there', async () => {
    const { clock, laptop, tablet, properties, profile, newer, writes } = await createTest()
    const own = await createProfileRecord(crypto, laptop, 2, { name: 'Ann' })
    profile.set(own)
    const unlisted = await createDevice(crypto, { ...laptop.signing, publicKey: laptop.record.identity }, laptop.signing)
    const good = (await createProfileRecord(crypto, tablet, 9, { name: 'Mallory' })).bytes
    const stranger = await createDevice(crypto, await crypto.createSigningKey())
    const foreign = (await createProfileRecord(crypto, stranger, 9, { name: 'Mallory' })).bytes
    const unknown = (await createProfileRecord(crypto, unlisted, 9, { name: 'Mallory' })).bytes
    for (const bad of [good.with(-1, good.at(-1)! ^ 1), foreign, unknown, new Uint8Array([1, 2])]) {
      properties.set({ profile: bad })
      await clock.run(1_000)
      expect(properties.get()['profile']).toBe(own.bytes)
    }
    expect(newer).toEqual([])
    const before = writes.length
    await clock.run(60_000)
    expect(writes).toHaveLength(before)
  })

  it('keep an own profile to themselves whose device is not live, for devices that did not would write in turn', async () => {
    const { clock, laptop, properties, profile, writes } = await createTest()
    const gone = await createDevice(crypto, { ...laptop.signing, publicKey: laptop.record.identity }, laptop.signing)
    const [ours, theirs] = await Promise.all([7, 8].map((counter) => createProfileRecord(crypto, gone, counter, { name: 'Ann' })))
    profile.set(ours)
    properties.set({ profile: theirs!.bytes })
    await clock.run(60_000)
    expect(writes).not.toContain('profile')
  })

  it('have an own profile signed again that a device signed which was shut out since, and let none of them be who never was one', async () => {
    const { clock, laptop, tablet, halo, properties, profile, newer, writes } = await createTest()
    const record = await createProfileRecord(crypto, tablet, 3, { name: 'Anna' })
    profile.set(record)
    properties.set({ ...properties.get(), profile: record.bytes })
    await clock.run(1_000)
    expect(newer).toEqual([])
    const signer = { deviceId: laptop.deviceId, signing: laptop.signing }
    const ends = await createRevocation({ log: halo.log, identity: laptop.id, signer, device: tablet.deviceId, blocks: [] })
    for (const operation of ends) await halo.log.add(operation)
    await clock.run(1_000)
    expect(new Set(newer)).toEqual(new Set(['unsigned Anna']))
    profile.set(await createProfileRecord(crypto, laptop, 4, { name: 'Anna' }))
    await clock.run(1_000)
    expect(properties.get()['profile']).toEqual(profile.get()!.bytes)
    newer.length = 0
    await clock.run(60_000)
    expect([newer, writes.filter((name) => name === 'profile')]).toEqual([[], ['profile']])
  })

  it('look for so many spaces at once, and for all in turns, however many are named', async () => {
    const { clock, halo, sync, network, properties, entered, left } = await createTest()
    const named: Record<string, Value> = {}
    for (let i = 0; i < 80; i++) {
      const space = toId<SpaceId>(crypto.randomBytes(32))
      const key = crypto.randomBytes(32)
      named[haloNames.space(space)] = (await spaceValue(crypto, halo, space, `Space ${i}`, {
        id: epochKeyId(crypto, idBytes(space), key),
        key,
      }))!
    }
    properties.set(named)
    sync.setNetwork(network)
    await clock.run(20_000)
    expect(entered).toHaveLength(32)
    await clock.run(61_000)
    expect(new Set(entered).size).toBe(80)
    expect(entered.length - left.length).toBeLessThanOrEqual(32)
  })

  it('fetch no space that is gone, or whose key does not open', async () => {
    const { clock, properties, sync, network, entered, faults } = await createTest()
    const [gone, sealed] = ['C', 'D'].map((letter) => (letter.repeat(42) + 'A') as SpaceId)
    properties.set({
      [haloNames.space(gone!)]: goneValue('deleted', []),
      [haloNames.space(sealed!)]: { name: 'x', key: new Uint8Array(124) },
    })
    sync.setNetwork(network)
    await clock.run(10_000)
    expect([entered, faults]).toEqual([[], []])
  })

  it('bury a space that another device has deleted, but not one that was joined again since', async () => {
    const { clock, laptop, garden, properties, sync, network, buried } = await createTest()
    sync.setNetwork(network)
    await clock.run(1_000)
    // Of an operation that this log does not know: the laptop has not heard why the space is gone.
    properties.set({ [haloNames.space(garden.id)]: goneValue('left', [new Uint8Array(32)]) })
    await clock.run(1_000)
    expect(buried).toEqual([])
    properties.set({ [haloNames.space(garden.id)]: goneValue('deleted', [new Uint8Array(32)]) })
    await clock.run(1_000)
    expect(new Set(buried)).toEqual(new Set([garden.id]))
    buried.length = 0
    const known = garden.log.heads()
    properties.set({ [haloNames.space(garden.id)]: goneValue('deleted', known) })
    await clock.run(1_000)
    expect(buried).toEqual([])
    expect(haloSpaces(properties.get()).get(garden.id)).toMatchObject({ keyId: garden.keyRing.newest()!.id })
    for (const operation of await createLeave({ log: garden.log, signer: laptop, blocks: [] })) await garden.log.add(operation)
    await clock.run(1_000)
    const ends = garden.log.endIdsAgainst(laptop.deviceId)
    expect(ends).toHaveLength(1)
    expect(haloSpaces(properties.get()).get(garden.id)).toEqual({ gone: 'left', ends })
    properties.set({ [haloNames.space(garden.id)]: goneValue('deleted', ends) })
    await clock.run(1_000)
    expect(buried).toContain(garden.id)
  })

  it('tell of a space that was deleted here, once', async () => {
    const { clock, properties, storage, sync, network, writes } = await createTest()
    const id = ('C'.repeat(42) + 'A') as SpaceId
    await storage.write({ putKeys: [{ key: deletedKey(id), value: [new Uint8Array(32).fill(7)] }] }, 'strict')
    sync.setNetwork(network)
    await clock.run(1_000)
    expect(haloSpaces(properties.get()).get(id)).toEqual({ gone: 'deleted', ends: [new Uint8Array(32).fill(7)] })
    expect(await storage.readKey(deletedKey(id))).toBe(undefined)
    properties.set({ ...properties.get() })
    await clock.run(1_000)
    expect(writes.filter((name) => name === haloNames.space(id))).toHaveLength(1)
  })

  it('leave the word alone that a space is open under a key that this device, being out of it, does not hold', async () => {
    const { clock, laptop, garden, properties, writes } = await createTest()
    await clock.run(1_000)
    for (const operation of await createLeave({ log: garden.log, signer: laptop, blocks: [] })) await garden.log.add(operation)
    const newer = { name: 'Garden', key: new Uint8Array(124).fill(9) }
    properties.set({ [haloNames.space(garden.id)]: newer })
    writes.length = 0
    await clock.run(1_000)
    expect(writes).not.toContain(haloNames.space(garden.id))
  })

  it('say nothing more once it has ended', async () => {
    const { clock, writes, sync, members } = await createTest()
    sync.dispose()
    members.set([])
    await clock.run(10_000)
    expect(writes).toEqual([])
  })
})
