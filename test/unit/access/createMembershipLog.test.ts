import { beforeEach, describe, expect, it } from 'vitest'
import { encodeAdmitBody, type AdmitBody } from '../../../src/access/bodies/admitBody.ts'
import { encodeEpochBody } from '../../../src/access/bodies/epochBody.ts'
import { encodeGenesisBody, type GenesisOwner } from '../../../src/access/bodies/genesisBody.ts'
import { createConsent, invitationTarget } from '../../../src/access/making/consent.ts'
import { createGenesis } from '../../../src/access/making/createGenesis.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { maxHeldOperations } from '../../../src/access/heldOperations.ts'
import {
  decodeOperation,
  encodeUnsignedOperation,
  operationKinds,
  signOperation,
  type OperationContent,
} from '../../../src/access/operation.ts'
import type { SigningKey } from '../../../src/crypto/cryptoPort.ts'
import { labelledHash } from '../../../src/crypto/labels.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createDeviceRecord } from '../../../src/identity/record.ts'
import { toBase64Url } from '../../../src/shared/bytes.ts'
import { idBytes, toId, type SpaceId } from '../../../src/shared/ids.ts'
import { admit, consentTo, createDevice, createPerson, found, type Founded } from './people.ts'

const zero = new Uint8Array(32)
const failure = (error: string) => ({ ok: false, error })
const added = { ok: true, value: 'added' }
const held = { ok: true, value: 'held' }
const known = { ok: true, value: 'known' }

let founded: Founded
let bob: LocalIdentity
let carol: LocalIdentity
let dave: LocalIdentity
/** Alice owner, bob admin, carol editor, dave reader, each admitted by the one before or by bob. */
beforeEach(async () => {
  founded = await found()
  const people = [0, 1, 2].map(() => createPerson(founded.crypto))
  ;[bob, carol, dave] = (await Promise.all(people)) as [LocalIdentity, LocalIdentity, LocalIdentity]
  await admit(founded, founded.alice, bob, 'admin')
  await admit(founded, bob, carol, 'editor')
  await admit(founded, bob, dave, 'reader')
})

function entryOf(person: LocalIdentity) {
  const entry = founded.log.signingEntry(person.id, person.deviceId, 'reader')
  if (entry === undefined) throw new Error('no entry')
  return entry.as
}

/** A properly signed operation by `signer`, with what the case gets wrong. */
function write(signer: LocalIdentity, changes: Partial<OperationContent>, key: SigningKey = signer.signing): Promise<Uint8Array> {
  return signOperation(key, {
    space: idBytes(founded.space),
    kind: operationKinds.admit,
    as: entryOf(signer),
    by: signer.record.sign,
    parents: founded.log.heads(),
    body: new Uint8Array(),
    ...changes,
  })
}

async function admitBody(guest: LocalIdentity, changes: Partial<AdmitBody> = {}): Promise<Uint8Array> {
  const consent = await consentTo(founded.crypto, founded.space, guest)
  const devices = [{ listed: true, record: guest.record }]
  return encodeAdmitBody({ role: 'editor', name: 'Guest', devices, consenter: 0, ...consent, ...changes })
}

function epochBody(device: Uint8Array, keyId = founded.crypto.randomBytes(32)): Uint8Array {
  return encodeEpochBody({ keyId, oneTimeKey: zero, recipients: [{ device, sealed: new Uint8Array(48) }], previous: [] })
}

function idOf(operation: Uint8Array): Uint8Array {
  const decoded = decodeOperation(founded.crypto, operation)
  if (!decoded.ok) throw new Error(decoded.error)
  return decoded.value.id
}

