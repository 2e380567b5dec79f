import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'
import type { EpochBody } from './bodies/epochBody.ts'
import type { RankedDevice } from './bodies/deviceList.ts'
import type { Role } from './membershipLog.ts'
import type { EntryReference, Operation } from './operation.ts'

/** One role of one identity: a founder of the genesis, or an `admit`. It never changes (M3). */
export interface Admission {
  readonly reference: EntryReference
  /** Key of the operation that made it. */
  readonly operation: string
  /** 32 bytes. */
  readonly identity: Uint8Array
  readonly identityId: IdentityId
  readonly role: Role
  /** M4: owner 0, admin = admitter's + 1, editor and reader Infinity. */
  readonly rank: number
  /** Number of admissions between the genesis and this one: 0 for a founder. */
  readonly depth: number
  readonly name: string
  /** All records it carries, listed or not, each after its certifier. */
  readonly devices: readonly RankedDevice[]
  /** What was signed to be here; none for a founder. */
  readonly consent?: { readonly invitationId: Uint8Array; readonly record: DeviceRecord; readonly signature: Uint8Array }
  /** The entries of the listed devices. */
  readonly entries: readonly Entry[]
}

/** One key under one admission: what an operation is signed under. */
export interface Entry {
  readonly admission: Admission
  /** How operations name it, together with the key. */
  readonly reference: EntryReference
  readonly device: DeviceId
  /** Absent for the root key of the phrase, which has an entry in each admission of its identity. */
  readonly record?: DeviceRecord
  /** M5: root 0, listed device = length of its certificate chain. */
  readonly rank: number
}

/** What a well-formed operation does, if it counts. */
export interface OperationEffects {
  /** The entry it is signed under; absent in the genesis, where nobody was before. */
  readonly signer?: Entry
  readonly admissions: readonly Admission[]
  readonly epoch?: EpochBody
}

/** An operation that passed the static layer. */
export interface JudgedOperation {
  readonly operation: Operation
  readonly effects: OperationEffects
}
