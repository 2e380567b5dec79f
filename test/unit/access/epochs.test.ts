import { beforeEach, describe, expect, it } from 'vitest'
import { encodeEpochBody } from '../../../src/access/bodies/epochBody.ts'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { createEpoch } from '../../../src/access/making/createEpoch.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { epochKeyId } from '../../../src/access/keys/epochKeys.ts'
import type { KeyRing } from '../../../src/access/keys/keyRing.ts'
import { openEpochs } from '../../../src/access/keys/openEpochs.ts'
import { operationKinds, signOperation } from '../../../src/access/operation.ts'
import { sealPreviousKey } from '../../../src/access/keys/previousKey.ts'
import { sealKeyFor, openSealedKey } from '../../../src/access/keys/sealedKey.ts'
import type { OperationLog } from '../../../src/access/operationLog.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { compareBytes, toHex } from '../../../src/shared/bytes.ts'
import { idBytes } from '../../../src/shared/ids.ts'
import { admit, createDevice, createPerson, found, type Founded } from './people.ts'

let founded: Founded
let bob: LocalIdentity
let reader: LocalIdentity
let keyRing: KeyRing
beforeEach(async () => {
  founded = await found()
  bob = await createPerson(founded.crypto)
  reader = await createPerson(founded.crypto)
  await admit(founded, founded.alice, bob, 'admin')
  await admit(founded, bob, reader, 'reader')
  keyRing = createKeyRing(founded)
})

/** Rotates as an app does: the operation into the log, the key into the ring. */
async function rotate(signer = founded.alice, ring = keyRing, log = founded.log) {
  const epoch = await createEpoch({ crypto: founded.crypto, log, signer, keyRing: ring })
  expect(await log.add(epoch.operation)).toEqual({ ok: true, value: 'added' })
  ring.add(epoch.key.id, epoch.key.key)
  return epoch.key
}

async function openAs(identity: LocalIdentity, log: OperationLog = founded.log): Promise<KeyRing> {
  const ring = createKeyRing({ crypto: founded.crypto, log })
  await openEpochs({ crypto: founded.crypto, log, keyRing: ring, identity })
  return ring
}

/** Another log with the same operations. */
async function copyLog(): Promise<OperationLog> {
  const log = createMembershipLog(founded)
  for (const operation of founded.log.operations()) await log.add(operation)
  return log
}