describe('the membership log', () => {
  it('knows the members that were admitted, with their roles, ranks, names and devices', () => {
    const { members, version } = founded.log.state.get()
    expect(version).toBe(4)
    expect([...members.values()].map(({ name, role, rank }) => [name, role, rank])).toEqual([
      ['Alice', 'owner', 0],
      ['Guest', 'admin', 1],
      ['Guest', 'editor', Number.POSITIVE_INFINITY],
      ['Guest', 'reader', Number.POSITIVE_INFINITY],
    ])
    expect(members.get(carol.id)?.devices).toEqual([carol.record])
    expect(founded.log.device(carol.deviceId)).toEqual({ member: members.get(carol.id), record: carol.record })
    expect(founded.log.device(toId(zero))).toBeUndefined()
  })

  it('tells writers from readers by person and device together', () => {
    const { log, alice } = founded
    expect([alice, bob, carol, dave].map((person) => log.isWriter(person.id, person.deviceId))).toEqual([true, true, true, false])
    expect(log.isWriter(alice.id, carol.deviceId)).toBe(false)
  })

  it('keeps the value of its state until it changes, and tells of each change', async () => {
    const { log } = founded
    let changes = 0
    const stop = log.state.subscribe(() => changes++)
    const before = log.state.get()
    expect(log.state.get()).toBe(before)
    await admit(founded, bob, await createPerson(founded.crypto), 'reader')
    expect(changes).toBe(1)
    expect(log.state.get()).not.toBe(before)
    expect(log.state.get().version).toBe(5)
    await log.add(await write(bob, { kind: 99 }, carol.signing))
    stop()
    await admit(founded, bob, await createPerson(founded.crypto), 'reader')
    expect(changes).toBe(1)
  })

  it('knows an operation that it has, whatever its copy is signed with', async () => {
    const operation = founded.log.operations()[1]!
    expect(await founded.log.add(operation)).toEqual(known)
    const copy = operation.slice()
    copy[copy.length - 1]! ^= 1
    expect(await founded.log.add(copy)).toEqual(known)
  })

  it('keeps its own copy of what it is given', async () => {
    const operation = await write(bob, { body: await admitBody(await createPerson(founded.crypto)) })
    const given = operation.slice()
    const adding = founded.log.add(given)
    given.fill(0)
    expect(await adding).toEqual(added)
    expect(founded.log.operations().at(-1)).toEqual(operation)
  })

  it('gives another log what it lacks, each operation after its parents', async () => {
    const { log, crypto, space, genesis } = founded
    const other = createMembershipLog({ crypto, space })
    await other.add(genesis)
    expect(log.missingFor(log.heads())).toEqual([])
    expect(log.missingFor([])).toEqual(log.operations())
    expect(log.missingFor([zero])).toEqual(log.operations())
    for (const operation of log.missingFor(other.heads())) expect(await other.add(operation)).toEqual(added)
    expect(other.heads()).toEqual(log.heads())
    expect(other.state.get()).toEqual(log.state.get())
    expect(log.knows(other.heads())).toBe(true)
    expect(log.knows([zero])).toBe(false)
  })

  it('says what someone was at given heads, for ever', async () => {
    const { log } = founded
    const before = log.heads()
    const genesis = [idOf(founded.genesis)]
    await admit(founded, founded.alice, carol, 'admin')
    expect(log.roleAt(before, carol.id, carol.deviceId)).toBe('editor')
    expect(log.roleAt(log.heads(), carol.id, carol.deviceId)).toBe('admin')
    expect(log.roleAt(genesis, carol.id, carol.deviceId)).toBeUndefined()
    expect(log.roleAt(log.heads(), bob.id, carol.deviceId)).toBeUndefined()
    expect(log.roleAt([...before, zero], carol.id, carol.deviceId)).toBe('unknown')
    expect(log.roleAt([], carol.id, carol.deviceId)).toBeUndefined()
    // The root key signs for devices only, it never writes.
    expect(log.roleAt(log.heads(), carol.id, toId(carol.record.identity))).toBeUndefined()
  })

  it('tells before from after, and nothing is before itself', () => {
    const [genesis, second] = founded.log.operations().map(idOf) as [Uint8Array, Uint8Array]
    expect(founded.log.isBefore(genesis, second)).toBe(true)
    expect(founded.log.isBefore(second, genesis)).toBe(false)
    expect(founded.log.isBefore(second, second)).toBe(false)
    expect([founded.log.isBefore(zero, second), founded.log.isBefore(genesis, zero)]).toEqual([false, false])
  })

  it('shows one record for a device that comes with two, that of the most senior admission', async () => {
    const { log, crypto } = founded
    const root = await crypto.createSigningKey()
    const device = await createDevice(crypto, root)
    const { agreement } = await createPerson(crypto)
    const other = { ...device, record: await createDeviceRecord(root.publicKey, root, { signing: device.signing, agreement }) }
    await admit(founded, bob, device, 'reader')
    await admit(founded, bob, other, 'editor')
    expect(log.state.get().members.get(device.id)?.devices).toEqual([other.record])
    expect(log.device(device.deviceId)?.record).toEqual(other.record)
  })

  it('names as parents all heads, and above 64 those with the largest past and one that reaches the signer', async () => {
    const { log } = founded
    const old = log.heads()
    for (let i = 0; i < 70; i++)
      expect(await log.add(await write(carol, { kind: 99, parents: old, body: Uint8Array.of(i) }))).toEqual(added)
    const late = await createPerson(founded.crypto)
    await log.add(await write(bob, { parents: old, body: await admitBody(late, { role: 'admin' }) }))
    const tip = log.heads().length
    expect(tip).toBe(71)
    const parents = log.parentsFor(entryOf(late))
    expect(parents).toHaveLength(64)
    expect(parents).toContainEqual(entryOf(late).operation)
    await admit(founded, late, await createPerson(founded.crypto), 'reader')
    expect(log.state.get().members.size).toBe(6)
    expect(log.heads()).toHaveLength(8)
  })
})

