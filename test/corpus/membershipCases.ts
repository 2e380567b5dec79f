import { encodeDenyBody } from '../../src/access/bodies/denyBody.ts'
import { encodeDeviceBody } from '../../src/access/bodies/deviceBody.ts'
import { encodeEndBody, maxCutBlocks, type EndTarget } from '../../src/access/bodies/endBody.ts'
import { encodeEpochBody, type EpochBody } from '../../src/access/bodies/epochBody.ts'
import { encodeInviteBody, type InviteBody } from '../../src/access/bodies/inviteBody.ts'
import { operationId, operationKinds } from '../../src/access/operation.ts'
import type { LocalIdentity } from '../../src/identity/localIdentity.ts'
import { createDeviceRecord, type DeviceRecord } from '../../src/identity/record.ts'
import { createDevice, createPerson } from '../unit/access/people.ts'
import type { MalformedCase } from './malformedCase.ts'
import type { MembershipSpace, OperationParts } from './membershipSpace.ts'

/*
 * Operations for the log of {@link createMembershipSpace}, each signed properly and good but for what its name says. The codes are those of the rules
 * M1 to M8.
 */
export type MembershipCase = MalformedCase<(space: MembershipSpace) => Promise<Uint8Array>>

type Person = 'alice' | 'bob' | 'bob2' | 'erin' | 'carol' | 'rita' | 'dave' | 'zed'
type Body = Uint8Array | Promise<Uint8Array>

const filled = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value)
const mustKnow = new Map([[2, filled(0, 1)]])
const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at < 0 ? bytes.length + at : at, bytes.at(at)! ^ 1)

function bad(
  code: string,
  name: string,
  by: Person,
  kind: keyof typeof operationKinds | number,
  body: (space: MembershipSpace) => Body,
  parts: (space: MembershipSpace) => Partial<OperationParts> | Promise<Partial<OperationParts>> = () => ({}),
  spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): MembershipCase {
  const number = typeof kind === 'number' ? kind : operationKinds[kind]
  return {
    name: `${name} (${kind}, ${by})`,
    code,
    input: async (space) => spoil(await space.sign(space[by], { kind: number, body: await body(space), ...(await parts(space)) })),
  }
}

const admit = ({ admitBody }: MembershipSpace): Body => admitBody()
const epochParts: EpochBody = {
  keyId: filled(5),
  oneTimeKey: filled(6),
  recipients: [{ device: filled(1), sealed: filled(2, 48) }],
  previous: [],
}
const epoch = (changes: Partial<EpochBody> = {}) => encodeEpochBody({ ...epochParts, ...changes })
const inviteParts: InviteBody = {
  invitationId: filled(3),
  rendezvousKey: filled(4),
  role: 'editor',
  uses: 2,
  approval: false,
  delegated: false,
  expiresAt: 0,
}
const invite = (changes: Partial<InviteBody> = {}) => encodeInviteBody({ ...inviteParts, ...changes })
const deny = (extensions?: Map<number, Uint8Array>) =>
  encodeDenyBody({ invitationId: filled(9), identity: filled(8), ...(extensions && { extensions }) })
const end = (
  target: EndTarget,
  changes: { cut?: readonly Uint8Array[]; blocks?: readonly Uint8Array[]; extensions?: Map<number, Uint8Array> } = {},
) => encodeEndBody({ target, blocks: [], ...changes })
const ofPerson = (who: Person) => (space: MembershipSpace) => end({ kind: 'identity', identity: space[who].record.identity })
const ofAdmission = (who: Person) => (space: MembershipSpace) => end({ kind: 'admission', admission: space.admissionOf(space[who]) })
const ofDevice = (who: Person) => (space: MembershipSpace) => end({ kind: 'device', device: space[who].record.sign })
const ofInvitation = (space: MembershipSpace) => end({ kind: 'invitation', invitation: space.invitationId })
/** A body that is cut short or goes on, in several places. */
const torn = (kind: keyof typeof operationKinds, by: Person, body: (space: MembershipSpace) => Body): MembershipCase[] => [
  ...[0, 1, 20, 33].map((length) =>
    bad('body', `a body of ${length} bytes`, by, kind, async (space) => (await body(space)).slice(0, length)),
  ),
  bad('body', 'a body without its last byte', by, kind, async (space) => (await body(space)).slice(0, -1)),
  bad('body', 'a body with a byte more', by, kind, async (space) => Uint8Array.of(...(await body(space)), 0)),
]
/** An admission of zed with another list of devices. */
const listing =
  (list: (space: MembershipSpace) => Promise<readonly { listed: boolean; record: DeviceRecord }[]>, consenter = 0) =>
  async (space: MembershipSpace): Promise<Uint8Array> =>
    space.admitBody({ devices: await list(space), consenter })

