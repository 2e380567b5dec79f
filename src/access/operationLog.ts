import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { EpochBody } from './bodies/epochBody.ts'
import type { Admission } from './judgedOperation.ts'
import type { MembershipLog, Role } from './membershipLog.ts'
import type { EntryReference } from './operation.ts'

/** A well-formed epoch operation. */
export interface Epoch extends EpochBody {
  /** 32-byte operation id. */
  readonly operation: Uint8Array
  /** M19: it counts, and its key was sealed to no device that is dead, as far as this log knows. */
  readonly usable: boolean
}

/** A {@link MembershipLog} with what the authors of operations need to know. */
export interface OperationLog extends MembershipLog {
  /** As {@link MembershipLog.add}, for what this log, or an earlier one on this device, verified before: whole rows of the own disk, never a peer's word. */
  addVerified(operation: Uint8Array): ReturnType<MembershipLog['add']>
  /** M27: what this device signs under if `least` is needed: its most senior live entry with that role or more, or undefined. */
  signingEntry(identity: IdentityId, device: DeviceId, least: Role): { readonly as: EntryReference; readonly role: Role } | undefined
  /**
   * What a new operation signed under `as` names as parents: all heads, or where there are more than 64, those with the largest past,
   * among them one that reaches `as`.
   */
  parentsFor(as: EntryReference): readonly Uint8Array[]
  /** The live admissions of a person, the most senior first. */
  admissionsOf(identity: IdentityId): readonly Admission[]
  /** The epochs, each after its past; content may lie under the key of one that is not usable. The same array until the log changes. */
  epochs(): readonly Epoch[]
  /** Whether operation `earlier` (id, 32 bytes) is in the past of `later`; false where one is not here. */
  isBefore(earlier: Uint8Array, later: Uint8Array): boolean
}
