import { beforeEach, describe, expect, it } from 'vitest'
import { createPromotion } from '../../../src/access/making/createAdmission.ts'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { createAdmissionEnd, createClosing, createLeave, createRemoval, createRevocation } from '../../../src/access/making/createEnd.ts'
import { createInvite } from '../../../src/access/making/createInvite.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { admit, createDevice, createPerson, found, seededCrypto } from './people.ts'

const added = { ok: true, value: 'added' }
const blocks = [new Uint8Array(32).fill(4)]

/** alice owns; bob is an admin with the phrase at hand; carol an admin beside him, dave bob's editor. */
async function createTest() {
  const founded = await found(seededCrypto(7))
  const { crypto, alice, log } = founded
  const root = await crypto.createSigningKey()
  const bob = await createDevice(crypto, root)
  const [carol, dave] = [await createPerson(crypto), await createPerson(crypto)]
  await admit(founded, alice, bob, 'admin')
  await admit(founded, alice, carol, 'admin')
  await admit(founded, bob, dave, 'editor')
  const addAll = async (operations: readonly Uint8Array[]): Promise<void> => {
    for (const operation of operations) expect(await log.add(operation)).toEqual(added)
  }
  const roles = () => Object.fromEntries([...log.state.get().members.values()].map(({ identity, role }) => [identity, role]))
  return { ...founded, root, bob, carol, dave, addAll, roles }
}

let test: Awaited<ReturnType<typeof createTest>>
beforeEach(async () => {
  test = await createTest()
})

const refusal = (code: string) => expect.objectContaining({ code })
const as = ({ deviceId, signing }: LocalIdentity) => ({ deviceId, signing })

describe('a removal', () => {
  it('takes a member out, and keeps the blocks of the cut', async () => {
    const { log, alice, dave, addAll } = test
    await addAll([await createRemoval({ log, signer: alice, identity: dave.id, blocks })])
    expect(log.state.get().members.has(dave.id)).toBe(false)
    expect(log.device(dave.deviceId)).toBeUndefined()
    expect(log.isWriter(dave.id, dave.deviceId)).toBe(false)
    // What he wrote before is no worse for it (M25).
    expect(log.roleAt(log.heads(), dave.id, dave.deviceId)).toBe('editor')
    expect(log.keptBlocks()).toEqual(blocks.map((block) => ({ block, identity: dave.id })))
  })

  it('is told to whom it is against with what it rests on and that one lacks, and no more', async () => {
    const { log, crypto, space, alice, carol, dave, addAll } = test
    const copyOf = async (heads: readonly Uint8Array[]) => {
      const copy = createMembershipLog({ crypto, space })
      for (const operation of log.operations().filter((each) => !log.missingFor(heads).includes(each))) await copy.add(operation)
      return copy
    }
    const his = await copyOf(log.heads())
    await addAll([await createRemoval({ log, signer: alice, identity: carol.id, blocks: [] })])
    await addAll([await createRemoval({ log, signer: alice, identity: dave.id, blocks: [] })])
    const last = log.heads()
    await admit(test, alice, await createPerson(crypto), 'reader')
    expect(log.endsAgainst(alice.deviceId)).toEqual([])
    const told = log.endsAgainst(dave.deviceId, his.heads())
    expect(told).toHaveLength(2)
    for (const operation of told) expect(await his.add(operation)).toEqual(added)
    expect(his.device(dave.deviceId)).toBeUndefined()
    expect(log.endsAgainst(dave.deviceId, his.heads())).toEqual([])
    // All of it lay before him when he was one of them.
    expect(log.endsAgainst(dave.deviceId)).toHaveLength((await copyOf(last)).operations().length)
  })

  it('is refused where the signer does not stand above: equals, seniors, strangers, oneself', async () => {
    const { crypto, log, alice, bob, carol, dave } = test
    const remove = (signer: LocalIdentity, target: LocalIdentity) => createRemoval({ log, signer, identity: target.id, blocks: [] })
    for (const [signer, target] of [
      [bob, carol],
      [bob, alice],
      [dave, carol],
      [bob, bob],
      [alice, await createPerson(crypto)],
    ] as const)
      await expect(remove(signer, target)).rejects.toEqual(refusal('not-authorised'))
  })
})

describe('a demotion', () => {
  it('is a lower admission, and the end of the higher one', async () => {
    const { log, crypto, alice, carol, addAll, roles } = test
    const [higher] = log.admissionsOf(carol.id)
    await addAll([await createPromotion({ crypto, log, signer: alice, identity: carol.id, role: 'reader' })])
    expect(roles()[carol.id]).toBe('admin')
    await addAll([await createAdmissionEnd({ log, signer: alice, admission: higher!, blocks: [] })])
    expect(roles()[carol.id]).toBe('reader')
    expect(log.isWriter(carol.id, carol.deviceId)).toBe(false)
    await expect(createAdmissionEnd({ log, signer: carol, admission: higher!, blocks: [] })).rejects.toEqual(refusal('not-authorised'))
  })
})

