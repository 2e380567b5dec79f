import { encodeAdmitBody, type AdmitBody } from '../../src/access/bodies/admitBody.ts'
import { createConsent, invitationTarget } from '../../src/access/making/consent.ts'
import { createAdmission } from '../../src/access/making/createAdmission.ts'
import { createDeviceAddition } from '../../src/access/making/createDeviceAddition.ts'
import { createEpoch } from '../../src/access/making/createEpoch.ts'
import { createInvite } from '../../src/access/making/createInvite.ts'
import { createKeyRing } from '../../src/access/keys/createKeyRing.ts'
import type { Role } from '../../src/access/membershipLog.ts'
import { operationKinds, signOperation, type EntryReference } from '../../src/access/operation.ts'
import type { CryptoPort, SigningKey } from '../../src/crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../src/identity/localIdentity.ts'
import type { DeviceRecord } from '../../src/identity/record.ts'
import { idBytes, toId, type DeviceId } from '../../src/shared/ids.ts'
import { consentTo, createDevice, createPerson, found } from '../unit/access/people.ts'

/** An operation but for its flaw: signed under the most senior entry of `by`, on all heads, unless told otherwise. */
export interface OperationParts {
  readonly kind?: number
  readonly body: Uint8Array
  readonly as?: EntryReference
  /** Who is named as the signer. */
  readonly key?: SigningKey
  /** Who signs instead of whom the operation names. */
  readonly signer?: SigningKey
  readonly parents?: readonly Uint8Array[]
  readonly space?: Uint8Array
}

export type MembershipSpace = Awaited<ReturnType<typeof createMembershipSpace>>

/**
 * alice owns; bob and erin are her admins, bob with a second device that the first one added; carol edits, rita reads; dave is bob's admin; zed is nobody.
 * An invitation is announced, and there is a key.
 */
export async function createMembershipSpace(crypto: CryptoPort) {
  const founded = await found(crypto)
  const { log, space, alice } = founded
  const bobRoot = await crypto.createSigningKey()
  const bob = await createDevice(crypto, bobRoot)
  const bob2 = await createDevice(crypto, bobRoot, bob.signing)
  const [erin, carol, rita, dave, zed] = [
    await createPerson(crypto),
    await createPerson(crypto),
    await createPerson(crypto),
    await createPerson(crypto),
    await createPerson(crypto),
  ]
  async function letIn(by: LocalIdentity, guest: LocalIdentity, role: Role): Promise<void> {
    const admit = { records: [guest.record], role, name: 'Guest', ...(await consentTo(crypto, space, guest)) }
    await log.add(await createAdmission({ crypto, log, signer: by, admit }))
  }
  const early = log.heads()
  await letIn(alice, bob, 'admin')
  await letIn(alice, erin, 'admin')
  await letIn(bob, dave, 'admin')
  await letIn(alice, carol, 'editor')
  await letIn(alice, rita, 'reader')
  const add = { log, identity: bob.id, signer: { deviceId: bob.deviceId, signing: bob.signing }, record: bob2.record }
  for (const operation of await createDeviceAddition(add)) await log.add(operation)
  const keyRing = createKeyRing({ crypto, log })
  const epoch = await createEpoch({ crypto, log, signer: alice, keyRing })
  await log.add(epoch.operation)
  const invitationId = new Uint8Array(32).fill(9)
  const terms = { role: 'editor', uses: 1, approval: false, delegated: false, expiresAt: 0 } as const
  await log.add(
    await createInvite({ log, signer: alice, invitation: { ...terms, invitationId, rendezvousKey: new Uint8Array(32).fill(8) } }),
  )

  function entryOf({ id, deviceId }: LocalIdentity): EntryReference {
    return log.entriesOf(id, deviceId)[0]!.reference
  }
  const admissionOf = ({ id }: LocalIdentity): EntryReference => log.admissionsOf(id)[0]!.reference

  async function sign(by: LocalIdentity, { kind = operationKinds.admit, body, ...parts }: OperationParts): Promise<Uint8Array> {
    const key = parts.key ?? by.signing
    const as = parts.as ?? entryOf(by)
    const content = {
      space: parts.space ?? idBytes(space),
      kind,
      as,
      by: key.publicKey,
      parents: parts.parents ?? log.parentsFor(as),
      body,
    }
    // The signer's key under the named one, so that the signature is well made and of somebody else.
    return signOperation(parts.signer ?? key, content)
  }

  /** A consent as zed gives it, but for its flaw. */
  async function consent(changes: { target?: Uint8Array; invitationId?: Uint8Array; record?: DeviceRecord; key?: SigningKey } = {}) {
    const subject = { target: invitationTarget(crypto, idBytes(space)), invitationId, record: zed.record, ...changes }
    return createConsent(changes.key ?? zed.signing, subject)
  }
  /** An admission of zed but for its flaw. */
  async function admitBody(changes: Partial<AdmitBody> = {}): Promise<Uint8Array> {
    const devices = [{ listed: true, record: zed.record }]
    return encodeAdmitBody({
      role: 'editor',
      name: 'Zed',
      devices,
      invitationId,
      consenter: 0,
      consent: changes.consent ?? (await consent()),
      ...changes,
    })
  }
  const idOf = (who: LocalIdentity): DeviceId => toId<DeviceId>(who.record.sign)
  const people = { alice, bob, bob2, erin, carol, rita, dave, zed }
  return { ...founded, ...people, bobRoot, early, invitationId, epoch, keyRing, entryOf, admissionOf, sign, consent, admitBody, idOf }
}
