import { describe, expect, it } from 'vitest'
import { decodeAdmitBody, encodeAdmitBody, type AdmitBody } from '../../../src/access/bodies/admitBody.ts'
import { decodeDeviceBody, encodeDeviceBody } from '../../../src/access/bodies/deviceBody.ts'
import { decodeEndBody, encodeEndBody, maxCutBlocks, type EndBody } from '../../../src/access/bodies/endBody.ts'
import { decodeInviteBody, encodeInviteBody, maxUses, type InviteBody } from '../../../src/access/bodies/inviteBody.ts'
import {
  decodeEpochBody,
  encodeEpochBody,
  maxEpochRecipients,
  maxPreviousKeys,
  type EpochBody,
} from '../../../src/access/bodies/epochBody.ts'
import { decodeGenesisBody, encodeGenesisBody, maxGenesisOwners, type GenesisBody } from '../../../src/access/bodies/genesisBody.ts'
import { maxListedDevices } from '../../../src/access/bodies/deviceList.ts'
import { maxBodyBytes } from '../../../src/access/operation.ts'
import type { Result } from '../../../src/shared/result.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'

const filled = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value)
const record = {
  identity: filled(1),
  sign: filled(2),
  seal: filled(3),
  certifier: filled(4),
  certificate: filled(5, 64),
  self: filled(6, 64),
}
const device = { listed: true, record }
const extensions = new Map([[1, filled(9, 3)]])
const owner = { identity: filled(1), name: 'Änne', devices: [device, { listed: false, record }] }
const genesis: Required<GenesisBody> = { nonce: filled(7, 16), owners: [owner, owner], extensions }
const admission: Required<AdmitBody> = {
  role: 'editor',
  name: 'Bo',
  devices: [device],
  invitationId: filled(7),
  consenter: 0,
  consent: filled(8, 64),
  extensions,
}
const pairs = (count: number) =>
  Array.from({ length: count }, (_, i) => [Uint8Array.of(i >> 8, i & 255, ...filled(0, 30)), filled(1, 48)] as const)
const recipientsOf = (count: number) => pairs(count).map(([name, sealed]) => ({ device: name, sealed }))
const previousOf = (count: number) => pairs(count).map(([keyId, sealed]) => ({ keyId, sealed }))
const epoch: Required<EpochBody> = {
  keyId: filled(1),
  oneTimeKey: filled(2),
  recipients: recipientsOf(3),
  previous: previousOf(2),
  extensions,
}

const ends: readonly (EndBody & Pick<Required<EndBody>, 'extensions'>)[] = [
  { target: { kind: 'identity', identity: filled(1) }, blocks: [filled(1), filled(2)], extensions },
  { target: { kind: 'admission', admission: { operation: filled(1), index: 5 } }, cut: [filled(3), filled(4)], blocks: [], extensions },
  { target: { kind: 'device', device: filled(1) }, cut: [filled(3)], blocks: [], extensions },
  { target: { kind: 'invitation', invitation: filled(1) }, blocks: [], extensions },
]
const invitation: Required<InviteBody> = {
  invitationId: filled(1),
  rendezvousKey: filled(2),
  role: 'reader',
  uses: 3,
  approval: true,
  delegated: false,
  expiresAt: 1_700_000_000_000,
  extensions,
}

const bodies: readonly (readonly [
  name: string,
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Result<unknown, string>,
  value: unknown,
])[] = [
  ['genesis', encodeGenesisBody(genesis), decodeGenesisBody, genesis],
  ['admit', encodeAdmitBody(admission), decodeAdmitBody, admission],
  ['device', encodeDeviceBody({ record, extensions }), decodeDeviceBody, { record, extensions }],
  ...ends.map((end) => [`end of ${end.target.kind}`, encodeEndBody(end), decodeEndBody, end] as const),
  ['invite', encodeInviteBody(invitation), decodeInviteBody, invitation],
  ['epoch', encodeEpochBody(epoch), decodeEpochBody, epoch],
]

describe.each(bodies)('the body of %s', (_name, bytes, decode, value) => {
  it('comes back as it was', () => {
    expect(decode(bytes)).toEqual({ ok: true, value })
  })

  it('is refused when cut anywhere or going on', () => {
    for (let length = 0; length < bytes.length; length++) expect(decode(bytes.slice(0, length)).ok).toBe(false)
    expect(decode(Uint8Array.of(...bytes, 0)).ok).toBe(false)
  })

  it('is a Result whatever the bytes', () => {
    const random = createSeededRandom('bodies')
    for (let i = 0; i < 2_000; i++) {
      const damaged = bytes.slice()
      for (let hit = 0; hit < 3; hit++) damaged[random.below(damaged.length)] = random.below(256)
      expect(typeof decode(random.chance(0.5) ? damaged : random.bytes(random.below(200))).ok).toBe('boolean')
    }
  })
})

