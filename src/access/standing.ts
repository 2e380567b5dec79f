import { compareBytes } from '../shared/bytes.ts'
import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'
import type { Ends } from './judging/ends.ts'
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

/** Takes in operation by operation, at the cost of what it adds. */
export interface GrowingStanding extends Standing {
  /** An operation that counts; `ends` are all that count. */
  include(effects: OperationEffects): void
}

export function createStanding(ends: Ends): GrowingStanding {
  const admissions = createSortedLists<IdentityId, Admission>(compareSeniority)
  const entriesByPerson = createSortedLists<IdentityId, Entry>(compareEntries)
  const entriesByDevice = createSortedLists<DeviceId, Entry>(compareEntries)
  /** What was given out does not change. */
  let members: ReadonlyMap<IdentityId, Member> = new Map()
  /** Persons of whom something came since. */
  const changed = new Set<IdentityId>()

  function memberOf(identity: IdentityId): Member | undefined {
    const senior = admissions.of(identity)[0]
    if (senior === undefined) return undefined
    const devices = new Map<DeviceId, DeviceRecord>()
    for (const { device, record } of entriesByPerson.of(identity)) {
      if (record !== undefined && !devices.has(device)) devices.set(device, record)
    }
    return { identity, role: senior.role, rank: senior.rank, name: senior.name, devices: [...devices.values()] }
  }

  return {
    get members() {
      if (changed.size === 0) return members
      const next = new Map(members)
      for (const identity of changed) {
        const member = memberOf(identity)
        if (member !== undefined) next.set(identity, member)
      }
      changed.clear()
      return (members = next)
    },
    admissionsOf: admissions.of,
    entriesOf: entriesByDevice.of,
    include(effects) {
      for (const admission of effects.admissions ?? []) {
        if (ends.hasEnded(admission)) continue
        admissions.add(admission.identityId, admission)
        changed.add(admission.identityId)
      }
      for (const entry of entriesOf(effects)) {
        if (ends.hasEnded(entry.admission) || ends.hasRevoked(entry)) continue
        entriesByPerson.add(entry.admission.identityId, entry)
        entriesByDevice.add(entry.device, entry)
        changed.add(entry.admission.identityId)
      }
    },
  }
}

/** Lists that are put in order when somebody asks for them. */
function createSortedLists<Key, Value>(compare: (a: Value, b: Value) => number) {
  const lists = new Map<Key, { values: readonly Value[]; added: Value[] }>()
  return {
    add(key: Key, value: Value): void {
      const list = lists.get(key)
      if (list === undefined) lists.set(key, { values: [], added: [value] })
      else list.added.push(value)
    },
    of(key: Key): readonly Value[] {
      const list = lists.get(key)
      if (list === undefined) return []
      // A new list, for the former one may be in somebody's hands.
      if (list.added.length > 0) list.values = [...list.values, ...list.added.splice(0)].sort(compare)
      return list.values
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
