import { beforeEach, describe, expect, it } from 'vitest'
import { createAdmission, createPromotion } from '../../../src/access/making/createAdmission.ts'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { createAdmissionEnd } from '../../../src/access/making/createEnd.ts'
import { createGenesis } from '../../../src/access/making/createGenesis.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { admit, consentTo, createDevice, createPerson, found, type Founded } from './people.ts'

let founded: Founded
beforeEach(async () => {
  founded = await found()
})

async function requestOf(guest: LocalIdentity, role: 'owner' | 'editor' = 'editor') {
  return { records: [guest.record], role, name: 'Guest', ...(await consentTo(founded.crypto, founded.space, guest)) }
}

describe('a genesis', () => {
  it('makes another space each time, with the founder as owner', async () => {
    const again = await createGenesis({ crypto: founded.crypto, identity: founded.alice, name: 'Alice' })
    expect(again.space).not.toBe(founded.space)
    const member = founded.log.state.get().members.get(founded.alice.id)
    expect(member).toEqual({ identity: founded.alice.id, role: 'owner', rank: 0, name: 'Alice', devices: [founded.alice.record] })
  })

  it('by a device that another one certified carries the chain, whose elders get no entry', async () => {
    const { crypto } = founded
    const root = await crypto.createSigningKey()
    const elder = await createDevice(crypto, root)
    const identity = await createDevice(crypto, root, elder.signing)
    const { space, operation } = await createGenesis({ crypto, identity, name: 'Pair', certifiers: [elder.record] })
    const log = createMembershipLog({ crypto, space })
    expect(await log.add(operation)).toEqual({ ok: true, value: 'added' })
    expect(log.isWriter(identity.id, identity.deviceId)).toBe(true)
    expect(log.isWriter(elder.id, elder.deviceId)).toBe(false)
    const without = await createGenesis({ crypto, identity, name: 'Pair' })
    expect(await createMembershipLog({ crypto, space: without.space }).add(without.operation)).toEqual({ ok: false, error: 'body' })
  })

  it('takes a name of 64 bytes and no longer one', async () => {
    const { crypto, alice } = founded
    await expect(createGenesis({ crypto, identity: alice, name: 'ä'.repeat(32) })).resolves.toBeDefined()
    await expect(createGenesis({ crypto, identity: alice, name: 'ä'.repeat(33) })).rejects.toMatchObject({ code: 'bad-value' })
  })
})

describe('an admission', () => {
  it('is refused to be made by who may not admit, before the log has to', async () => {
    const { crypto, log, alice } = founded
    const [admin, editor, guest] = [await createPerson(crypto), await createPerson(crypto), await createPerson(crypto)]
    await admit(founded, alice, admin, 'admin')
    await admit(founded, alice, editor, 'editor')
    for (const [signer, role] of [
      [editor, 'editor'],
      [guest, 'editor'],
      [admin, 'owner'],
    ] as const) {
      const attempt = createAdmission({ crypto, log, signer, admit: await requestOf(guest, role) })
      await expect(attempt).rejects.toMatchObject({ code: 'not-authorised' })
    }
    const empty = createAdmission({ crypto, log, signer: alice, admit: { ...(await requestOf(guest)), records: [] } })
    await expect(empty).rejects.toMatchObject({ code: 'bad-value' })
  })

  it('is signed under the most senior entry that suffices', async () => {
    const { crypto, log, alice } = founded
    const [admin, twice, guest] = [await createPerson(crypto), await createPerson(crypto), await createPerson(crypto)]
    await admit(founded, alice, admin, 'admin')
    await admit(founded, admin, twice, 'admin')
    expect(log.state.get().members.get(twice.id)?.rank).toBe(2)
    await admit(founded, alice, twice, 'admin')
    await admit(founded, twice, guest, 'admin')
    expect(log.state.get().members.get(guest.id)?.rank).toBe(2)
  })
})

describe('a promotion', () => {
  it('is a further admission with all live devices and the consent of the first', async () => {
    const { crypto, log, alice } = founded
    const root = await crypto.createSigningKey()
    const elder = await createDevice(crypto, root)
    const junior = await createDevice(crypto, root, elder.signing)
    const third = await createDevice(crypto, root)
    await admit(founded, alice, junior, 'reader', [elder.record])
    await admit(founded, alice, third, 'reader')
    expect(await log.add(await createPromotion({ crypto, log, signer: alice, identity: junior.id, role: 'admin' }))).toEqual({
      ok: true,
      value: 'added',
    })
    const member = log.state.get().members.get(junior.id)
    expect(member).toMatchObject({ role: 'admin', rank: 1 })
    expect(member?.devices).toHaveLength(2)
    expect([junior, third, elder].map((device) => log.isWriter(device.id, device.deviceId))).toEqual([true, true, false])
    expect(log.admissionsOf(junior.id)).toHaveLength(3)
  })

  it('is not kept from happening by a person who lists more devices, or a longer chain of them, than an admission holds', async () => {
    const { crypto, log, alice } = founded
    const root = await crypto.createSigningKey()
    const first = await createDevice(crypto, root)
    await admit(founded, alice, first, 'editor')
    const signer = { deviceId: first.deviceId, signing: first.signing }
    let certifier = first
    for (let i = 0; i < 70; i++) {
      const device = await createDevice(crypto, root, certifier.signing)
      for (const operation of await createDeviceAddition({ log, identity: first.id, signer, record: device.record }))
        await log.add(operation)
      if (i < 10) certifier = device
    }
    expect(log.state.get().members.get(first.id)?.devices).toHaveLength(71)
    const [editor] = log.admissionsOf(first.id)
    expect((await log.add(await createPromotion({ crypto, log, signer: alice, identity: first.id, role: 'reader' }))).ok).toBe(true)
    await log.add(await createAdmissionEnd({ log, signer: alice, admission: editor!, blocks: [] }))
    expect(log.state.get().members.get(first.id)).toMatchObject({ role: 'reader' })
    expect(log.device(first.deviceId)).toBeDefined()
  })

  it('of a stranger or a founder is refused', async () => {
    const { crypto, log, alice } = founded
    const stranger = await createPerson(crypto)
    for (const identity of [stranger.id, alice.id]) {
      await expect(createPromotion({ crypto, log, signer: alice, identity, role: 'admin' })).rejects.toMatchObject({ code: 'bad-value' })
    }
  })

  it('of oneself is refused', async () => {
    const { crypto, log, alice } = founded
    const admin = await createPerson(crypto)
    await admit(founded, alice, admin, 'admin')
    const attempt = createPromotion({ crypto, log, signer: admin, identity: admin.id, role: 'owner' })
    await expect(attempt).rejects.toMatchObject({ code: 'not-authorised' })
  })
})