describe('the bounds of bodies', () => {
  it('allow 16 owners and at least one', () => {
    const owners = (count: number) =>
      decodeGenesisBody(encodeGenesisBody({ ...genesis, owners: Array.from({ length: count }, () => owner) })).ok
    expect([0, 1, maxGenesisOwners, maxGenesisOwners + 1].map(owners)).toEqual([false, true, true, false])
  })

  it('allow 64 devices, a consenter among them, and names of 64 bytes', () => {
    const admit = (change: Partial<AdmitBody>) => decodeAdmitBody(encodeAdmitBody({ ...admission, ...change })).ok
    const devices = (count: number) => ({ devices: Array.from({ length: count }, () => device) })
    expect([devices(0), devices(maxListedDevices), devices(maxListedDevices + 1)].map(admit)).toEqual([false, true, false])
    expect([{ consenter: 1 }, { name: 'x'.repeat(64) }, { name: 'x'.repeat(65) }].map(admit)).toEqual([false, true, false])
  })

  it('take a device as listed or not, and nothing else', () => {
    const bytes = encodeAdmitBody({ ...admission, name: '' })
    const at = 3
    expect(bytes[at]).toBe(1)
    bytes[at] = 2
    expect(decodeAdmitBody(bytes).ok).toBe(false)
  })

  it('allow 740 recipients and 64 earlier keys, which fit an operation', () => {
    const take = (recipients: number, previous: number) =>
      decodeEpochBody(encodeEpochBody({ ...epoch, recipients: recipientsOf(recipients), previous: previousOf(previous) })).ok
    expect(take(maxEpochRecipients, maxPreviousKeys)).toBe(true)
    expect([take(0, 0), take(maxEpochRecipients + 1, 0), take(1, maxPreviousKeys), take(1, maxPreviousKeys + 1)]).toEqual([
      false,
      false,
      true,
      false,
    ])
    const largest = encodeEpochBody({ ...epoch, recipients: recipientsOf(maxEpochRecipients), previous: previousOf(maxPreviousKeys) })
    expect(largest.length).toBeLessThanOrEqual(maxBodyBytes)
  })

  it('take each recipient and each earlier key once, ascending', () => {
    const bytes = encodeEpochBody({ ...epoch, recipients: recipientsOf(2), previous: [] })
    const first = 32 + 32 + 1
    const swapped = bytes.slice()
    swapped.set(bytes.slice(first + 80, first + 160), first)
    swapped.set(bytes.slice(first, first + 80), first + 80)
    expect(decodeEpochBody(bytes).ok).toBe(true)
    expect(decodeEpochBody(swapped).ok).toBe(false)
    swapped.set(bytes.slice(first, first + 80), first)
    expect(decodeEpochBody(swapped).ok).toBe(false)
  })

  it('end with 1,024 blocks and 64 heads of a cut, which is not empty', () => {
    const ids = (count: number) => pairs(count).map(([id]) => id)
    const encode = (blocks: number, cut?: number) =>
      encodeEndBody({ target: ends[0]!.target, blocks: ids(blocks), ...(cut !== undefined && { cut: ids(cut) }) })
    const take = (blocks: number, cut?: number) => decodeEndBody(encode(blocks, cut)).ok
    expect([take(maxCutBlocks), take(maxCutBlocks + 1), take(0, 0), take(0, 1), take(0, 64), take(0, 65)]).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
    ])
    expect(encode(maxCutBlocks, 64).length).toBeLessThanOrEqual(maxBodyBytes)
  })

  it('invite nobody as an owner, and 1 to 1,000 people', () => {
    const take = (change: Partial<InviteBody>) => decodeInviteBody(encodeInviteBody({ ...invitation, ...change })).ok
    expect([take({ uses: 0 }), take({ uses: 1 }), take({ uses: maxUses }), take({ uses: maxUses + 1 })]).toEqual([false, true, true, false])
    const bytes = encodeInviteBody(invitation)
    expect(bytes[64]).toBe(3)
    bytes[64] = 0
    expect(decodeInviteBody(bytes).ok).toBe(false)
  })
})