describe('a leave', () => {
  it('ends each admission of one, whichever came first', async () => {
    const { log, crypto, alice, dave, addAll } = test
    await addAll([await createPromotion({ crypto, log, signer: alice, identity: dave.id, role: 'admin' })])
    const leaves = await createLeave({ log, signer: dave, blocks: [] })
    expect(leaves).toHaveLength(2)
    await addAll(leaves)
    expect(log.state.get().members.has(dave.id)).toBe(false)
    await expect(createLeave({ log, signer: dave, blocks: [] })).rejects.toEqual(refusal('not-authorised'))
  })

  it('is refused to the last owner of others, and not to one who is alone', async () => {
    const { log, crypto, alice, carol, addAll } = test
    await expect(createLeave({ log, signer: alice, blocks: [] })).rejects.toEqual(refusal('last-owner'))
    await addAll([await createPromotion({ crypto, log, signer: alice, identity: carol.id, role: 'owner' })])
    await addAll(await createLeave({ log, signer: alice, blocks: [] }))
    expect(log.state.get()).toMatchObject({ isOwnerless: false })
    const alone = await found(seededCrypto(8))
    expect(await createLeave({ log: alone.log, signer: alone.alice, blocks: [] })).toHaveLength(1)
  })
})

describe('devices', () => {
  async function addSecond({ crypto, log, root, bob, addAll }: typeof test): Promise<LocalIdentity> {
    const second = await createDevice(crypto, root, bob.signing)
    await addAll(await createDeviceAddition({ log, identity: bob.id, signer: as(bob), record: second.record }))
    return second
  }

  it('are added to every admission of their person, and once', async () => {
    const { log, crypto, alice, bob, addAll } = test
    await addAll([await createPromotion({ crypto, log, signer: alice, identity: bob.id, role: 'owner' })])
    const second = await addSecond(test)
    expect(log.entriesOf(bob.id, second.deviceId)).toHaveLength(2)
    expect(log.device(second.deviceId)?.member.identity).toBe(bob.id)
    expect(await createDeviceAddition({ log, identity: bob.id, signer: as(bob), record: second.record })).toEqual([])
    // They write, and take part in later promotions.
    expect(log.roleAt(log.heads(), bob.id, second.deviceId)).toBe('owner')
  })

  it('go along when their person is given another role', async () => {
    const { log, crypto, alice, bob, addAll } = test
    const second = await addSecond(test)
    const [former] = log.admissionsOf(bob.id)
    await addAll([await createPromotion({ crypto, log, signer: alice, identity: bob.id, role: 'editor' })])
    await addAll([await createAdmissionEnd({ log, signer: alice, admission: former!, blocks: [] })])
    expect(log.state.get().members.get(bob.id)).toMatchObject({ role: 'editor', devices: [bob.record, second.record] })
  })

  it('are shut out by an older one, and not by a newer one', async () => {
    const { log, bob, addAll } = test
    const second = await addSecond(test)
    const revoke = (signer: LocalIdentity, device: LocalIdentity) =>
      createRevocation({ log, identity: bob.id, signer: as(signer), device: device.deviceId, blocks })
    await expect(revoke(second, bob)).rejects.toEqual(refusal('not-authorised'))
    await addAll(await revoke(bob, second))
    expect(log.device(second.deviceId)).toBeUndefined()
    expect(log.state.get().members.get(bob.id)?.devices).toEqual([bob.record])
    expect(log.keptBlocks()).toEqual(blocks.map((block) => ({ block, identity: bob.id, device: second.deviceId })))
  })

  it('are shut out by the phrase, all of them', async () => {
    const { log, root, bob, addAll } = test
    const second = await addSecond(test)
    for (const { deviceId } of [bob, second])
      await addAll(
        await createRevocation({ log, identity: bob.id, signer: { deviceId: 'root', signing: root }, device: deviceId, blocks: [] }),
      )
    expect(log.state.get().members.get(bob.id)?.devices).toEqual([])
  })

  it('are refused where nobody is a member, and in the hands of others', async () => {
    const { crypto, log, carol, bob } = test
    const stranger = await createPerson(crypto)
    const add = (identity: LocalIdentity, signer: LocalIdentity) =>
      createDeviceAddition({ log, identity: identity.id, signer: as(signer), record: stranger.record })
    await expect(add(stranger, stranger)).rejects.toEqual(refusal('not-authorised'))
    await expect(add(bob, carol)).rejects.toEqual(refusal('not-authorised'))
    const [forged] = await createDeviceAddition({ log, identity: bob.id, signer: as(bob), record: stranger.record })
    expect(await log.add(forged!)).toEqual({ ok: false, error: 'body' })
  })
})

describe('an announced invitation', () => {
  const invitation = {
    invitationId: new Uint8Array(32).fill(1),
    rendezvousKey: new Uint8Array(32).fill(2),
    role: 'editor' as const,
    uses: 5,
    approval: true,
    delegated: true,
    expiresAt: 1_000,
  }

  async function announce({ log, addAll, bob }: typeof test): Promise<void> {
    await addAll([await createInvite({ log, signer: bob, invitation })])
  }

  it('is open until someone closes it', async () => {
    const { log, carol, bob, dave, addAll } = test
    await announce(test)
    expect(log.invitations()).toMatchObject([{ ...invitation, inviter: bob.id, isOpen: true }])
    await expect(createClosing({ log, signer: dave, invitationId: invitation.invitationId })).rejects.toEqual(refusal('not-authorised'))
    await addAll([await createClosing({ log, signer: carol, invitationId: invitation.invitationId })])
    expect(log.invitations()).toMatchObject([{ isOpen: false }])
  })

  it('closes with the inviter', async () => {
    const { log, alice, bob, addAll } = test
    await announce(test)
    await addAll([await createRemoval({ log, signer: alice, identity: bob.id, blocks: [] })])
    expect(log.invitations()).toMatchObject([{ isOpen: false }])
  })

  it('is refused to an editor', async () => {
    const { log, dave } = test
    await expect(createInvite({ log, signer: dave, invitation })).rejects.toEqual(refusal('not-authorised'))
  })
})