describe('a malformed operation is refused with the code of the first rule that it breaks:', () => {
  it('format', async () => {
    expect(await founded.log.add(new Uint8Array())).toEqual(failure('format'))
    expect(await founded.log.add((await write(bob, {})).slice(0, -1))).toEqual(failure('format'))
  })

  it('space, for an operation of another one', async () => {
    expect(await founded.log.add(await write(bob, { space: zero }))).toEqual(failure('space'))
    const other = await found(founded.crypto)
    expect(await founded.log.add(await admit(other, other.alice, dave, 'reader'))).toEqual(failure('space'))
  })

  it('signature, without shutting out the properly signed one', async () => {
    const body = await admitBody(await createPerson(founded.crypto))
    const { log } = founded
    expect(await log.add(await write(bob, { body }, carol.signing))).toEqual(failure('signature'))
    const good = await write(bob, { body })
    const child = await write(carol, { kind: 99, parents: [idOf(good)] })
    expect(await log.add(child)).toEqual(held)
    expect(await log.add(good)).toEqual(added)
    expect(await log.add(child)).toEqual(known)
  })

  it('genesis, for a second one and for an operation without parents', async () => {
    const { crypto, alice, log } = founded
    const second = await createGenesis({ crypto, identity: alice, name: 'Alice' })
    expect(await log.add(second.operation)).toEqual(failure('genesis'))
    expect(await log.add(await write(bob, { parents: [], body: await admitBody(await createPerson(crypto)) }))).toEqual(failure('genesis'))
    const asChild = await write(alice, { kind: operationKinds.genesis, space: zero })
    expect(await log.add(asChild)).toEqual(failure('genesis'))
  })

  it('parent, for what is built on a malformed operation, and what is built on that', async () => {
    const bad = await write(carol, { body: await admitBody(await createPerson(founded.crypto)) })
    expect(await founded.log.add(bad)).toEqual(failure('role'))
    const child = await write(alice(), { kind: 99, parents: [idOf(bad)] })
    expect(await founded.log.add(child)).toEqual(failure('parent'))
    const grandchild = await write(alice(), { kind: 99, parents: [idOf(child), ...founded.log.heads()] })
    expect(await founded.log.add(grandchild)).toEqual(failure('parent'))
  })

  it('entry, for a key that the named admission does not list', async () => {
    const { log, crypto } = founded
    const body = await admitBody(await createPerson(crypto))
    const stranger = await createPerson(crypto)
    const cases: Partial<OperationContent>[] = [
      { by: stranger.record.sign },
      { as: { operation: idOf(founded.genesis), index: 1 } },
      { as: { operation: zero, index: 0 } },
      { as: entryOf(alice()) },
    ]
    for (const change of cases) {
      const key = change.by === undefined ? bob.signing : stranger.signing
      expect(await log.add(await write(bob, { body, ...change }, key))).toEqual(failure('entry'))
    }
    // Listed, but not in the operation's past.
    expect(await log.add(await write(bob, { body, parents: [idOf(founded.genesis)] }))).toEqual(failure('entry'))
    expect(await log.add(await write(bob, { body }))).toEqual(added)
  })

  it('role, for who may not admit or rotate', async () => {
    const { log, crypto } = founded
    const guest = await createPerson(crypto)
    for (const signer of [carol, dave])
      expect(await log.add(await write(signer, { body: await admitBody(guest) }))).toEqual(failure('role'))
    expect(await log.add(await write(bob, { body: await admitBody(guest, { role: 'owner' }) }))).toEqual(failure('role'))
    expect(await log.add(await write(bob, { body: await admitBody(bob, { role: 'owner' }) }))).toEqual(failure('role'))
    expect(await log.add(await write(carol, { body: await admitBody(carol, { role: 'admin' }) }))).toEqual(failure('role'))
    const epoch = { kind: operationKinds.epoch, body: epochBody(dave.record.sign) }
    expect(await log.add(await write(dave, epoch))).toEqual(failure('role'))
    expect(await log.add(await write(carol, epoch))).toEqual(added)
  })

  it('body, for bytes that are no body', async () => {
    const { log, crypto } = founded
    const guest = await createPerson(crypto)
    const body = await admitBody(guest)
    for (const bad of [new Uint8Array(), body.slice(0, -1), Uint8Array.of(...body, 0), Uint8Array.of(4, ...body.slice(1))]) {
      expect(await log.add(await write(bob, { body: bad }))).toEqual(failure('body'))
      expect(await log.add(await write(bob, { kind: operationKinds.epoch, body: bad }))).toEqual(failure('body'))
    }
  })

  it('body, for a list of devices that the person did not make', async () => {
    const { log, crypto } = founded
    const root = await crypto.createSigningKey()
    const first = await createDevice(crypto, root)
    const second = await createDevice(crypto, root, first.signing)
    const listed = (person: LocalIdentity, isListed = true) => ({ listed: isListed, record: person.record })
    const change = (field: keyof LocalIdentity['record'], value: Uint8Array) => ({
      listed: true,
      record: { ...first.record, [field]: value },
    })
    const ownRoot = await createDeviceRecord(root.publicKey, root, { signing: root, agreement: first.agreement })
    const claimed = await createDeviceRecord(carol.record.identity, first.signing, second)
    const cases: Record<string, AdmitBody['devices']> = {
      'none listed': [listed(first, false)],
      'a chain without its start': [listed(second)],
      'a device before its certifier': [listed(second), listed(first)],
      'a device twice': [listed(first), listed(first)],
      "another person's device": [listed(first), listed(carol)],
      'a device that the first one certified for another person': [listed(first), { listed: true, record: claimed }],
      'a forged certificate': [change('certificate', new Uint8Array(64))],
      'a foreign self': [change('self', carol.record.self)],
      'another sealing key': [change('seal', carol.record.seal)],
      'the root key as a device': [{ listed: true, record: ownRoot }],
    }
    for (const [name, devices] of Object.entries(cases)) {
      expect([name, await log.add(await write(bob, { body: await admitBody(first, { devices }) }))]).toEqual([name, failure('body')])
    }
    expect(await log.add(await write(bob, { body: await admitBody(first, { devices: [listed(first), listed(second)] }) }))).toEqual(added)
  })

  it('body, for a chain of nine certificates', async () => {
    const { crypto, log } = founded
    const root = await crypto.createSigningKey()
    const chain: LocalIdentity[] = []
    for (let i = 0; i < 9; i++) chain.push(await createDevice(crypto, root, chain.at(-1)?.signing))
    const listOf = (length: number) => chain.slice(0, length).map(({ record }, index) => ({ listed: index === length - 1, record }))
    for (const [length, outcome] of [
      [9, failure('body')],
      [8, added],
    ] as const) {
      const body = await admitBody(chain[length - 1]!, { devices: listOf(length), consenter: length - 1 })
      expect(await log.add(await write(bob, { body }))).toEqual(outcome)
    }
    // What only carries the chain has no entry: a lost device does not come in with its junior.
    const last = chain[7]!
    expect(log.state.get().members.get(last.id)?.devices).toEqual([last.record])
    expect(log.device(chain[0]!.deviceId)).toBeUndefined()
  })

  it('body, for an admission without the consent of the device for this space, invitation and role of keys', async () => {
    const { crypto, log, space } = founded
    const guest = await createPerson(crypto)
    const other = await found(crypto)
    const invitationId = new Uint8Array(32).fill(9)
    const target = invitationTarget(crypto, idBytes(space))
    const sign = (key: SigningKey, record: LocalIdentity['record'], to = target) => createConsent(key, { target: to, invitationId, record })
    const cases: Record<string, Partial<AdmitBody>> = {
      none: { consent: new Uint8Array(64) },
      'for another space': await consentTo(crypto, other.space, guest),
      'for another invitation': { invitationId: new Uint8Array(32).fill(8) },
      'by the admitter': { consent: await sign(bob.signing, guest.record) },
      'for another person': { consent: await sign(guest.signing, { ...guest.record, identity: bob.record.identity }) },
      'for another device': { consent: await sign(guest.signing, { ...guest.record, sign: bob.record.sign }) },
      'for another sealing key': { consent: await sign(guest.signing, { ...guest.record, seal: bob.record.seal }) },
    }
    for (const [name, change] of Object.entries(cases)) {
      expect([name, await log.add(await write(bob, { body: await admitBody(guest, change) }))]).toEqual([name, failure('body')])
    }
    expect(await log.add(await write(bob, { body: await admitBody(guest) }))).toEqual(added)
  })

  it('body, for an epoch without recipients and for one that names an old key again', async () => {
    const { log, crypto } = founded
    const keyId = crypto.randomBytes(32)
    const epoch = (body: Uint8Array, parents = log.heads()) => write(carol, { kind: operationKinds.epoch, body, parents })
    const empty = encodeEpochBody({ keyId, oneTimeKey: zero, recipients: [], previous: [] })
    expect(await log.add(await epoch(empty))).toEqual(failure('body'))
    const before = log.heads()
    expect(await log.add(await epoch(epochBody(carol.record.sign, keyId)))).toEqual(added)
    expect(await log.add(await epoch(epochBody(bob.record.sign, keyId)))).toEqual(failure('body'))
    // Concurrently it cannot be told who was first; then every recipient of either must be live.
    expect(await log.add(await epoch(epochBody(crypto.randomBytes(32), keyId), before))).toEqual(added)
    expect(log.epochs().map((entry) => entry.usable)).toEqual([false, false])
  })

  it('newer-version, for an even kind or an even field that is not known; what is built on it waits', async () => {
    const { log, crypto } = founded
    const even = await write(carol, { kind: 12 })
    expect(await log.add(even)).toEqual(failure('newer-version'))
    expect(await log.add(await write(carol, { kind: 99, parents: [idOf(even)] }))).toEqual(held)
    const guest = await createPerson(crypto)
    const field = (tag: number) => ({ extensions: new Map([[tag, Uint8Array.of(1)]]) })
    expect(await log.add(await write(bob, { body: await admitBody(guest, field(2)) }))).toEqual(failure('newer-version'))
    expect(await log.add(await write(bob, { body: await admitBody(guest, field(3)) }))).toEqual(added)
    const stranger = await createPerson(crypto)
    expect(await log.add(await write(carol, { kind: 12, by: stranger.record.sign }, stranger.signing))).toEqual(failure('entry'))
  })

  it('none: an odd kind that is not known is kept and passed on without effect', async () => {
    const { log } = founded
    const before = log.state.get().members
    for (const kind of [15, 2 ** 40 + 1]) {
      const operation = await write(dave, { kind, body: Uint8Array.of(1, 2, 3) })
      expect(await log.add(operation)).toEqual(added)
      expect(log.operations().at(-1)).toEqual(operation)
    }
    expect(log.state.get().members).toEqual(before)
  })
})