describe('an epoch', () => {
  it('is opened by every live device, readers too, and by nobody else', async () => {
    const key = await rotate()
    for (const person of [founded.alice, bob, reader]) expect((await openAs(person)).newest()).toEqual(key)
    expect((await openAs(await createPerson(founded.crypto))).all()).toEqual([])
  })

  it('is opened with real keys', async () => {
    const crypto = await createWebCrypto()
    const real = await found(crypto)
    const guest = await createPerson(crypto)
    await admit(real, real.alice, guest, 'editor')
    const ring = createKeyRing(real)
    const { operation, key } = await createEpoch({ crypto, log: real.log, signer: real.alice, keyRing: ring })
    await real.log.add(operation)
    expect(await openEpochs({ crypto, log: real.log, keyRing: ring, identity: guest })).toBe(1)
    expect(ring.newest()).toEqual(key)
    expect(await openEpochs({ crypto, log: real.log, keyRing: ring, identity: guest })).toBe(0)
  })

  it('is not made by a reader or a stranger', async () => {
    for (const signer of [reader, await createPerson(founded.crypto)]) {
      await expect(createEpoch({ ...founded, signer, keyRing })).rejects.toMatchObject({ code: 'not-authorised' })
    }
  })

  it('is made however many devices a reader lists, and reaches everyone else', { timeout: 30_000 }, async () => {
    const { crypto, log } = founded
    const root = await crypto.createSigningKey()
    const crowd = await createDevice(crypto, root)
    await admit(founded, bob, crowd, 'reader')
    const signer = { deviceId: crowd.deviceId, signing: crowd.signing }
    for (let i = 0; i < 740; i++) {
      const { record } = await createDevice(crypto, root, crowd.signing)
      for (const operation of await createDeviceAddition({ log, identity: crowd.id, signer, record })) await log.add(operation)
    }
    expect(log.state.get().members.get(crowd.id)!.devices).toHaveLength(741)
    const key = await rotate()
    expect(log.epochs()[0]!.recipients).toHaveLength(740)
    for (const person of [founded.alice, bob, reader, crowd]) expect((await openAs(person)).newest()).toEqual(key)
  })

  it('reaches a device admitted later through a sealed key, which then opens all the history', async () => {
    const keys = [await rotate(), await rotate(bob)]
    const late = await createPerson(founded.crypto)
    await admit(founded, bob, late, 'editor')
    const ring = await openAs(late)
    expect(ring.newest()).toBeUndefined()
    const { crypto, log } = founded
    const space = idBytes(founded.space)
    const newest = keys.at(-1)!
    const opened = await openSealedKey(crypto, space, late, newest.id, (await sealKeyFor(crypto, space, newest, late.record))!)
    expect(ring.add(opened!.id, opened!.key)).toBe(true)
    expect(await openEpochs({ crypto, log, keyRing: ring, identity: late })).toBe(1)
    expect(ring.newest()).toEqual(newest)
    expect(ring.get(keys[0]!.id)).toEqual(keys[0])
  })

  it('opens backwards over six of them, and never forwards', async () => {
    const keys = []
    for (let i = 0; i < 6; i++) keys.push(await rotate(i % 2 === 0 ? founded.alice : bob))
    expect(founded.log.epochs().map((epoch) => epoch.previous.length)).toEqual([0, 1, 1, 1, 1, 1])
    const stranger = await createPerson(founded.crypto)
    for (const [index, key] of keys.entries()) {
      const ring = createKeyRing(founded)
      ring.add(key.id, key.key)
      expect(await openEpochs({ ...founded, keyRing: ring, identity: stranger })).toBe(index)
      expect(
        ring
          .all()
          .map(({ id }) => toHex(id))
          .sort(),
      ).toEqual(
        keys
          .slice(0, index + 1)
          .map(({ id }) => toHex(id))
          .sort(),
      )
    }
  })

  it('keeps both keys of two concurrent ones', async () => {
    const other = await copyLog()
    const mine = await rotate()
    const theirs = await rotate(bob, createKeyRing({ crypto: founded.crypto, log: other }), other)
    for (const operation of other.operations()) await founded.log.add(operation)
    const ring = await openAs(founded.alice)
    const third = await rotate(founded.alice, ring)
    const lone = createKeyRing(founded)
    lone.add(third.id, third.key)
    await openEpochs({ ...founded, keyRing: lone, identity: await createPerson(founded.crypto) })
    expect(lone.get(mine.id)).toEqual(mine)
    expect(lone.get(theirs.id)).toEqual(theirs)
  })

  it('keeps again what an earlier one only claimed to keep', async () => {
    const { crypto, log } = founded
    const space = idBytes(founded.space)
    const first = await rotate()
    const secret = crypto.randomBytes(32)
    const id = epochKeyId(crypto, space, secret)
    const own = (await sealKeyFor(crypto, space, { id, key: secret }, founded.alice.record))!
    const bad = encodeEpochBody({
      keyId: id,
      oneTimeKey: own.slice(0, 32),
      recipients: [{ device: founded.alice.record.sign, sealed: own.slice(32) }],
      previous: [{ keyId: first.id, sealed: new Uint8Array(48) }],
    })
    const as = log.signingEntry(bob.id, bob.deviceId, 'editor')!.as
    const content = { space, kind: operationKinds.epoch, as, by: bob.record.sign, parents: log.heads(), body: bad }
    expect((await log.add(await signOperation(bob.signing, content))).ok).toBe(true)
    const ring = await openAs(founded.alice)
    expect(ring.all()).toHaveLength(2)
    await rotate(founded.alice, ring)
    expect(
      log
        .epochs()
        .at(-1)!
        .previous.map(({ keyId }) => toHex(keyId))
        .sort(),
    ).toEqual([first.id, id].map(toHex).sort())
  })

  it('passes over a sealed earlier key that opens to another one, or that no epoch names', async () => {
    const { crypto, log } = founded
    const space = idBytes(founded.space)
    const first = await rotate()
    const secret = crypto.randomBytes(32)
    const id = epochKeyId(crypto, space, secret)
    const unnamed = crypto.randomBytes(32)
    const body = encodeEpochBody({
      keyId: id,
      oneTimeKey: new Uint8Array(32),
      recipients: [{ device: bob.record.sign, sealed: new Uint8Array(48) }],
      previous: [
        await sealPreviousKey(crypto, space, secret, { id: first.id, key: unnamed }),
        await sealPreviousKey(crypto, space, secret, { id: epochKeyId(crypto, space, unnamed), key: unnamed }),
      ],
    })
    const as = log.signingEntry(bob.id, bob.deviceId, 'editor')!.as
    const content = { space, kind: operationKinds.epoch, as, by: bob.record.sign, parents: log.heads(), body }
    await log.add(await signOperation(bob.signing, content))
    const ring = createKeyRing(founded)
    ring.add(id, secret)
    expect(await openEpochs({ crypto, log, keyRing: ring, identity: await createPerson(crypto) })).toBe(0)
  })

  it('is made although a member lists a sealing key to which nothing can be sealed', async () => {
    const real = await found(await createWebCrypto())
    const { crypto } = real
    const lame = await createPerson({
      ...crypto,
      createAgreementKey: async () => ({ ...(await crypto.createAgreementKey()), publicKey: new Uint8Array(32) }),
    })
    await admit(real, real.alice, lame, 'editor')
    const ring = createKeyRing(real)
    const { operation } = await createEpoch({ crypto, log: real.log, signer: real.alice, keyRing: ring })
    expect(await real.log.add(operation)).toEqual({ ok: true, value: 'added' })
    expect(real.log.epochs()[0]!.recipients.map(({ device }) => device)).toEqual([real.alice.record.sign])
  })
})

