import { append } from '../shared/append.ts'
import { compareBytes } from '../shared/bytes.ts'
import type { DeviceId, IdentityId } from '../shared/ids.ts'
import { entriesOf, type Admission, type Entry, type JudgedOperation } from './judgedOperation.ts'
import { operationKey } from './operation.ts'

/** The well-formed operations of a space, with the past of each as a bit set: 1,000 operations take 65 KB. */
export interface OperationGraph {
  readonly size: number
  /** In the order of insertion: each after its parents. */
  readonly all: readonly JudgedOperation[]
  get(key: string): JudgedOperation | undefined
  /** Its parents must be here and it must not. */
  insert(judged: JudgedOperation): void
  /** All that these ids and their parents reach, the ids themselves included. Ids that are not here are passed over. */
  pastOf(ids: readonly Uint8Array[]): OperationSet
  /** Whether `earlier` is in the past of `later`; false where either is not here, or both are the same. */
  isBefore(earlier: string, later: string): boolean
  /** Ids that no operation names as parent, ascending. */
  heads(): readonly Uint8Array[]
  /** All entries of a device key, live or not, in the order of insertion. */
  entriesOf(device: DeviceId): readonly Entry[]
  /** Keys of the operations that announce an invitation, by its id as text. */
  invitationsOf(invitation: string): readonly string[]
  /** All admissions of a person, live or not, in the order of insertion. */
  admissionsOf(identity: IdentityId): readonly Admission[]
  /** All admissions by an invitation (its id as text), live or not, in the order of insertion. */
  admittedBy(invitation: string): readonly Admission[]
  /** Keys of the operations that turn a person away from an invitation (its id as text). */
  denialsOf(invitation: string, identity: IdentityId): readonly string[]
  /** How many operations are in the past of one that is here. It never changes, and is more than that of any operation in the past. */
  pastSize(key: string): number
}

/** A set of operations of one graph. */
export interface OperationSet {
  readonly size: number
  has(key: string): boolean
}

export function createOperationGraph(): OperationGraph {
  const all: JudgedOperation[] = []
  const entriesByDevice = new Map<DeviceId, Entry[]>()
  const keysByInvitation = new Map<string, string[]>()
  const admissionsByIdentity = new Map<IdentityId, Admission[]>()
  const admissionsByInvitation = new Map<string, Admission[]>()
  const denials = new Map<string, string[]>()
  const indexByKey = new Map<string, number>()
  /** Bit i of pasts[n]: operation i is n or in its past. */
  const pasts: Uint32Array[] = []
  const headsByKey = new Map<string, Uint8Array>()

  function unite(ids: readonly Uint8Array[]): Uint32Array {
    const words = new Uint32Array((all.length >> 5) + 1)
    for (const id of ids) {
      const index = indexByKey.get(operationKey(id))
      if (index === undefined) continue
      const past = pasts[index]!
      for (let word = 0; word < past.length; word++) words[word]! |= past[word]!
    }
    return words
  }

  function hasBit(words: Uint32Array, key: string): boolean {
    const index = indexByKey.get(key)
    return index !== undefined && ((words[index >> 5] ?? 0) & (1 << (index & 31))) !== 0
  }

  return {
    get size() {
      return all.length
    },
    all,
    get: (key) => {
      const index = indexByKey.get(key)
      return index === undefined ? undefined : all[index]
    },
    insert(judged) {
      const { operation } = judged
      const index = all.length
      const past = unite(operation.parents)
      past[index >> 5]! |= 1 << (index & 31)
      for (const parent of operation.parents) headsByKey.delete(operationKey(parent))
      headsByKey.set(operation.key, operation.id)
      indexByKey.set(operation.key, index)
      pasts.push(past)
      all.push(judged)
      for (const admission of judged.effects.admissions ?? []) {
        append(admissionsByIdentity, admission.identityId, admission)
        if (admission.consent !== undefined) append(admissionsByInvitation, operationKey(admission.consent.invitationId), admission)
      }
      const { invitation, denial } = judged.effects
      if (denial !== undefined) append(denials, `${denial.invitation} ${denial.identity}`, operation.key)
      if (invitation !== undefined) append(keysByInvitation, operationKey(invitation.invitationId), operation.key)
      for (const entry of entriesOf(judged.effects)) append(entriesByDevice, entry.device, entry)
    },
    pastOf(ids) {
      const words = unite(ids)
      return { size: countBits(words), has: (key) => hasBit(words, key) }
    },
    isBefore(earlier, later) {
      const index = indexByKey.get(later)
      return index !== undefined && earlier !== later && hasBit(pasts[index]!, earlier)
    },
    heads: () => [...headsByKey.values()].sort(compareBytes),
    entriesOf: (device) => entriesByDevice.get(device) ?? [],
    invitationsOf: (invitation) => keysByInvitation.get(invitation) ?? [],
    admissionsOf: (identity) => admissionsByIdentity.get(identity) ?? [],
    admittedBy: (invitation) => admissionsByInvitation.get(invitation) ?? [],
    denialsOf: (invitation, identity) => denials.get(`${invitation} ${identity}`) ?? [],
    pastSize: (key) => countBits(pasts[indexByKey.get(key)!]!) - 1,
  }
}

function countBits(words: Uint32Array): number {
  let count = 0
  for (let word of words) {
    for (; word !== 0; word &= word - 1) count++
  }
  return count
}
