import { equalBytes, toHex } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { idBytes, toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { encodeAdmitBody, type AdmitBody } from '../bodies/admitBody.ts'
import { maxChainLength, maxListedDevices, type ListedDevice } from '../bodies/deviceList.ts'
import { assertName } from './createGenesis.ts'
import type { Role } from '../membershipLog.ts'
import { operationKinds } from '../operation.ts'
import type { OperationLog } from '../operationLog.ts'
import { signUnder } from './signUnder.ts'

/** Who is admitted, as what, and what makes it acceptable. */
export interface AdmissionRequest {
  /** The chain from the root key down to the device that consents, which comes last; only that one is listed. */
  readonly records: readonly DeviceRecord[]
  readonly role: Role
  /** Display name, at most 64 UTF-8 bytes. */
  readonly name: string
  /** 32 bytes. */
  readonly invitationId: Uint8Array
  /** The 64-byte consent of the last record's device: see consent.ts. */
  readonly consent: Uint8Array
}

type Author = { readonly crypto: CryptoPort; readonly log: OperationLog; readonly signer: LocalIdentity }

/**
 * An operation that admits a person with one device, to be added to the log. What the request holds comes from the guest and is judged by
 * the log, not here.
 * @throws EchoError `not-authorised` where the signer may not admit to this role; `bad-value` where the name is too long or no record given.
 */
export async function createAdmission(options: Author & { readonly admit: AdmissionRequest }): Promise<Uint8Array> {
  const { records, role, name, invitationId, consent } = options.admit
  if (records.length === 0) {
    throw new EchoError(
      'bad-value',
      'An admission lists a device, but no record was given. Pass the chain from the root key to the device.',
    )
  }
  const consenter = records.length - 1
  const devices = records.map((record, index) => ({ listed: index === consenter, record }))
  return signAdmission(options, { role, name, devices, invitationId, consenter, consent })
}

/**
 * A further admission of a member under another role, with all its live devices and the consent copied from the earlier one (M3). A
 * demotion is the same with a lower role, before the higher admission is ended.
 * @throws EchoError `not-authorised` where the signer may not admit to this role; `bad-value` where the person is no member, or a founder,
 * who has consented to nothing.
 */
export async function createPromotion(options: Author & { readonly identity: IdentityId; readonly role: Role }): Promise<Uint8Array> {
  const { log, identity, role } = options
  const admissions = log.admissionsOf(identity)
  const earlier = admissions.find((admission) => admission.consent !== undefined)
  if (earlier?.consent === undefined) {
    throw new EchoError(
      'bad-value',
      'Only a member who joined by an invitation can be given another role; this one did not. Invite the person.',
    )
  }
  const { record: consenting, invitationId, signature } = earlier.consent
  const live = new Set(
    log.state
      .get()
      .members.get(identity)!
      .devices.map(({ sign }) => toId<DeviceId>(sign)),
  )
  const devices: ListedDevice[] = []
  // The list that holds the consenting record comes first: of two records of one device, the one that the consent names must stay.
  const added = log.addedDevicesOf(identity).map((record) => ({ record }))
  // A person may list as many devices, in as long a chain, as he likes: those that do not fit must not keep him from another role.
  const chains = new Map([[toHex(idBytes(identity)), 0]])
  for (const { record } of [...[earlier, ...admissions].flatMap((admission) => admission.devices), ...added]) {
    const [key, length] = [toHex(record.sign), (chains.get(toHex(record.certifier)) ?? maxChainLength) + 1]
    if (chains.has(key) || length > maxChainLength || devices.length === maxListedDevices) continue
    chains.set(key, length)
    devices.push({ listed: live.has(toId<DeviceId>(record.sign)), record })
  }
  const consenter = devices.findIndex(({ record }) => equalBytes(record.sign, consenting.sign))
  return signAdmission(options, { role, name: earlier.name, devices, invitationId, consenter, consent: signature })
}

async function signAdmission({ log, signer }: Author, body: AdmitBody): Promise<Uint8Array> {
  assertName(body.name)
  const entry = log.signingEntry(signer.id, signer.deviceId, body.role === 'owner' ? 'owner' : 'admin')
  if (entry === undefined) {
    throw new EchoError(
      'not-authorised',
      `This device cannot admit anyone as ${body.role}: only owners admit owners, and owners or admins the rest.`,
    )
  }
  return signUnder(log, { signing: signer.signing, as: entry.as }, { kind: operationKinds.admit, body: encodeAdmitBody(body) })
}