describe('a key ring', () => {
  it('takes a key under its own id only, and tells of each new one once', async () => {
    const heard: string[] = []
    const stop = keyRing.onAdded(({ id }) => heard.push(toHex(id)))
    const key = await rotate()
    expect(keyRing.add(key.id, key.key)).toBe(true)
    expect(keyRing.add(key.id, new Uint8Array(32))).toBe(false)
    expect(keyRing.add(new Uint8Array(32), key.key)).toBe(false)
    expect(heard).toEqual([toHex(key.id)])
    stop()
    await rotate()
    expect(heard).toHaveLength(1)
    expect(keyRing.get(new Uint8Array(32))).toBeUndefined()
  })

  it('writes under the causally latest key, and of concurrent ones under that of the smallest operation', async () => {
    expect(keyRing.newest()).toBeUndefined()
    const other = await copyLog()
    const mine = await rotate()
    expect(keyRing.newest()).toEqual(mine)
    const theirs = await rotate(bob, createKeyRing({ crypto: founded.crypto, log: other }), other)
    await founded.log.add(other.operations().at(-1)!)
    const rings = [await openAs(founded.alice), await openAs(bob)]
    const smallest = founded.log.epochs().toSorted((a, b) => compareBytes(a.operation, b.operation))[0]!.keyId
    const expected = [mine, theirs].find(({ id }) => toHex(id) === toHex(smallest))
    for (const ring of rings) expect(ring.newest()).toEqual(expected)
    const later = await rotate(founded.alice, rings[0])
    expect(rings[0]!.newest()).toEqual(later)
    // Who cannot open the later one yet goes on under what he has.
    expect(rings[1]!.newest()).toEqual(expected)
  })

  it('writes under no key that was sealed to a device which is not live', async () => {
    const { crypto, log } = founded
    const good = await rotate()
    const secret = crypto.randomBytes(32)
    const id = epochKeyId(crypto, idBytes(founded.space), secret)
    const stranger = await createPerson(crypto)
    const recipients = [{ device: stranger.record.sign, sealed: new Uint8Array(48) }]
    const body = encodeEpochBody({ keyId: id, oneTimeKey: new Uint8Array(32), recipients, previous: [] })
    const as = log.signingEntry(bob.id, bob.deviceId, 'editor')!.as
    const content = { space: idBytes(founded.space), kind: operationKinds.epoch, as, by: bob.record.sign, parents: log.heads(), body }
    await log.add(await signOperation(bob.signing, content))
    keyRing.add(id, secret)
    expect(keyRing.newest()).toEqual(good)
    await admit(founded, bob, stranger, 'reader')
    expect(keyRing.newest()?.id).toEqual(id)
  })
})
