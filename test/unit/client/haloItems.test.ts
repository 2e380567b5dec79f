import { describe, expect, it } from 'vitest'
import { createHaloGenesis } from '../../../src/access/making/createGenesis.ts'
import { epochKeyId } from '../../../src/access/keys/epochKeys.ts'
import {
  goneValue,
  haloContacts,
  haloNames,
  haloProfile,
  haloRecovery,
  haloSpaces,
  openSpaceKey,
  spaceValue,
  type HaloSpace,
} from '../../../src/client/person/haloItems.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import type { Value } from '../../../src/database/types/values.ts'
import { deriveRootKey } from '../../../src/identity/rootKey.ts'
import { idBytes, type IdentityId, type SpaceId } from '../../../src/shared/ids.ts'
import { createDevice, createPerson, seededCrypto } from '../access/people.ts'
import { createTestSpace } from '../documents/createTestSpace.ts'

const idOf = (byte: number): string => String.fromCharCode(65 + byte).repeat(42) + 'A'
const space = idOf(1) as SpaceId
const other = idOf(2) as SpaceId

async function createTest() {
  const world = await createTestSpace()
  const halo = { id: world.space, keyRing: world.keyRing }
  const secret = new Uint8Array(32).fill(5)
  const key = { id: epochKeyId(world.crypto, idBytes(space), secret), key: secret }
  const value = (await spaceValue(world.crypto, halo, space, 'Garden', key))!
  const read = (of: Value): HaloSpace | undefined => haloSpaces({ [haloNames.space(space)]: of }).get(space)
  return { ...world, halo, key, value: value as { readonly name: string; readonly key: Uint8Array }, read }
}

