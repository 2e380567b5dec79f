import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'
import type { EpochBody } from './bodies/epochBody.ts'
import type { InviteBody } from './bodies/inviteBody.ts'
import type { VoidReason } from './judging/ends.ts'
import type { Evidenced } from './judging/evidence.ts'
import type { Admission, Entry, JudgedOperation } from './judgedOperation.ts'
import type { MembershipLog, Role } from './membershipLog.ts'
import type { EntryReference } from './operation.ts'

/** A well-formed epoch operation. */
export interface Epoch extends EpochBody {
  /** 32-byte operation id. */
  readonly operation: Uint8Array
  /** M19: it counts, and its key was sealed to no device that is dead, as far as this log knows. */
  readonly usable: boolean
}

/** An invitation that lies in the log. */
export interface AnnouncedInvitation extends InviteBody {
  /** 32-byte operation id. */
  readonly operation: Uint8Array
  readonly inviter: IdentityId
  /** M17: it counts, nobody closed it, and its inviter's admission is live. Expiry and uses are the host's to judge. */
  readonly isOpen: boolean
}

/** A {@link MembershipLog} with what the authors of operations need to know. */
export interface OperationLog extends MembershipLog {
  /** As {@link MembershipLog.add}, for what this log, or an earlier one on this device, verified before: whole rows of the own disk, never a peer's word. */
  addVerified(operation: Uint8Array): ReturnType<MembershipLog['add']>
  /** M27: what this device signs under if `least` is needed: its most senior live entry with that role or more, or undefined. */
  signingEntry(
    identity: IdentityId,
    device: DeviceId,
    least: Role,
  ): { readonly as: EntryReference; readonly role: Role; readonly rank: number } | undefined
  /** Ids (32 bytes each) of the operations that ended what a device was listed under; empty for one that is live or was never listed. */
  endIdsAgainst(device: DeviceId): readonly Uint8Array[]
  /** Whether a device was shut out by another of its person's, or by the phrase: not because its person was removed, or has left. */
  wasRevoked(device: DeviceId): boolean
  /** What shows to others that the pair was admitted in its highest live role (`verifyEvidence`); undefined where it is no member, or the way to it is too long. */
  evidenceFor(identity: IdentityId, device: DeviceId): (Evidenced & { readonly operations: readonly Uint8Array[] }) | undefined
  /** The live entries of the pair, the most senior first. */
  entriesOf(identity: IdentityId, device: DeviceId): readonly Entry[]
  /**
   * What a new operation signed under `as` names as parents: all heads, or where there are more than 64, those with the largest past,
   * among them one that reaches `as`.
   */
  parentsFor(as: EntryReference): readonly Uint8Array[]
  /** The people who ended what a device was listed under, each once; none for one that is live or was never listed. */
  endedBy(device: DeviceId): readonly IdentityId[]
  /** The live admissions of a person, the most senior first. */
  admissionsOf(identity: IdentityId): readonly Admission[]
  /** Records of the devices that a person added, live or not, each after its certifier where that was added, too. */
  addedDevicesOf(identity: IdentityId): readonly DeviceRecord[]
  /** The epochs, each after its past; content may lie under the key of one that is not usable. The same array until the log changes. */
  epochs(): readonly Epoch[]
  /** All invitations announced, in the order of insertion. The same array until the log changes. */
  invitations(): readonly AnnouncedInvitation[]
  /** The invitation that was announced first under an id (32 bytes). */
  invitation(invitationId: Uint8Array): AnnouncedInvitation | undefined
  /** The live admissions by an invitation of those who came after it was used up: its inviter's client ends them (M17). */
  excessOf(invitation: Pick<AnnouncedInvitation, 'invitationId' | 'uses' | 'inviter'>): readonly Admission[]
  /** Whether an admin turned a person away from an invitation (id, 32 bytes). */
  hasDenied(invitationId: Uint8Array, identity: IdentityId): boolean
  /** How many people were admitted by an invitation (id, 32 bytes), members still or not; announced or not. Not who was let in by one who might not. */
  usesOf(invitationId: Uint8Array): number
  /** What the well-formed operations do where they count, each after its parents. */
  judged(): readonly JudgedOperation[]
  /** The well-formed operations that do not count, by key, and why. */
  voided(): ReadonlyMap<string, VoidReason>
  /** Whether operation `earlier` (id, 32 bytes) is in the past of `later`; false where one is not here. */
  isBefore(earlier: Uint8Array, later: Uint8Array): boolean
}
