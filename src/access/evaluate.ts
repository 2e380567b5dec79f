import { compareBytes } from '../shared/bytes.ts'
import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'
import type { Admission, Entry, JudgedOperation } from './judgedOperation.ts'
import type { Member } from './membershipLog.ts'
import { roleCode } from './roleCode.ts'

/*
 * The voiding layer (M9-M16): which well-formed operations count, as a function of the set. It takes one pass in the order mu
 * (M13): rank of the signer's admission, its depth, the class of the operation, rank of the signer's device. What decides about an
 * operation always stands strictly before it in that order, so there is exactly one outcome, whatever the order of arrival.
 * Nothing ends an admission yet (operation kind `end`), so every well-formed operation counts; ends join the pass where it says so.
 */

/** What the set of well-formed operations amounts to. */
export interface Evaluation {
  /** Keys of the operations that count. */
  readonly valid: ReadonlySet<string>
  readonly admissions: readonly Admission[]
  readonly members: ReadonlyMap<IdentityId, Member>
  /** Live entries in the order of seniority; a device key has several where its person was admitted several times. */
  readonly entriesByDevice: ReadonlyMap<DeviceId, readonly Entry[]>
}

export function evaluate(operations: readonly JudgedOperation[]): Evaluation {
  const valid = new Set<string>()
  for (const { operation } of [...operations].sort(compareStanding)) {
    // Here an operation is tested against the ends found valid so far (rests, removed, left, revoked), and a valid end joins them.
    valid.add(operation.key)
  }
  const admissions = operations
    .filter(({ operation }) => valid.has(operation.key))
    .flatMap(({ effects }) => effects.admissions)
    .sort(compareSeniority)
  const entries = admissions.flatMap((admission) => admission.entries)
  return { valid, admissions, members: gatherMembers(admissions), entriesByDevice: groupBy(entries, (entry) => entry.device) }
}

/** The order mu of M13; the operation id breaks ties, which are between operations that do not decide about each other. */
function compareStanding(a: JudgedOperation, b: JudgedOperation): number {
  const first = a.effects.signer
  const second = b.effects.signer
  if (first === undefined || second === undefined) return Number(first !== undefined) - Number(second !== undefined)
  return (
    compareRanks(first.admission.rank, second.admission.rank) ||
    first.admission.depth - second.admission.depth ||
    standingClass() - standingClass() ||
    first.rank - second.rank ||
    compareBytes(a.operation.id, b.operation.id)
  )
}

/** M13: 0 device and revoke, 1 leave, 2 the rest, which is all there is so far. */
function standingClass(): number {
  return 2
}

/** Infinity - Infinity is no number, so ranks are compared, not subtracted. */
function compareRanks(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** The most senior admission first: by rank, role, depth, then operation id. */
function compareSeniority(a: Admission, b: Admission): number {
  return (
    compareRanks(a.rank, b.rank) ||
    roleCode(a.role) - roleCode(b.role) ||
    a.depth - b.depth ||
    compareBytes(a.reference.operation, b.reference.operation) ||
    a.reference.index - b.reference.index
  )
}

function gatherMembers(admissions: readonly Admission[]): ReadonlyMap<IdentityId, Member> {
  const members = new Map<IdentityId, Member>()
  for (const [identity, own] of groupBy(admissions, (admission) => admission.identityId)) {
    const senior = own[0]!
    const devices = new Map<DeviceId, DeviceRecord>()
    for (const { device, record } of own.flatMap((admission) => admission.entries)) {
      if (record !== undefined && !devices.has(device)) devices.set(device, record)
    }
    members.set(identity, { identity, role: senior.role, rank: senior.rank, name: senior.name, devices: [...devices.values()] })
  }
  return members
}

/** Keeps the order within each group. (Map.groupBy is not in Node 20.) */
function groupBy<Key, Value>(values: readonly Value[], keyOf: (value: Value) => Key): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}