describe('what own devices keep in their private space', () => {
  it('gives back the key of a space, and holds it nowhere in plain text', async () => {
    const { crypto, halo, key, value, read } = await createTest()
    const item = read(value)
    expect(item).toMatchObject({ gone: undefined, name: 'Garden', keyId: key.id })
    expect(await openSpaceKey(crypto, halo, space, item as never)).toMatchObject(key)
    expect([...value.key].join()).not.toContain([...key.key].join())
  })

  it('opens no key that was changed, moved to another space, or sealed under a key that is not held', async () => {
    const { crypto, halo, value, read } = await createTest()
    for (let at = 0; at < value.key.length; at++) {
      const changed = value.key.slice()
      changed[at]! ^= 1
      expect(await openSpaceKey(crypto, halo, space, read({ ...value, key: changed }) as never), `byte ${at}`).toBe(undefined)
    }
    const moved = haloSpaces({ [haloNames.space(other)]: value }).get(other)
    expect(await openSpaceKey(crypto, halo, other, moved as never)).toBe(undefined)
    const without = { id: halo.id, keyRing: { ...halo.keyRing, get: () => undefined } }
    expect(await openSpaceKey(crypto, without, space, read(value) as never)).toBe(undefined)
  })

  it('says nothing of a space while there is no key to seal under', async () => {
    const { crypto, halo, key } = await createTest()
    expect(await spaceValue(crypto, { ...halo, keyRing: { ...halo.keyRing, newest: () => undefined } }, space, '', key)).toBe(undefined)
  })

  it.each<[string, Value]>([
    ['nothing', null],
    ['a text', 'gone'],
    ['a list', ['gone', true]],
    ['no key', { name: 'Garden' }],
    ['a short key', { name: 'Garden', key: new Uint8Array(123) }],
    ['a long key', { name: 'Garden', key: new Uint8Array(125) }],
    ['gone, but not quite', { gone: 1 }],
    ['gone in a way that nobody knows', { gone: 'sold', ends: new Uint8Array(32) }],
    ['gone without ends', { gone: 'deleted' }],
    ['gone by half an end', { gone: 'deleted', ends: new Uint8Array(33) }],
    ['gone by too many ends', { gone: 'deleted', ends: new Uint8Array(32 * 17) }],
  ])('takes %s for no space', async (_what, value) => {
    const { read } = await createTest()
    expect(read(value)).toBe(undefined)
  })

  it('reads tombstones, names that are none as empty ones, and no name that is no id', async () => {
    const { value, read } = await createTest()
    const ends = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    expect(read(goneValue('deleted', ends))).toEqual({ gone: 'deleted', ends })
    expect(read(goneValue('left', []))).toEqual({ gone: 'left', ends: [] })
    const many = read(
      goneValue(
        'left',
        Array.from({ length: 40 }, () => ends[0]!),
      ),
    )
    expect(many?.gone === 'left' && many.ends).toHaveLength(16)
    expect(read({ ...value, name: 7 })).toMatchObject({ name: '' })
    expect(haloSpaces({ 'space:x': value, [`space:${space}x`]: value, name: value }).size).toBe(0)
  })

  it('reads contacts, and none of a form that a profile may not have', () => {
    const ben = idOf(3) as IdentityId
    const read = (value: Value): unknown => haloContacts({ [haloNames.contact(ben)]: value }).get(ben)
    expect(read({ name: 'Ben', colour: '#0000ff', emoji: '🐻', counter: 2 })).toEqual({
      name: 'Ben',
      colour: '#0000ff',
      emoji: '🐻',
      counter: 2,
    })
    expect(read({ name: '', counter: 0 })).toEqual({ name: '', counter: 0 })
    for (const bad of [
      null,
      'Ben',
      { name: 'Ben' },
      { name: 'Ben', counter: 0.5 },
      { name: 5, counter: 1 },
      { name: 'x'.repeat(65), counter: 1 },
    ]) {
      expect(read(bad)).toBe(undefined)
    }
    expect(read({ name: 'Ben', colour: 'url(x)', counter: 1 })).toBe(undefined)
  })

  it('reads the recovery invitation and the profile only in their forms', () => {
    const [id, rk] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    expect(haloRecovery({ recovery: { id, rk } })).toEqual({ id, rk })
    for (const bad of [null, { id }, { id, rk: new Uint8Array(31) }, { id: 'x', rk }])
      expect(haloRecovery({ recovery: bad })).toBe(undefined)
    expect(haloProfile({ profile: id })).toBe(id)
    expect(haloProfile({ profile: { id } })).toBe(undefined)
    expect(haloProfile({})).toBe(undefined)
  })
})

describe('the genesis of the private space', () => {
  it('follows from the phrase alone, and lets the root key list the first device and nobody else', async () => {
    const crypto = seededCrypto()
    const root = await deriveRootKey(crypto, new Uint8Array(32).fill(7))
    const [genesis, again] = [await createHaloGenesis(crypto, root), await createHaloGenesis(seededCrypto(9), root)]
    expect(again.space).toBe(genesis.space)
    const another = await createHaloGenesis(crypto, await deriveRootKey(crypto, new Uint8Array(32).fill(8)))
    expect(another.space).not.toBe(genesis.space)

    const device = await createDevice(crypto, root.signing)
    const log = createMembershipLog({ crypto, space: genesis.space })
    expect(await log.add(genesis.operation)).toEqual({ ok: true, value: 'added' })
    expect(log.state.get().members.get(device.id)).toMatchObject({ role: 'owner', devices: [] })
    const [listed] = await createDeviceAddition({
      log,
      identity: device.id,
      signer: { deviceId: 'root', signing: root.signing },
      record: device.record,
    })
    expect(await log.add(listed!)).toEqual({ ok: true, value: 'added' })
    expect(log.isWriter(device.id, device.deviceId)).toBe(true)

    const stranger = await createPerson(crypto)
    await expect(
      createDeviceAddition({
        log,
        identity: stranger.id,
        signer: { deviceId: stranger.deviceId, signing: stranger.signing },
        record: stranger.record,
      }),
    ).rejects.toMatchObject({ code: 'not-authorised' })
  })
})
