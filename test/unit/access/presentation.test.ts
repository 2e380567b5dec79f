import { describe, expect, it } from 'vitest'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { createAdmission, createPromotion } from '../../../src/access/making/createAdmission.ts'
import { verifyEvidence } from '../../../src/access/judging/verifyEvidence.ts'
import { createPresentation, maxPresentationBytes, verifyPresentation, type PresentationFault } from '../../../src/access/presentation.ts'
import { labelledSign } from '../../../src/crypto/labels.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { concatBytes } from '../../../src/shared/bytes.ts'
import type { DeviceId, IdentityId, SpaceId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { admit, consentTo, createDevice, createPerson, found, seededCrypto } from './people.ts'

const nonce = new Uint8Array(32).fill(7)
const audience = 'https://club.example'
const time = 1_000_000

/** Alice's space: Bob is an admin there, who has admitted Cleo as an editor; Dan is admitted as a reader. */
async function createTest() {
  const world = await found()
  const { crypto, log, alice, space } = world
  const [bob, cleo, dan] = [await createPerson(crypto), await createPerson(crypto), await createPerson(crypto)]
  await admit(world, alice, bob, 'admin')
  await admit(world, alice, dan, 'reader')
  await admit(world, bob, cleo, 'editor')
  const evidence = (of: LocalIdentity) => log.evidenceFor(of.id, of.deviceId)!
  async function present(by: LocalIdentity, change: Partial<Parameters<typeof createPresentation>[1]> = {}): Promise<Uint8Array> {
    const memberships = [{ space, operations: evidence(by)?.operations ?? [] }]
    return createPresentation(by, { audience, nonce, time, records: [by.record], memberships, ...change })
  }
  const verify = (bytes: Uint8Array, now = time) => verifyPresentation(crypto, bytes, { nonce, audience, now })
  const codeOf = async (bytes: Uint8Array, now?: number): Promise<PresentationFault | 'ok'> => {
    const verified = await verify(bytes, now)
    return verified.ok ? 'ok' : verified.error
  }
  return { ...world, bob, cleo, dan, evidence, present, verify, codeOf }
}

describe('a presentation', () => {
  it('shows whose device it is, and as what and by whom the person was admitted, and tells nothing of others', async () => {
    const { space, alice, bob, cleo, dan, evidence, present, verify } = await createTest()
    expect(await verify(await present(cleo))).toEqual({
      ok: true,
      value: { identity: cleo.id, device: cleo.deviceId, time, memberships: [{ space, role: 'editor', admittedBy: bob.id }] },
    })
    expect((await verify(await present(alice))).ok).toBe(true)
    expect(evidence(alice)).toMatchObject({ role: 'owner', admittedBy: undefined })
    // Genesis, Bob's admission and Cleo's: not Dan's, nor any key.
    expect(evidence(cleo).operations).toHaveLength(3)
    expect(evidence(dan)).toMatchObject({ role: 'reader', admittedBy: alice.id })
    expect(await verify(await present(dan, { memberships: [] }))).toMatchObject({ ok: true, value: { memberships: [] } })
  })

  it('shows the highest role, and a device that another one has added', async () => {
    const { crypto, log, alice, cleo, evidence, present, verify } = await createTest()
    await log.add(await createPromotion({ crypto, log, signer: alice, identity: cleo.id, role: 'admin' }))
    expect(evidence(cleo)).toMatchObject({ role: 'admin', admittedBy: alice.id })
    const phone = await createDevice(crypto, { ...cleo.signing, publicKey: cleo.record.identity }, cleo.signing)
    const tablet = await createDevice(crypto, { ...cleo.signing, publicKey: cleo.record.identity }, phone.signing)
    for (const [by, added] of [
      [cleo, phone],
      [phone, tablet],
    ] as const) {
      const signer = { deviceId: by.deviceId, signing: by.signing }
      for (const operation of await createDeviceAddition({ log, identity: cleo.id, signer, record: added.record })) await log.add(operation)
    }
    const records = [cleo.record, phone.record, tablet.record]
    const shown = await verify(await present(tablet, { records }))
    expect(shown).toMatchObject({ ok: true, value: { device: tablet.deviceId, identity: cleo.id, memberships: [{ role: 'admin' }] } })
  })

  it('is taken by the asker alone, for the question alone, and not for long', async () => {
    const { crypto, cleo, present, verify, codeOf } = await createTest()
    const bytes = await present(cleo)
    const asked = { nonce, audience, now: time }
    const codeFor = async (change: object) => {
      const verified = await verifyPresentation(crypto, bytes, { ...asked, ...change })
      return verified.ok ? 'ok' : verified.error
    }
    expect(await codeFor({ audience: 'https://other.example' })).toBe('wrong-audience')
    expect(await codeFor({ nonce: new Uint8Array(32).fill(8) })).toBe('wrong-nonce')
    expect(await codeFor({ nonce: nonce.slice(0, 16) })).toBe('wrong-nonce')
    expect(await codeOf(bytes, time + 5 * 60_000)).toBe('ok')
    expect(await codeOf(bytes, time + 5 * 60_000 + 1)).toBe('expired')
    expect(await codeFor({ now: time + 20_000, maxAgeMs: 10_000 })).toBe('expired')
    // Clocks differ, but not so much.
    expect(await codeOf(bytes, time - 60_000)).toBe('ok')
    expect(await codeOf(bytes, time - 60_001)).toBe('expired')
    expect((await verify(bytes)).ok).toBe(true)
  })

  it('is refused with any byte changed, cut off anywhere, or with anything behind it', { timeout: 30_000 }, async () => {
    const { cleo, present, codeOf } = await createTest()
    const bytes = await present(cleo)
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << (at % 8)
      expect(await codeOf(changed), `byte ${at}`).not.toBe('ok')
      if (at % 9 === 0) expect(await codeOf(bytes.slice(0, at)), `cut at ${at}`).toBe('malformed')
    }
    expect(await codeOf(concatBytes(bytes, new Uint8Array(1)))).toBe('malformed')
    expect(await codeOf(new Uint8Array(maxPresentationBytes + 1))).toBe('malformed')
    const random = createSeededRandom('presentation')
    for (let i = 0; i < 300; i++) expect(await codeOf(concatBytes(Uint8Array.of(1), random.bytes(i * 3)))).toBe('malformed')
  })

  it('of a newer version says so, by its first byte or by a field that must be understood', async () => {
    const { cleo, present, codeOf } = await createTest()
    const bytes = await present(cleo)
    expect(await codeOf(Uint8Array.of(2, ...bytes.subarray(1)))).toBe('newer-version')
    const withField = async (tag: number) => {
      const body = concatBytes(bytes.subarray(0, -65), Uint8Array.of(1, tag, 0))
      return concatBytes(body, await labelledSign(cleo.signing, 'presentation', body))
    }
    expect(await codeOf(await withField(2))).toBe('newer-version')
    expect(await codeOf(await withField(3))).toBe('ok')
  })

  it('cannot be made by another device, for another person, or with records that do not lead to the root key', async () => {
    const { crypto, bob, cleo, dan, present, codeOf } = await createTest()
    expect(await codeOf(await present({ ...cleo, signing: dan.signing }))).toBe('bad-signature')
    // Signed for another purpose.
    const body = (await present(cleo)).subarray(0, -64)
    expect(await codeOf(concatBytes(body, await labelledSign(cleo.signing, 'profile', body)))).toBe('bad-signature')
    expect(await codeOf(await present(cleo, { records: [] }))).toBe('malformed')
    // Dan claims to be Bob's device: his record names Bob, and Bob's key has not certified it.
    const claimed = { ...dan.record, identity: bob.record.identity }
    expect(await codeOf(await present(dan, { records: [claimed], memberships: [] }))).toBe('bad-device')
    const phone = await createDevice(crypto, { ...cleo.signing, publicKey: cleo.record.identity }, cleo.signing)
    expect(await codeOf(await present(phone, { records: [phone.record], memberships: [] }))).toBe('bad-device')
    expect(await codeOf(await present(phone, { records: [cleo.record, phone.record], memberships: [] }))).toBe('ok')
    expect(await codeOf(await present(phone, { records: [dan.record, phone.record], memberships: [] }))).toBe('bad-device')
  })

  it('shows no membership that does not follow from its operations', async () => {
    const { crypto, log, space, alice, bob, cleo, dan, evidence, present, codeOf } = await createTest()
    const other = await found(seededCrypto('other'))
    const [genesis, bobs, cleos] = evidence(cleo).operations
    const showing = async (operations: readonly Uint8Array[], of: SpaceId = space, by = cleo) =>
      codeOf(await present(by, { memberships: [{ space: of, operations }] }))
    expect(await showing([genesis!, bobs!, cleos!])).toBe('ok')
    expect(await showing([])).toBe('bad-membership')
    expect(await showing([genesis!, cleos!])).toBe('bad-membership')
    expect(await showing([bobs!, cleos!])).toBe('bad-membership')
    expect(await showing([genesis!, cleos!, bobs!])).toBe('bad-membership')
    expect(await showing([genesis!, bobs!])).toBe('bad-membership')
    expect(await showing([genesis!, bobs!, cleos!, cleos!])).toBe('bad-membership')
    expect(await showing([genesis!, bobs!, cleos!], other.space)).toBe('bad-membership')
    expect(await showing([other.genesis, bobs!, cleos!], other.space)).toBe('bad-membership')
    // Another's evidence shows nothing of the one who presents.
    expect(await showing(evidence(bob).operations)).toBe('bad-membership')
    expect(await showing([genesis!, bobs!, cleos!], space, dan)).toBe('bad-membership')
    const forged = cleos!.slice()
    forged[forged.length - 1]! ^= 1
    expect(await showing([genesis!, bobs!, forged])).toBe('bad-membership')
    // A reader admits: signed properly, and against the rules.
    const eve = await createPerson(crypto)
    const lax = { ...log, signingEntry: (identity: IdentityId, device: DeviceId) => log.signingEntry(identity, device, 'reader') }
    const admitting = { records: [eve.record], name: 'Eve', ...(await consentTo(crypto, space, eve)) }
    const byReader = await createAdmission({ crypto, log: lax, signer: dan, admit: { ...admitting, role: 'editor' } })
    const byAdmin = await createAdmission({ crypto, log: lax, signer: bob, admit: { ...admitting, role: 'editor' } })
    const ownerByAdmin = await createAdmission({ crypto, log: lax, signer: bob, admit: { ...admitting, role: 'owner' } })
    const of = { identity: eve.id, device: eve.deviceId }
    expect(await verifyEvidence(crypto, space, [...evidence(dan).operations, byReader], of)).toBe(undefined)
    expect(await verifyEvidence(crypto, space, [...evidence(bob).operations, byAdmin], of)).toMatchObject({
      role: 'editor',
      admittedBy: bob.id,
    })
    expect(await verifyEvidence(crypto, space, [...evidence(bob).operations, ownerByAdmin], of)).toBe(undefined)
    expect(await verifyEvidence(crypto, space, [genesis!], { identity: alice.id, device: alice.deviceId })).toEqual({
      role: 'owner',
      admittedBy: undefined,
    })
  })

  it('is made of a nonce, an audience and spaces within bounds only', async () => {
    const { space, cleo, present } = await createTest()
    for (const change of [
      { nonce: new Uint8Array(15) },
      { nonce: new Uint8Array(65) },
      { audience: '' },
      { audience: 'x'.repeat(257) },
      { memberships: Array.from({ length: 9 }, () => ({ space, operations: [] })) },
      { memberships: [{ space, operations: Array.from({ length: 33 }, () => new Uint8Array(1)) }] },
    ]) {
      await expect(present(cleo, change), JSON.stringify(change).slice(0, 40)).rejects.toMatchObject({ code: 'bad-value' })
    }
  })
})
