import { compareBytes } from '../shared/bytes.ts'
import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { DeviceRecord } from '../identity/record.ts'
import { createEnds, type Ends, type VoidReason } from './ends.ts'
import { entriesOf, type Admission, type Entry, type JudgedOperation } from './judgedOperation.ts'
import type { Member } from './membershipLog.ts'
import type { OperationGraph } from './operationGraph.ts'
import { roleCode } from './roleCode.ts'

/*
 * The voiding layer (M9-M16): which well-formed operations count, as a function of the set. It takes one pass in the order mu
 * (M13): rank of the signer's admission, its depth, the class of the operation, rank of the signer's device. What decides about an
 * operation always stands strictly before it in that order, so there is exactly one outcome, whatever the order of arrival.
 */

/** What the set of well-formed operations amounts to. */
export interface Evaluation {
  /** Keys of the operations that do not count, and why. They come back when what voids them is voided itself (M15). */
  readonly voided: ReadonlyMap<string, VoidReason>
  readonly ends: Ends
  /** The live ones, the most senior first. */
  readonly admissions: readonly Admission[]
  readonly members: ReadonlyMap<IdentityId, Member>
  /** Live entries in the order of seniority; a device key has several where its person was admitted several times. */
  readonly entriesByDevice: ReadonlyMap<DeviceId, readonly Entry[]>
}

/** Evaluates a graph as it grows. */
export interface Evaluator {
  /** An operation was inserted. */
  add(judged: JudgedOperation): void
  /** The same object until something that matters was added. */
  current(): Evaluation
}

/**
 * Only an end decides about others, so one that comes makes the whole pass be repeated, when somebody asks (a few milliseconds for a thousand
 * operations); of anything else the verdict is found on its own.
 */
export function createEvaluator(graph: OperationGraph): Evaluator {
  let verdicts: Verdicts | undefined
  let evaluation: Evaluation | undefined
  return {
    add(judged) {
      const { end, admissions, entry } = judged.effects
      if (end !== undefined) verdicts = undefined
      else if (verdicts !== undefined) settle(verdicts, judged)
      if (end !== undefined || entry !== undefined || admissions !== undefined) evaluation = undefined
    },
    current() {
      verdicts ??= findVerdicts(graph)
      return (evaluation ??= standingUnder(graph, verdicts))
    },
  }
}

interface Verdicts {
  readonly voided: Map<string, VoidReason>
  readonly ends: Ends
}

/** The one pass. */
function findVerdicts(graph: OperationGraph): Verdicts {
  const verdicts = { voided: new Map<string, VoidReason>(), ends: createEnds(graph) }
  for (const judged of [...graph.all].sort(compareStanding)) settle(verdicts, judged)
  return verdicts
}

/** Whether an operation counts; all that stands before it has been settled. */
function settle({ voided, ends }: Verdicts, judged: JudgedOperation): void {
  const { operation, effects } = judged
  const { signer, end } = effects
  const why = signer === undefined ? undefined : voided.has(signer.operation) ? 'rests' : ends.reasonAgainst(judged, signer)
  if (why !== undefined) voided.set(operation.key, why)
  else if (end !== undefined) ends.add(judged, end)
}

/** Who is there, by the verdicts. */
function standingUnder(graph: OperationGraph, { voided, ends }: Verdicts): Evaluation {
  const counting = graph.all.filter(({ operation }) => !voided.has(operation.key))
  const admissions = counting
    .flatMap(({ effects }) => effects.admissions ?? [])
    .filter((admission) => !ends.hasEnded(admission))
    .sort(compareSeniority)
  const live = new Set(admissions)
  const entries = counting
    .flatMap(({ effects }) => entriesOf(effects))
    .filter((entry) => live.has(entry.admission) && !ends.hasRevoked(entry))
    .sort(compareEntries)
  const members = gatherMembers(admissions, entries)
  return { voided, ends, admissions, members, entriesByDevice: groupBy(entries, ({ device }) => device) }
}

function compareEntries(a: Entry, b: Entry): number {
  return compareSeniority(a.admission, b.admission) || a.rank - b.rank || compareBytes(a.reference.operation, b.reference.operation)
}

/** The order mu of M13; the operation id breaks ties, which are between operations that do not decide about each other. */
function compareStanding(a: JudgedOperation, b: JudgedOperation): number {
  const first = a.effects.signer
  const second = b.effects.signer
  if (first === undefined || second === undefined) return Number(first !== undefined) - Number(second !== undefined)
  return (
    compareRanks(first.admission.rank, second.admission.rank) ||
    first.admission.depth - second.admission.depth ||
    standingClass(a) - standingClass(b) ||
    first.rank - second.rank ||
    compareBytes(a.operation.id, b.operation.id)
  )
}

/** M13: 0 device and revoke, 1 leave, 2 the rest. */
function standingClass({ effects: { end, entry } }: JudgedOperation): number {
  if (entry !== undefined || end?.kind === 'device') return 0
  return end?.kind === 'leave' ? 1 : 2
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

function gatherMembers(admissions: readonly Admission[], entries: readonly Entry[]): ReadonlyMap<IdentityId, Member> {
  const members = new Map<IdentityId, Member>()
  const entriesByIdentity = groupBy(entries, ({ admission }) => admission.identityId)
  for (const senior of admissions) {
    const { identityId: identity, rank, name } = senior
    if (members.has(identity)) continue
    const devices = new Map<DeviceId, DeviceRecord>()
    for (const { device, record } of entriesByIdentity.get(identity) ?? []) {
      if (record !== undefined && !devices.has(device)) devices.set(device, record)
    }
    members.set(identity, { identity, role: senior.role, rank, name, devices: [...devices.values()] })
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