async function chain({ crypto }: MembershipSpace, length: number) {
  const root = await crypto.createSigningKey()
  const devices: LocalIdentity[] = []
  for (let i = 0; i < length; i++) devices.push(await createDevice(crypto, root, devices.at(-1)?.signing ?? root))
  return devices
}
const added = (record: (space: MembershipSpace) => Promise<DeviceRecord>) => async (space: MembershipSpace) =>
  encodeDeviceBody({ record: await record(space) })
const bobs = async ({ crypto, bobRoot }: MembershipSpace): Promise<DeviceRecord> => (await createDevice(crypto, bobRoot)).record

export const membershipCases: readonly MembershipCase[] = [
  // Whose it is.
  bad('space', 'of another space', 'alice', 'admit', admit, () => ({ space: filled(1) })),
  bad('space', 'of no space', 'alice', 'admit', admit, () => ({ space: filled(0) })),
  bad('space', 'a genesis that names the space', 'alice', 'genesis', admit),
  bad('genesis', 'a second genesis', 'alice', 'genesis', admit, () => ({ space: filled(0), parents: [] })),
  bad('genesis', 'a second genesis with parents', 'alice', 'genesis', admit, () => ({ space: filled(0) })),
  bad('genesis', 'without parents', 'alice', 'admit', admit, () => ({ parents: [] })),
  bad('signature', 'signed by another', 'alice', 'admit', admit, ({ bob }) => ({ signer: bob.signing })),
  bad('signature', 'one bit of the body flipped after signing', 'alice', 'admit', admit, undefined, (bytes) => flip(bytes, -70)),
  bad('signature', 'one bit of the signature flipped', 'alice', 'admit', admit, undefined, (bytes) => flip(bytes, -1)),
  bad('signature', 'one bit of R flipped', 'alice', 'admit', admit, undefined, (bytes) => flip(bytes, -64)),
  bad('signature', 'a signature of zeros', 'alice', 'admit', admit, undefined, (bytes) =>
    Uint8Array.of(...bytes.slice(0, -64), ...filled(0, 64)),
  ),
  bad('signature', 'S beyond the group order', 'alice', 'admit', admit, undefined, (bytes) =>
    Uint8Array.of(...bytes.slice(0, -32), ...filled(255)),
  ),
  bad('signature', 'a signer of small order', 'alice', 'admit', admit, ({ alice }) => ({
    key: { ...alice.signing, publicKey: filled(0).with(0, 1) } as LocalIdentity['signing'],
  })),

  // M2: under what it is signed.
  bad('entry', 'under an operation that is not there', 'alice', 'admit', admit, ({ log }) => ({
    as: { operation: filled(7), index: 0 },
    parents: log.heads(),
  })),
  bad('entry', 'under a founder that there is not', 'alice', 'admit', admit, ({ entryOf, alice }) => ({
    as: { ...entryOf(alice), index: 1 },
  })),
  bad('entry', "under another's entry", 'bob', 'admit', admit, ({ entryOf, alice }) => ({ as: entryOf(alice) })),
  bad('entry', 'by somebody who is nobody, under a place of the owner', 'zed', 'admit', admit, ({ entryOf, alice }) => ({
    as: entryOf(alice),
  })),
  bad('entry', 'under an entry outside its past', 'bob', 'admit', admit, ({ early, entryOf, bob }) => ({
    as: entryOf(bob),
    parents: early,
  })),
  bad('entry', 'under an epoch', 'alice', 'admit', admit, ({ log }) => ({
    as: { operation: log.epochs()[0]!.operation, index: 0 },
    parents: log.heads(),
  })),
  bad('entry', 'by the root key of another', 'alice', 'device', added(bobs), ({ bobRoot }) => ({ key: bobRoot })),
  bad('entry', 'by a second device under its senior', 'bob2', 'admit', admit, ({ entryOf, bob }) => ({ as: entryOf(bob) })),
  bad('entry', 'under an added device with another number', 'bob2', 'admit', admit, ({ entryOf, bob2 }) => ({
    as: { ...entryOf(bob2), index: 1 },
  })),

  // M6: for what a role is not enough.
  bad('role', 'an admission', 'carol', 'admit', admit),
  bad('role', 'an admission', 'rita', 'admit', admit),
  bad('role', 'an owner', 'bob', 'admit', ({ admitBody }) => admitBody({ role: 'owner' })),
  bad('role', 'an epoch', 'rita', 'epoch', () => epoch()),
  bad('role', 'an invitation', 'carol', 'invite', () => invite()),
  bad('role', 'an invitation', 'rita', 'invite', () => invite()),
  bad('role', 'a denial', 'carol', 'deny', () => deny()),
  bad('role', 'a denial', 'rita', 'deny', () => deny()),
  bad(
    'role',
    'a denial by the root key',
    'bob',
    'deny',
    () => deny(),
    ({ bobRoot }) => ({ key: bobRoot }),
  ),
  bad('role', 'the removal of a reader', 'carol', 'end', ofPerson('rita')),
  bad('role', 'the end of an admission', 'carol', 'end', ofAdmission('rita')),
  bad('role', 'the closing of an invitation', 'carol', 'end', ofInvitation),
  bad('role', 'the removal of an editor', 'rita', 'end', ofPerson('carol')),
  bad('role', 'an admission by the root key', 'bob', 'admit', admit, ({ bobRoot }) => ({ key: bobRoot })),
  bad(
    'role',
    'an epoch by the root key',
    'bob',
    'epoch',
    () => epoch(),
    ({ bobRoot }) => ({ key: bobRoot }),
  ),
  bad(
    'role',
    'an invitation by the root key',
    'bob',
    'invite',
    () => invite(),
    ({ bobRoot }) => ({ key: bobRoot }),
  ),
  bad('role', 'a removal by the root key', 'bob', 'end', ofPerson('carol'), ({ bobRoot }) => ({ key: bobRoot })),
  bad('role', 'a leave by the root key', 'bob', 'end', ofAdmission('bob'), ({ bobRoot }) => ({ key: bobRoot })),

  // M7: whom one may not end.
  bad('rank', 'the removal of the owner', 'bob', 'end', ofPerson('alice')),
  bad('rank', 'the removal of an equal', 'bob', 'end', ofPerson('erin')),
  bad('rank', 'the removal of a senior', 'dave', 'end', ofPerson('bob')),
  bad('rank', 'the removal of oneself', 'bob', 'end', ofPerson('bob')),
  bad('rank', 'the removal of the owner by himself', 'alice', 'end', ofPerson('alice')),
  bad('rank', 'the removal of who is nobody', 'alice', 'end', ofPerson('zed')),
  bad('rank', 'the removal of who was no member then', 'alice', 'end', ofPerson('bob'), ({ early }) => ({ parents: early })),
  bad('rank', 'the end of an equal admission', 'bob', 'end', ofAdmission('erin')),
  bad('rank', 'the end of a senior admission', 'dave', 'end', ofAdmission('bob')),
  bad('rank', 'the end of the founding', 'erin', 'end', ofAdmission('alice')),
  bad('rank', 'the revocation of a senior device', 'bob2', 'end', ofDevice('bob')),
  bad('rank', 'the revocation of oneself', 'bob', 'end', ofDevice('bob')),
  bad('rank', "the revocation of another's device", 'alice', 'end', ofDevice('bob2')),
  bad('rank', 'the revocation of a device that is not there', 'bob', 'end', ofDevice('zed')),
  bad('rank', 'the revocation of a foreign device by the root key', 'bob', 'end', ofDevice('carol'), ({ bobRoot }) => ({ key: bobRoot })),
  bad('target', 'the end of an admission that is not there', 'alice', 'end', () =>
    end({ kind: 'admission', admission: { operation: filled(7), index: 0 } }),
  ),
  bad('target', 'the end of an admission outside its past', 'alice', 'end', ofAdmission('bob'), ({ early }) => ({ parents: early })),
  bad('target', 'the end of a founder that there is not', 'alice', 'end', ({ entryOf, alice }) =>
    end({ kind: 'admission', admission: { ...entryOf(alice), index: 5 } }),
  ),
  bad('target', 'the end of what is an epoch', 'alice', 'end', ({ log }) =>
    end({ kind: 'admission', admission: { operation: log.epochs()[0]!.operation, index: 0 } }),
  ),
  bad('target', 'the closing of an invitation that is not there', 'alice', 'end', () => end({ kind: 'invitation', invitation: filled(7) })),
  bad('target', 'the closing of an invitation outside its past', 'alice', 'end', ofInvitation, ({ early }) => ({ parents: early })),

  // M8: cuts.
  bad(
    'cut',
    'a cut outside its past',
    'alice',
    'end',
    ({ bob, log }) => end({ kind: 'identity', identity: bob.record.identity }, { cut: log.heads() }),
    (space) => ({
      parents: [space.entryOf(space.carol).operation],
    }),
  ),
  bad('cut', 'a cut that is not there', 'alice', 'end', ({ bob }) =>
    end({ kind: 'identity', identity: bob.record.identity }, { cut: [filled(7)] }),
  ),
  bad('cut', 'a leave with a cut', 'bob', 'end', ({ admissionOf, bob, early }) =>
    end({ kind: 'admission', admission: admissionOf(bob) }, { cut: early }),
  ),
  bad('body', 'an empty cut', 'alice', 'end', ({ bob }) => end({ kind: 'identity', identity: bob.record.identity }, { cut: [] })),
  bad('body', 'one head of the cut twice', 'alice', 'end', ({ bob, early }) =>
    end({ kind: 'identity', identity: bob.record.identity }, { cut: [early[0]!, early[0]!] }),
  ),
  bad('body', 'more blocks than may stay', 'alice', 'end', ({ bob }) =>
    end(
      { kind: 'identity', identity: bob.record.identity },
      { blocks: Array.from({ length: maxCutBlocks + 1 }, (_, i) => filled(i >> 8).with(31, i & 255)) },
    ),
  ),
  bad('body', 'one block twice', 'alice', 'end', ({ bob }) =>
    end({ kind: 'identity', identity: bob.record.identity }, { blocks: [filled(1), filled(1)] }),
  ),
  bad('body', 'a target that there is not', 'alice', 'end', async (space) => (await ofPerson('bob')(space)).with(0, 4)),
  bad('body', 'neither with nor without a cut', 'alice', 'end', async (space) => (await ofPerson('bob')(space)).with(33, 2)),
  ...torn('end', 'alice', ofPerson('bob')),

  // M3, M5: what an admission holds.
  ...torn('admit', 'alice', admit),
  bad('body', 'a role that there is not', 'alice', 'admit', async ({ admitBody }) => (await admitBody()).with(0, 4)),
  bad('body', 'a name that is too long', 'alice', 'admit', ({ admitBody }) => admitBody({ name: 'z'.repeat(65) })),
  bad('body', 'a name that is no text', 'alice', 'admit', async ({ admitBody }) => (await admitBody()).with(2, 0xff)),
  bad(
    'body',
    'nobody listed',
    'alice',
    'admit',
    listing(async ({ zed }) => [{ listed: false, record: zed.record }]),
  ),
  bad('body', 'listed by halves', 'alice', 'admit', async ({ admitBody }) => (await admitBody()).with(6, 2)),
  bad('body', 'without devices', 'alice', 'admit', async ({ admitBody }) => {
    const whole = await admitBody()
    return Uint8Array.of(...whole.slice(0, 5), 0, ...whole.slice(-98))
  }),
  bad('body', 'a consenter beyond the list', 'alice', 'admit', ({ admitBody }) => admitBody({ consenter: 1 })),
  bad(
    'body',
    'one device twice',
    'alice',
    'admit',
    listing(async ({ zed }) => [
      { listed: true, record: zed.record },
      { listed: true, record: zed.record },
    ]),
  ),
  bad(
    'body',
    'devices of two people',
    'alice',
    'admit',
    listing(async ({ zed, crypto }) => [
      { listed: true, record: zed.record },
      { listed: true, record: (await createPerson(crypto)).record },
    ]),
  ),
  bad('body', 'a device before its certifier', 'alice', 'admit', async (space) => {
    const [first, second] = await chain(space, 2)
    const consent = await space.consent({ record: first!.record, key: first!.signing })
    const devices = [second!, first!].map(({ record }) => ({ listed: true, record }))
    return space.admitBody({ devices, consenter: 1, consent })
  }),
  bad('body', 'a device whose certifier is not there', 'alice', 'admit', async (space) => {
    const [, second] = await chain(space, 2)
    return space.admitBody({
      devices: [{ listed: true, record: second!.record }],
      consent: await space.consent({ record: second!.record, key: second!.signing }),
    })
  }),
  bad('body', 'a chain of nine', 'alice', 'admit', async (space) => {
    const devices = await chain(space, 9)
    const last = devices.at(-1)!
    return space.admitBody({
      devices: devices.map(({ record }, i) => ({ listed: i === 8, record })),
      consenter: 8,
      consent: await space.consent({ record: last.record, key: last.signing }),
    })
  }),
  bad(
    'body',
    '65 devices',
    'alice',
    'admit',
    listing(async ({ zed }) => Array.from({ length: 65 }, () => ({ listed: true, record: zed.record }))),
  ),
  ...(['certificate', 'self'] as const).map((field) =>
    bad(
      'body',
      `a forged ${field}`,
      'alice',
      'admit',
      listing(async ({ zed }) => [{ listed: true, record: { ...zed.record, [field]: flip(zed.record[field], 5) } }]),
    ),
  ),
  bad('body', 'a victim listed, who has signed nothing', 'alice', 'admit', async (space) => {
    const root = await space.crypto.createSigningKey()
    const thief = await createDevice(space.crypto, root)
    const fields = {
      signing: { ...thief.signing, publicKey: space.carol.record.sign } as LocalIdentity['signing'],
      agreement: thief.agreement,
    }
    const record = await createDeviceRecord(root.publicKey, root, fields)
    return space.admitBody({ devices: [{ listed: true, record }], consent: await space.consent({ record, key: thief.signing }) })
  }),
  bad('body', 'a sealing key of low order', 'alice', 'admit', async (space) => {
    const root = await space.crypto.createSigningKey()
    const signing = await space.crypto.createSigningKey()
    const record = await createDeviceRecord(root.publicKey, root, { signing, agreement: { publicKey: filled(0) } })
    return space.admitBody({ devices: [{ listed: true, record }], consent: await space.consent({ record, key: signing }) })
  }),
  bad('body', 'an identity of small order', 'alice', 'admit', async (space) => {
    const identity = filled(0).with(0, 1)
    const root = await space.crypto.createSigningKey()
    const signing = await space.crypto.createSigningKey()
    const made = await createDeviceRecord(identity, root, { signing, agreement: space.zed.agreement })
    const record = { ...made, certifier: identity }
    return space.admitBody({ devices: [{ listed: true, record }], consent: await space.consent({ record, key: signing }) })
  }),
  bad('body', 'a consent to another space', 'alice', 'admit', async ({ admitBody, consent }) =>
    admitBody({ consent: await consent({ target: filled(1, 16) }) }),
  ),
  bad('body', 'a consent to another invitation', 'alice', 'admit', async ({ admitBody, consent }) =>
    admitBody({ consent: await consent({ invitationId: filled(1) }) }),
  ),
  bad('body', 'a consent of another device', 'alice', 'admit', async ({ admitBody, consent, carol }) =>
    admitBody({ consent: await consent({ key: carol.signing }) }),
  ),
  bad('body', 'a consent with another sealing key', 'alice', 'admit', async ({ admitBody, consent, zed }) =>
    admitBody({ consent: await consent({ record: { ...zed.record, seal: filled(1) } }) }),
  ),
  bad('body', 'a consent of zeros', 'alice', 'admit', ({ admitBody }) => admitBody({ consent: filled(0, 64) })),

  // M5: a device more.
  ...torn('device', 'bob', added(bobs)),
  bad(
    'body',
    "another's device",
    'bob',
    'device',
    added(async ({ zed }) => zed.record),
  ),
  bad(
    'body',
    'a device whose certifier is unknown',
    'bob',
    'device',
    added(async (space) => {
      const unknown = await createDevice(space.crypto, space.bobRoot)
      return (await createDevice(space.crypto, space.bobRoot, unknown.signing)).record
    }),
  ),
  bad(
    'body',
    "a device that another's device certified",
    'bob',
    'device',
    added(async ({ crypto, bobRoot, carol }) => (await createDevice(crypto, bobRoot, carol.signing)).record),
  ),
  bad(
    'body',
    'a device with a forged certificate',
    'bob',
    'device',
    added(async (space) => {
      const record = await bobs(space)
      return { ...record, certificate: flip(record.certificate, 0) }
    }),
  ),
  bad(
    'body',
    'a device that has not agreed',
    'bob',
    'device',
    added(async (space) => {
      const record = await bobs(space)
      return { ...record, self: filled(0, 64) }
    }),
  ),
  bad(
    'body',
    'the root key as a device',
    'bob',
    'device',
    added(async ({ bobRoot, bob }) => createDeviceRecord(bobRoot.publicKey, bobRoot, { signing: bobRoot, agreement: bob.agreement })),
  ),

  // Epochs and invitations.
  ...torn('epoch', 'carol', () => epoch()),
  bad('body', 'sealed to nobody', 'carol', 'epoch', () => epoch({ recipients: [] })),
  bad('body', 'sealed to one device twice', 'carol', 'epoch', () =>
    epoch({ recipients: [epochParts.recipients[0]!, epochParts.recipients[0]!] }),
  ),
  bad('body', 'recipients out of order', 'carol', 'epoch', () => {
    const bytes = epoch({ recipients: [1, 2].map((n) => ({ device: filled(n), sealed: filled(0, 48) })) })
    return bytes.with(65, 9)
  }),
  bad('body', 'more recipients than are there', 'carol', 'epoch', () => epoch().with(64, 9)),
  bad('body', 'one earlier key twice', 'carol', 'epoch', () =>
    epoch({ previous: [1, 1].map((n) => ({ keyId: filled(n), sealed: filled(0, 48) })) }),
  ),
  bad('body', '65 earlier keys', 'carol', 'epoch', () =>
    epoch({ previous: Array.from({ length: 65 }, (_, n) => ({ keyId: filled(n), sealed: filled(0, 48) })) }),
  ),
  bad('body', 'a key that was in use before', 'carol', 'epoch', ({ log }) => epoch({ keyId: log.epochs()[0]!.keyId })),
  ...torn('invite', 'bob', () => invite()),
  bad('body', 'for an owner', 'bob', 'invite', () => invite().with(64, 0)),
  bad('body', 'for a role that there is not', 'bob', 'invite', () => invite().with(64, 4)),
  bad('body', 'for nobody', 'bob', 'invite', () => invite({ uses: 0 })),
  bad('body', 'for more than a space has room for', 'bob', 'invite', () => invite({ uses: 1_001 })),
  bad('body', 'with a flag that there is not', 'bob', 'invite', () => invite().with(66, 16)),

  ...torn('deny', 'bob', () => deny()),

  // What only a newer version can read.
  bad('newer-version', 'of an even kind', 'alice', 12, () => filled(0, 4)),
  bad('newer-version', 'with a field that must be known', 'alice', 'admit', ({ admitBody }) => admitBody({ extensions: mustKnow })),
  bad('newer-version', 'with a field that must be known', 'bob', 'device', async (space) =>
    encodeDeviceBody({ record: await bobs(space), extensions: mustKnow }),
  ),
  bad('newer-version', 'with a field that must be known', 'alice', 'end', ({ bob }) =>
    end({ kind: 'identity', identity: bob.record.identity }, { extensions: mustKnow }),
  ),
  bad('newer-version', 'with a field that must be known', 'carol', 'epoch', () => epoch({ extensions: mustKnow })),
  bad('newer-version', 'with a field that must be known', 'bob', 'deny', () => deny(mustKnow)),
  bad('newer-version', 'with a field that must be known', 'bob', 'invite', () => invite({ extensions: mustKnow })),

  // M1.
  bad(
    'parent',
    'built on what is malformed',
    'alice',
    'invite',
    () => invite(),
    async (space) => {
      const malformed = await space.sign(space.alice, { kind: operationKinds.invite, body: filled(0, 3) })
      await space.log.add(malformed)
      return { parents: [operationId(space.crypto, malformed)] }
    },
  ),
]

/** Of each kind one that is taken, so that it was not the way there that refused the others. */
export const goodOperations: readonly ((space: MembershipSpace) => Promise<Uint8Array>)[] = [
  async (space) => space.sign(space.bob, { kind: operationKinds.device, body: await added(bobs)(space) }),
  async (space) => space.sign(space.carol, { kind: operationKinds.epoch, body: epoch() }),
  async (space) => space.sign(space.bob, { kind: operationKinds.invite, body: invite() }),
  async (space) => space.sign(space.bob, { kind: operationKinds.deny, body: deny() }),
  async (space) => space.sign(space.alice, { body: await admit(space) }),
  async (space) => space.sign(space.alice, { kind: operationKinds.end, body: await ofPerson('bob')(space) }),
]
