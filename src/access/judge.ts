import { equalBytes } from '../shared/bytes.ts'
import { hasUnknownRequired, type Extensions } from '../shared/extensions.ts'
import { toId, type DeviceId, type IdentityId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { decodeAdmitBody } from './bodies/admitBody.ts'
import { rankDevices, type RankedDevice } from './bodies/deviceList.ts'
import { decodeEpochBody } from './bodies/epochBody.ts'
import { decodeGenesisBody } from './bodies/genesisBody.ts'
import { invitationTarget, verifyConsent } from './consent.ts'
import type { Admission, Entry, OperationEffects } from './judgedOperation.ts'
import type { OperationFault, Role } from './membershipLog.ts'
import { operationKey, operationKinds, type EntryReference, type Operation } from './operation.ts'
import type { OperationGraph, OperationSet } from './operationGraph.ts'
import { isAtLeast } from './roleCode.ts'

/*
 * The static layer (M1-M8): whether an operation is well-formed follows from its bytes and its past alone, so it is judged once and
 * never again. Authority is the fixed path of admissions from the genesis to the entry that the operation names; nobody's present
 * state is asked. What an attacker can do here: sign under any entry he ever held, with parents as old as he likes. That is why a
 * well-formed operation may still not count: see evaluate.ts.
 */

/** What the judge may look at: the space and the operations already found well-formed. */
export interface JudgeContext {
  readonly crypto: CryptoPort
  /** 32 bytes. */
  readonly space: Uint8Array
  readonly graph: OperationGraph
  /** This device judged the operation before and found every signature good, so none is verified again. */
  readonly verified?: boolean
}

type Verdict = Result<OperationEffects, OperationFault>

/**
 * The effects of an operation, or the first rule that it breaks. Its own signature has been verified, it is of this space, and all its
 * parents are in the graph; only a genesis has none. Never throws.
 */
export function judge(context: JudgeContext, operation: Operation): Promise<Verdict> {
  return operation.kind === operationKinds.genesis ? judgeGenesis(context, operation) : judgeLater(context, operation)
}

async function judgeGenesis({ crypto, space, verified }: JudgeContext, operation: Operation): Promise<Verdict> {
  if (!equalBytes(operation.id, space) || operation.parents.length > 0) return fail('genesis')
  const body = decodeGenesisBody(operation.body)
  if (!body.ok) return fail('body')
  if (asksForNewer(body.value.extensions)) return fail('newer-version')

  const { owners } = body.value
  const admissions: Admission[] = []
  for (const [index, owner] of owners.entries()) {
    const devices = await rankDevices(crypto, owner.identity, owner.devices, verified)
    const isTwice = owners.findIndex((other) => equalBytes(other.identity, owner.identity)) !== index
    if (devices === undefined || isTwice) return fail('body')
    admissions.push(
      createAdmission({
        reference: { operation: operation.id, index },
        identity: owner.identity,
        role: 'owner',
        rank: 0,
        depth: 0,
        name: owner.name,
        devices,
      }),
    )
  }
  if (!equalBytes(operation.by, firstSigner(admissions))) return fail('entry')
  // An owner without devices has signed nothing: only the root key that signs the genesis may list itself so.
  if (admissions.some((admission) => admission.entries.length === 0 && !equalBytes(admission.identity, operation.by))) return fail('body')
  return ok({ admissions })
}

/** The first listed device signs the genesis; where nobody lists one, the first owner's root key. */
function firstSigner(admissions: readonly Admission[]): Uint8Array {
  const first = admissions.flatMap((admission) => admission.entries)[0]
  return first?.record?.sign ?? admissions[0]!.identity
}

async function judgeLater(context: JudgeContext, operation: Operation): Promise<Verdict> {
  if (operation.parents.length === 0) return fail('genesis')
  const past = context.graph.pastOf(operation.parents)
  const signer = findEntry(context.graph, past, operation.as, operation.by)
  if (signer === undefined) return fail('entry')
  switch (operation.kind) {
    case operationKinds.admit:
      return judgeAdmit(context, operation, signer)
    case operationKinds.epoch:
      return judgeEpoch(context, operation, signer, past)
    default:
      // Odd: kept and passed on without effect. Even: what follows from it cannot be known here.
      return operation.kind % 2 === 0 ? fail('newer-version') : ok({ signer, admissions: [] })
  }
}

/** M2: the entry that `as` and the signing key name, if its maker is in the past. */
function findEntry(graph: OperationGraph, past: OperationSet, as: EntryReference, by: Uint8Array): Entry | undefined {
  const key = operationKey(as.operation)
  if (!past.has(key)) return undefined
  const admission = graph.get(key)?.effects.admissions[as.index]
  if (admission === undefined) return undefined
  const device = toId<DeviceId>(by)
  if (equalBytes(by, admission.identity)) return { admission, reference: as, device, rank: 0 }
  return admission.entries.find((entry) => entry.device === device)
}

async function judgeAdmit({ crypto, space, verified = false }: JudgeContext, operation: Operation, signer: Entry): Promise<Verdict> {
  const admitter = signer.admission
  // The root key of the phrase signs only for devices (M5), and editors admit nobody (M6).
  if (signer.rank === 0 || !isAtLeast(admitter.role, 'admin')) return fail('role')
  const body = decodeAdmitBody(operation.body)
  if (!body.ok) return fail('body')
  const { role, name, invitationId, consent, consenter, extensions } = body.value
  if (asksForNewer(extensions)) return fail('newer-version')
  if (role === 'owner' && admitter.role !== 'owner') return fail('role')

  const record = body.value.devices[consenter]!.record
  const devices = await rankDevices(crypto, record.identity, body.value.devices, verified)
  if (devices === undefined || !devices.some((device) => device.listed)) return fail('body')
  const subject = { target: invitationTarget(crypto, space), invitationId, record }
  if (!verified && !(await verifyConsent(crypto, subject, consent))) return fail('body')
  const admission = createAdmission({
    reference: { operation: operation.id, index: 0 },
    identity: record.identity,
    role,
    rank: rankOf(role, admitter),
    depth: admitter.depth + 1,
    name,
    devices,
    consent: { invitationId, record, signature: consent },
  })
  return ok({ signer, admissions: [admission] })
}

/** M4. An owner is admitted by owners only, so rank 0 and owner are the same. */
function rankOf(role: Role, admitter: Admission): number {
  if (role === 'owner') return 0
  return role === 'admin' ? admitter.rank + 1 : Number.POSITIVE_INFINITY
}

async function judgeEpoch({ graph }: JudgeContext, operation: Operation, signer: Entry, past: OperationSet): Promise<Verdict> {
  if (signer.rank === 0 || !isAtLeast(signer.admission.role, 'editor')) return fail('role')
  const body = decodeEpochBody(operation.body)
  if (!body.ok) return fail('body')
  if (asksForNewer(body.value.extensions)) return fail('newer-version')
  // Naming an old key again would make a key usable that somebody removed since then may hold.
  const isNamedBefore = graph.all.some(
    ({ operation: other, effects }) =>
      effects.epoch !== undefined && equalBytes(effects.epoch.keyId, body.value.keyId) && past.has(other.key),
  )
  return isNamedBefore ? fail('body') : ok({ signer, admissions: [], epoch: body.value })
}

function asksForNewer(extensions: Extensions): boolean {
  return hasUnknownRequired(extensions)
}

/** An admission with the entries of its listed devices, which point back to it. */
function createAdmission(
  fields: Omit<Admission, 'entries' | 'operation' | 'identityId'> & { devices: readonly RankedDevice[] },
): Admission {
  const entries: Entry[] = []
  const admission: Admission = {
    ...fields,
    operation: operationKey(fields.reference.operation),
    identityId: toId<IdentityId>(fields.identity),
    entries,
  }
  for (const { listed, record, rank } of fields.devices) {
    if (listed) entries.push({ admission, reference: fields.reference, device: toId<DeviceId>(record.sign), record, rank })
  }
  return admission
}