describe('a genesis', () => {
  async function add(owners: readonly GenesisOwner[], signing: SigningKey) {
    const { crypto } = founded
    const content: OperationContent = {
      space: zero,
      kind: operationKinds.genesis,
      as: { operation: zero, index: 0 },
      by: signing.publicKey,
      parents: [],
      body: encodeGenesisBody({ nonce: new Uint8Array(16), owners }),
    }
    const space = toId<SpaceId>(labelledHash(crypto, 'operation', encodeUnsignedOperation(content)))
    const log = createMembershipLog({ crypto, space })
    return { log, result: await log.add(await signOperation(signing, content)) }
  }
  const owner = (person: LocalIdentity): GenesisOwner => ({
    identity: person.record.identity,
    name: 'Owner',
    devices: [{ listed: true, record: person.record }],
  })

  it('may have several owners and is signed by the first device', async () => {
    const { log, result } = await add([owner(bob), owner(carol)], bob.signing)
    expect(result).toEqual(added)
    expect([...log.state.get().members.values()].map(({ role }) => role)).toEqual(['owner', 'owner'])
    expect((await add([owner(bob), owner(carol)], carol.signing)).result).toEqual(failure('entry'))
    expect((await add([owner(bob)], carol.signing)).result).toEqual(failure('entry'))
  })

  it('without devices is signed by the root key of its one owner', async () => {
    const root = await founded.crypto.createSigningKey()
    const bare = { identity: root.publicKey, name: 'Me', devices: [] }
    expect((await add([bare], root)).result).toEqual(added)
    expect((await add([bare], bob.signing)).result).toEqual(failure('entry'))
    expect((await add([owner(bob), bare], bob.signing)).result).toEqual(failure('body'))
    expect((await add([bare, owner(bob)], bob.signing)).result).toEqual(failure('body'))
  })

  it('names nobody twice, nobody with a foreign device, and somebody', async () => {
    expect((await add([owner(bob), owner(bob)], bob.signing)).result).toEqual(failure('body'))
    expect((await add([{ ...owner(bob), identity: carol.record.identity }], bob.signing)).result).toEqual(failure('body'))
    expect((await add([], bob.signing)).result).toEqual(failure('body'))
  })
})

