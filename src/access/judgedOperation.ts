import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'
import type { EpochBody } from './bodies/epochBody.ts'
import type { RankedDevice } from './bodies/deviceList.ts'
import type { InviteBody } from './bodies/inviteBody.ts'
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
  /** The entries of the listed devices; `device` operations add more. */
  readonly entries: readonly Entry[]
}

/** One key under one admission: what an operation is signed under. */
export interface Entry {
  readonly admission: Admission
  /** How operations name it, together with the key. */
  readonly reference: EntryReference
  /** Key of the operation that made it: the admission's, or a `device` operation. */
  readonly operation: string
  readonly device: DeviceId
  /** Absent for the root key of the phrase, which has an entry in each admission of its identity. */
  readonly record?: DeviceRecord
  /** M5: root 0, listed device = length of its certificate chain, added device = the adder's + 1. */
  readonly rank: number
}

/** What an `end` is aimed at, looked up. A leave is an end of the signer's own admission. */
export type End = (
  | { readonly kind: 'identity'; readonly identity: IdentityId }
  | { readonly kind: 'admission' | 'leave'; readonly admission: Admission }
  | { readonly kind: 'device'; readonly device: DeviceId }
  | { readonly kind: 'invitation'; readonly invitation: string }
) & {
  /** M8: 32-byte ids of operations; what they and their pasts hold stays valid although it was signed under what is ended. */
  readonly cut: readonly Uint8Array[]
  /** 32-byte ids of the content blocks that stay with all their pasts. */
  readonly blocks: readonly Uint8Array[]
}

/** What a well-formed operation does, if it counts. */
export interface OperationEffects {
  /** The entry it is signed under; absent in the genesis, where nobody was before. */
  readonly signer?: Entry
  readonly admissions?: readonly Admission[]
  /** A device added to the signer's admission. */
  readonly entry?: Entry
  readonly end?: End
  readonly epoch?: EpochBody
  readonly invitation?: InviteBody
  /** Whom an admin turned away from an invitation (its id as text). */
  readonly denial?: { readonly invitation: string; readonly identity: IdentityId }
}

/** An operation that passed the static layer. */
export interface JudgedOperation {
  readonly operation: Operation
  readonly effects: OperationEffects
}

/** All entries that an operation makes. */
export function entriesOf({ admissions = [], entry }: OperationEffects): readonly Entry[] {
  return entry === undefined ? admissions.flatMap((admission) => admission.entries) : [entry]
}

/** The text by which an admission is found. */
export function admissionKey({ operation, reference }: Pick<Admission, 'operation' | 'reference'>): string {
  return `${operation} ${reference.index}`
}
