import { compareBytes } from '../shared/bytes.ts'
import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'
import type { Ends } from './ends.ts'
import { entriesOf, type Admission, type Entry, type OperationEffects } from './judgedOperation.ts'
import type { Member } from './membershipLog.ts'
import { roleCode } from './roleCode.ts'

/** Who is there: what lives of the admissions and entries that count. */
export interface Standing {
  readonly members: ReadonlyMap<IdentityId, Member>
  /** A person's live admissions, the most senior first. */
  admissionsOf(identity: IdentityId): readonly Admission[]
  /** A device's live entries, the most senior first; several where its person was admitted several times. */
  entriesOf(device: DeviceId): readonly Entry[]
}

/** Takes in operation by operation, at the cost of the person concerned. */
export interface GrowingStanding extends Standing {
  /** An operation that counts; `ends` are all that count. */
  include(effects: OperationEffects): void
}

export function createStanding(ends: Ends): GrowingStanding {
  const admissions = new Map<IdentityId, Admission[]>()
  const entriesByPerson = new Map<IdentityId, Entry[]>()
  const entriesByDevice = new Map<DeviceId, Entry[]>()
  let members = new Map<IdentityId, Member>()

  function memberOf(identity: IdentityId): Member | undefined {
    const senior = admissions.get(identity)?.[0]
    if (senior === undefined) return undefined
    const devices = new Map<DeviceId, DeviceRecord>()
    for (const { device, record } of entriesByPerson.get(identity) ?? []) {
      if (record !== undefined && !devices.has(device)) devices.set(device, record)
    }
    return { identity, role: senior.role, rank: senior.rank, name: senior.name, devices: [...devices.values()] }
  }

  return {
    get members() {
      return members
    },
    admissionsOf: (identity) => admissions.get(identity) ?? [],
    entriesOf: (device) => entriesByDevice.get(device) ?? [],
    include(effects) {
      const live = (effects.admissions ?? []).filter((admission) => !ends.hasEnded(admission))
      for (const admission of live) insert(admissions, admission.identityId, admission, compareSeniority)
      const entries = entriesOf(effects).filter((entry) => !ends.hasEnded(entry.admission) && !ends.hasRevoked(entry))
      for (const entry of entries) {
        insert(entriesByPerson, entry.admission.identityId, entry, compareEntries)
        insert(entriesByDevice, entry.device, entry, compareEntries)
      }
      const changed = new Set([...live, ...entries.map(({ admission }) => admission)].map(({ identityId }) => identityId))
      if (changed.size === 0) return
      // What was given out before does not change.
      members = new Map(members)
      for (const identity of changed) {
        const member = memberOf(identity)
        if (member !== undefined) members.set(identity, member)
      }
    },
  }
}

/** Infinity - Infinity is no number, so ranks are compared, not subtracted. */
export function compareRanks(a: number, b: number): number {
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

function compareEntries(a: Entry, b: Entry): number {
  return compareSeniority(a.admission, b.admission) || a.rank - b.rank || compareBytes(a.reference.operation, b.reference.operation)
}

function insert<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value, compare: (a: Value, b: Value) => number): void {
  // A new list each time, for the former one may be in somebody's hands.
  lists.set(key, [...(lists.get(key) ?? []), value].sort(compare))
}
