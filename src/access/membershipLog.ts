import type { Readable } from '../shared/readable.ts'
import type { Result } from '../shared/result.ts'
import type { DeviceId, IdentityId, SpaceId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'

/** What a member may do: an owner everything; an admin also admits and removes; an editor writes; a reader reads. */
export type Role = 'owner' | 'admin' | 'editor' | 'reader'

/** A person with a live admission. */
export interface Member {
  readonly identity: IdentityId
  /** The highest role of the live admissions. */
  readonly role: Role
  /** The lowest rank of the live admissions: owner 0, admin = admitter's + 1, everyone else Infinity. */
  readonly rank: number
  /** The name given at admission; unverified, for display only. */
  readonly name: string
  readonly devices: readonly DeviceRecord[]
}

export interface MembershipState {
  readonly members: ReadonlyMap<IdentityId, Member>
  /** Number of well-formed operations; grows with every change of the state. */
  readonly version: number
  /** Number of those that do not count, because what they rest on was ended. */
  readonly voided: number
  /** Every owner has left: admins go on, nobody can be made an owner or admin's senior any more (M16). */
  readonly isOwnerless: boolean
}

/** Why an operation is malformed (reference: rules M1-M8), or was not looked at. */
export type OperationFault =
  | 'format'
  | 'space'
  | 'signature'
  | 'genesis'
  | 'parent'
  | 'entry'
  | 'role'
  | 'body'
  | 'cut'
  | 'target'
  | 'rank'
  | 'newer-version'
  | 'too-many-held'

/** A content block that an end lets stay. */
export interface KeptBlock {
  /** 32-byte id. */
  readonly block: Uint8Array
  /** Whom the end is against: it says nothing of what others wrote (M8). */
  readonly identity: IdentityId
  /** Where it is against one device of the person alone. */
  readonly device?: DeviceId
}

/**
 * The hash-linked log of a space's membership. Its state is a pure function of the set of operations: no clock, no order of arrival,
 * no local identity takes part.
 */
export interface MembershipLog {
  readonly space: SpaceId
  readonly state: Readable<MembershipState>
  /** Ids (32 bytes) of the well-formed operations that no other one names as parent, ascending. */
  heads(): readonly Uint8Array[]
  /** All well-formed operations as received, each after its parents. */
  operations(): readonly Uint8Array[]
  /** The operations that are not in the past of those `heads` that this log knows, each after its parents. */
  missingFor(heads: readonly Uint8Array[]): readonly Uint8Array[]
  /** Whether all these heads are known. */
  knows(heads: readonly Uint8Array[]): boolean
  /**
   * Judges and adds an operation. `held` = a parent is not here yet; it is judged when the parent comes (at most 1,000 are held).
   * Never throws.
   */
  add(operation: Uint8Array): Promise<Result<'added' | 'known' | 'held', OperationFault>>
  /** Calls `listener` with each operation newly added, as received, in the order they were added (to store and pass on). */
  onAdded(listener: (operation: Uint8Array, id: Uint8Array) => void): () => void
  /**
   * M25: the highest role of (identity, device) among the entries in the past of `heads`; judged by the static layer, so it never changes.
   * @returns undefined where there is none, `'unknown'` where a head is not here.
   */
  roleAt(heads: readonly Uint8Array[], identity: IdentityId, device: DeviceId): Role | undefined | 'unknown'
  /** M24: whether the pair (identity, device) has a live entry in a live admission as editor or more. */
  isWriter(identity: IdentityId, device: DeviceId): boolean
  /** Whether a device was listed and is live no more because ends reach it, not only whoever listed it. */
  isShutOut(device: DeviceId): boolean
  /** Whether a device was ever listed under an admission, live or not. */
  wasListed(device: DeviceId): boolean
  /**
   * The operations, as received, that ended what a device was listed under or the rights of whoever listed it, after those in their past that it needs to
   * judge them and that `heads`, the heads it holds, do not reach. All of these were signed while it was a member. Empty for a device that is live or was
   * never listed.
   */
  endsAgainst(device: DeviceId, heads?: readonly Uint8Array[]): readonly Uint8Array[]
  /** Whether a person is no member any more by nothing but an own leave. */
  hasLeft(identity: IdentityId): boolean
  /** The live entry of a device, or undefined. */
  device(device: DeviceId): { readonly member: Member; readonly record: DeviceRecord } | undefined
  /** M26: content blocks that stay, with their pasts, whatever became of their authors. */
  keptBlocks(): readonly KeptBlock[]
}