describe('an operation whose parents are not here', () => {
  it('is held and judged when the last of them comes', async () => {
    const { log, crypto, space, genesis } = founded
    const other = createMembershipLog({ crypto, space })
    const heard: string[] = []
    other.onAdded((operation, id) => heard.push(`${toBase64Url(id)} ${operation.length}`))
    const [, ...later] = log.operations()
    for (const operation of later.toReversed()) expect(await other.add(operation)).toEqual(held)
    expect(await other.add(later[0]!)).toEqual(held)
    expect(other.operations()).toEqual([])
    expect(await other.add(genesis)).toEqual(added)
    expect(other.state.get()).toEqual(log.state.get())
    expect(heard).toEqual(other.operations().map((operation) => `${toBase64Url(idOf(operation))} ${operation.length}`))
  })

  it('is dropped with all that waits for it when its parent turns out malformed', async () => {
    const { log } = founded
    const bad = await write(carol, { body: await admitBody(await createPerson(founded.crypto)) })
    const child = await write(alice(), { kind: 99, parents: [idOf(bad)] })
    const grandchild = await write(alice(), { kind: 99, parents: [idOf(child)] })
    const before = log.heads()
    expect(await log.add(grandchild)).toEqual(held)
    expect(await log.add(child)).toEqual(held)
    expect(await log.add(bad)).toEqual(failure('role'))
    expect(await log.add(child)).toEqual(failure('parent'))
    expect(await log.add(grandchild)).toEqual(failure('parent'))
    expect(log.heads()).toEqual(before)
  })

  it('is not held without a valid signature', async () => {
    const orphan = await write(carol, { kind: 99, parents: [zero] }, dave.signing)
    expect(await founded.log.add(orphan)).toEqual(failure('signature'))
  })

  it('is refused when 1,000 are held, and nothing held is lost', async () => {
    const { log } = founded
    const good = await write(bob, { body: await admitBody(await createPerson(founded.crypto)) })
    const child = await write(bob, { kind: 99, parents: [idOf(good)] })
    expect(await log.add(child)).toEqual(held)
    const orphan = (i: number) => write(carol, { kind: 99, parents: [zero], body: Uint8Array.of(i >> 8, i & 255) })
    for (let i = 1; i < maxHeldOperations; i++) expect(await log.add(await orphan(i))).toEqual(held)
    expect(await log.add(await orphan(0))).toEqual(failure('too-many-held'))
    expect(await log.add(good)).toEqual(added)
    expect(await log.add(child)).toEqual(known)
    expect(await log.add(await orphan(0))).toEqual(held)
  })

  it('is refused when 4 MiB are held, until some find their parents', async () => {
    const { log } = founded
    const parent = await write(bob, { body: await admitBody(await createPerson(founded.crypto)) })
    const child = (i: number, of = idOf(parent)) => write(carol, { kind: 99, parents: [of], body: new Uint8Array(65_536).fill(i) })
    for (let i = 0; i < 63; i++) expect(await log.add(await child(i))).toEqual(held)
    expect(await log.add(await child(63))).toEqual(failure('too-many-held'))
    expect(await log.add(parent)).toEqual(added)
    for (let i = 0; i < 63; i++) expect(await log.add(await child(i, zero))).toEqual(held)
    expect(await log.add(await child(63, zero))).toEqual(failure('too-many-held'))
  })

  it('does not wait for one parent when another one is malformed', async () => {
    const { log } = founded
    const bad = await write(carol, { body: await admitBody(await createPerson(founded.crypto)) })
    const child = await write(alice(), { kind: 99, parents: [zero, idOf(bad)] })
    expect(await log.add(child)).toEqual(held)
    expect(await log.add(bad)).toEqual(failure('role'))
    expect(await log.add(child)).toEqual(failure('parent'))
  })
})

