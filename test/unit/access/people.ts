import { createAdmission } from '../../../src/access/making/createAdmission.ts'
import { createGenesis } from '../../../src/access/making/createGenesis.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { createConsent, invitationTarget } from '../../../src/access/making/consent.ts'
import type { Role } from '../../../src/access/membershipLog.ts'
import type { OperationLog } from '../../../src/access/operationLog.ts'
import type { CryptoPort, SigningKey } from '../../../src/crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createDeviceRecord, type DeviceRecord } from '../../../src/identity/record.ts'
import { idBytes, toId, type DeviceId, type IdentityId, type SpaceId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'

/** The synchronous stand-in, the same for each seed. */
export function seededCrypto(seed: number | string = 1): CryptoPort {
  return createSimulatedCrypto(createSeededRandom(seed))
}

/** One device of the person with this root key, certified by the root or by another device. */
export async function createDevice(crypto: CryptoPort, root: SigningKey, certifier: SigningKey = root): Promise<LocalIdentity> {
  const signing = await crypto.createSigningKey()
  const agreement = await crypto.createAgreementKey()
  const record = await createDeviceRecord(root.publicKey, certifier, { signing, agreement })
  return { id: toId<IdentityId>(root.publicKey), deviceId: toId<DeviceId>(signing.publicKey), record, signing, agreement }
}

/** A person with one device. */
export async function createPerson(crypto: CryptoPort): Promise<LocalIdentity> {
  return createDevice(crypto, await crypto.createSigningKey())
}

export interface Founded {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  readonly genesis: Uint8Array
  readonly log: OperationLog
  readonly alice: LocalIdentity
}

/** A space that alice owns, with nobody else in it. */
export async function found(crypto: CryptoPort = seededCrypto()): Promise<Founded> {
  const alice = await createPerson(crypto)
  const { space, operation } = await createGenesis({ crypto, identity: alice, name: 'Alice' })
  const log = createMembershipLog({ crypto, space })
  await log.add(operation)
  return { crypto, space, genesis: operation, log, alice }
}

/** What a guest hands to the admitter. */
export async function consentTo(crypto: CryptoPort, space: SpaceId, guest: LocalIdentity, invitationId = new Uint8Array(32).fill(9)) {
  const target = invitationTarget(crypto, idBytes(space))
  return { invitationId, consent: await createConsent(guest.signing, { target, invitationId, record: guest.record }) }
}

/** Admits a guest by the front door and adds the operation. */
export async function admit(
  { crypto, log, space }: Pick<Founded, 'crypto' | 'log' | 'space'>,
  signer: LocalIdentity,
  guest: LocalIdentity,
  role: Role,
  chain: readonly DeviceRecord[] = [],
): Promise<Uint8Array> {
  const request = { records: [...chain, guest.record], role, name: 'Guest', ...(await consentTo(crypto, space, guest)) }
  const operation = await createAdmission({ crypto, log, signer, admit: request })
  await log.add(operation)
  return operation
}
