import { describe, expect, it } from 'vitest'
import { createAdmission, createPromotion } from '../../../src/access/making/createAdmission.ts'
import { createDenial } from '../../../src/access/making/createDenial.ts'
import { createAdmissionEnd, createRemoval } from '../../../src/access/making/createEnd.ts'
import { createInvite } from '../../../src/access/making/createInvite.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { OperationLog } from '../../../src/access/operationLog.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { admit, consentTo, createPerson, found, seededCrypto } from './people.ts'

/** alice has announced an invitation for two; bob is an admin, who hosts it too. */
async function createTest(uses = 2) {
  const founded = await found(seededCrypto('excess'))
  const { crypto, alice, log, space } = founded
  const bob = await createPerson(crypto)
  await admit(founded, alice, bob, 'admin')
  const invitationId = new Uint8Array(32).fill(8)
  const rendezvousKey = new Uint8Array(32).fill(7)
  const terms = { invitationId, rendezvousKey, role: 'editor', uses, approval: false, delegated: true, expiresAt: 0 } as const
  await log.add(await createInvite({ log, signer: alice, invitation: terms }))
  const invitation = { invitationId, uses, inviter: alice.id }

  /** What somebody knows who has these operations. */
  async function logOf(operations: readonly Uint8Array[]): Promise<OperationLog> {
    const other = createMembershipLog({ crypto, space })
    for (const operation of operations) await other.add(operation)
    return other
  }
  /** Lets a new person in by the invitation, in somebody's log. */
  async function letIn(signer: LocalIdentity, into: OperationLog = log): Promise<LocalIdentity> {
    const guest = await createPerson(crypto)
    const request = {
      records: [guest.record],
      role: 'editor',
      name: 'Guest',
      ...(await consentTo(crypto, space, guest, invitationId)),
    } as const
    await into.add(await createAdmission({ crypto, log: into, signer, admit: request }))
    return guest
  }
  const excess = (of: OperationLog = log) => of.excessOf(invitation).map(({ identityId }) => identityId)
  return { ...founded, bob, invitation, logOf, letIn, excess }
}

describe('who came after an invitation was used up', () => {
  it('is nobody as long as there are no more than it is for, however often each was admitted', async () => {
    const { crypto, log, alice, letIn, excess } = await createTest()
    const [first] = [await letIn(alice), await letIn(alice)]
    await log.add(await createPromotion({ crypto, log, signer: alice, identity: first.id, role: 'admin' }))
    expect([excess(), log.usesOf(new Uint8Array(32).fill(8))]).toEqual([[], 2])
  })

  it('is who came last where it is known, and of those who do not know of each other the same for everyone, in every order', async () => {
    const { log, alice, bob, letIn, logOf, excess } = await createTest()
    const apart = await logOf(log.operations())
    const hers = [await letIn(alice)]
    const his = [await letIn(bob, apart), await letIn(bob, apart)]
    const all = [...new Set([...log.operations(), ...apart.operations()])]
    const verdicts = new Set<string>()
    for (const order of [all, [...all].reverse(), [...all].sort()]) {
      const mixed = await logOf([all[0]!, ...order])
      for (const operation of all) await mixed.add(operation)
      verdicts.add(JSON.stringify([...excess(mixed)].sort()))
    }
    expect(verdicts.size).toBe(1)
    const out = new Set(JSON.parse([...verdicts][0]!) as string[])
    // He knew that his first one came first; whom the inviter lets in stays.
    expect([out, out.has(hers[0]!.id)]).toEqual([new Set([his[1]!.id]), false])
  })

  it('is nobody of whom the admission does not count, for who was let in by one who was removed takes nobody the place', async () => {
    const { log, alice, bob, letIn, logOf, excess, invitation } = await createTest(1)
    const apart = await logOf(log.operations())
    await letIn(bob, apart)
    await log.add(await createRemoval({ log, signer: alice, identity: bob.id, blocks: [] }))
    // Nor does it use the invitation up, for he may sign as many as he likes.
    for (const operation of apart.operations()) await log.add(operation)
    expect(log.usesOf(invitation.invitationId)).toBe(0)
    await letIn(alice)
    expect([excess(), log.usesOf(invitation.invitationId)]).toEqual([[], 1])
  })

  it('is never one whom the inviter let in because of what a junior admin signed as if it had come earlier', async () => {
    const { log, alice, bob, letIn, logOf, excess } = await createTest(2)
    const early = await logOf(log.operations())
    const honest = [await letIn(alice), await letIn(alice)]
    const puppets = [await letIn(bob, early)]
    for (const operation of early.operations()) await log.add(operation)
    expect(excess()).toEqual(puppets.map(({ id }) => id))
    expect(honest.every(({ id }) => log.state.get().members.has(id))).toBe(true)
  })

  it('is told no more once it has ended, and nobody else takes its place', async () => {
    const { log, alice, letIn, excess, invitation } = await createTest(1)
    await letIn(alice)
    const second = await letIn(alice)
    expect(excess()).toEqual([second.id])
    for (const admission of log.excessOf(invitation)) await log.add(await createAdmissionEnd({ log, signer: alice, admission, blocks: [] }))
    expect([excess(), log.device(second.deviceId), log.state.get().members.size]).toEqual([[], undefined, 3])
  })
})

it('who was let in by one who was removed meanwhile is told by whose end that is', async () => {
  const { log, alice, bob, letIn, logOf } = await createTest()
  const apart = await logOf(log.operations())
  const guest = await letIn(bob, apart)
  const removal = await createRemoval({ log, signer: alice, identity: bob.id, blocks: [] })
  await log.add(removal)
  for (const operation of apart.operations()) await log.add(operation)
  expect([log.device(guest.deviceId), log.endsAgainst(guest.deviceId, apart.heads())]).toEqual([undefined, [removal]])
  await apart.add(removal)
  expect(apart.device(guest.deviceId)).toBe(undefined)
  // Nobody ended anything of hers.
  expect(log.endsAgainst(alice.deviceId)).toEqual([])
})

it('whom an admin turned away is known to all, as long as that admin counts', async () => {
  const { log, crypto, alice, bob, invitation, logOf } = await createTest()
  const mel = await createPerson(crypto)
  const denial = { invitationId: invitation.invitationId, identity: mel.record.identity }
  await log.add(await createDenial({ log, signer: bob, denial }))
  const other = await logOf(log.operations())
  const known = (of: OperationLog) => of.hasDenied(invitation.invitationId, mel.id)
  expect([known(log), known(other), log.hasDenied(new Uint8Array(32), mel.id), log.hasDenied(invitation.invitationId, bob.id)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  await expect(createDenial({ log, signer: mel, denial })).rejects.toMatchObject({ code: 'not-authorised' })
  const earlier = await logOf(log.operations().slice(0, -1))
  await log.add(await createRemoval({ log: earlier, signer: alice, identity: bob.id, blocks: [] }))
  expect(known(log)).toBe(false)
})