describe('calls at the same time', () => {
  it('end as if they came one after the other', async () => {
    const { log, crypto, space } = founded
    const other = createMembershipLog({ crypto, space })
    const operations = log.operations()
    expect(await Promise.all(operations.map((operation) => other.add(operation)))).toEqual(operations.map(() => added))
    const third = createMembershipLog({ crypto, space })
    const outcomes = await Promise.all([...operations.toReversed(), operations[0]!].map((operation) => third.add(operation)))
    expect(outcomes).toEqual([held, held, held, added, known])
    expect(third.state.get()).toEqual(log.state.get())
  })

  it('work with real keys, whose checks finish in any order', async () => {
    const real = await found(await createWebCrypto())
    for (let i = 0; i < 5; i++) await admit(real, real.alice, await createPerson(real.crypto), 'editor')
    const other = createMembershipLog({ crypto: real.crypto, space: real.space })
    const outcomes = await Promise.all(real.log.operations().map((operation) => other.add(operation)))
    expect(outcomes.every((outcome) => outcome.ok && outcome.value === 'added')).toBe(true)
    expect(other.state.get()).toEqual(real.log.state.get())
    expect(other.state.get().members.size).toBe(6)
  })
})

function alice(): LocalIdentity {
  return founded.alice
}

describe('a log read from the own disk', () => {
  const signaturesAsked = async (add: 'add' | 'addVerified') => {
    const log = createMembershipLog({ crypto: { ...founded.crypto, verify: async () => (asked++, true) }, space: founded.space })
    let asked = 0
    for (const operation of founded.log.operations()) expect(await log[add](operation)).toEqual(added)
    expect(log.state.get()).toEqual(founded.log.state.get())
    return asked
  }

  it('says the same as one that verifies, without asking for a single signature', async () => {
    expect(await signaturesAsked('add')).toBeGreaterThan(4)
    expect(await signaturesAsked('addVerified')).toBe(0)
  })

  it('still refuses what breaks another rule', async () => {
    const log = createMembershipLog({ crypto: founded.crypto, space: founded.space })
    for (const operation of founded.log.operations()) await log.addVerified(operation)
    const bySomeReader = await write(dave, { body: await admitBody(await createPerson(founded.crypto)) })
    expect(await log.addVerified(bySomeReader)).toEqual(failure('role'))
  })

  it('trusts the operation it was given and not those that waited for it', async () => {
    const operations = founded.log.operations()
    const forged = operations.at(-1)!.slice()
    forged[forged.length - 1]! ^= 1
    const log = createMembershipLog({ crypto: founded.crypto, space: founded.space })
    expect(await log.add(forged)).toEqual(failure('signature'))
    for (const operation of operations.slice(0, -1)) await log.addVerified(operation)
    expect(await log.add(forged)).toEqual(failure('signature'))
    expect(log.state.get().members.has(dave.id)).toBe(false)
  })
})
