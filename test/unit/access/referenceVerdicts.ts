import { admissionKey, type Admission, type End, type Entry, type JudgedOperation } from '../../../src/access/judgedOperation.ts'
import { operationKey } from '../../../src/access/operation.ts'

/** What a set of operations amounts to, as text: void operations, live admissions and live entries. */
export interface Verdict {
  readonly voided: readonly string[]
  readonly admissions: readonly string[]
  readonly entries: readonly string[]
}

/**
 * The rules M9-M12 as they are written, by recursion from each operation, without the order of M13: slow, and of one piece with nothing in src.
 * Throws where an operation's verdict would depend on itself.
 */
export function referenceVerdicts(operations: readonly JudgedOperation[]): Verdict {
  const byKey = new Map(operations.map((judged) => [judged.operation.key, judged]))
  const known = new Map<string, boolean>()
  const asking = new Set<string>()

  function pastOf(heads: readonly Uint8Array[]): Set<string> {
    const past = new Set<string>()
    const queue = heads.map(operationKey)
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      if (past.has(key)) continue
      past.add(key)
      queue.push(...byKey.get(key)!.operation.parents.map(operationKey))
    }
    return past
  }

  const pasts = new Map(operations.map(({ operation }) => [operation.key, pastOf(operation.parents)]))
  const ends = operations.filter(({ effects }) => effects.end !== undefined && effects.end.kind !== 'invitation')

  function hits({ operation, effects }: JudgedOperation, admission: Admission): boolean {
    const end = effects.end as End
    if (end.kind === 'admission' || end.kind === 'leave') return admissionKey(end.admission) === admissionKey(admission)
    if (end.kind !== 'identity' || end.identity !== admission.identityId) return false
    return effects.signer!.admission.rank < admission.rank && !pasts.get(admission.operation)!.has(operation.key)
  }

  function kills({ operation, effects }: JudgedOperation, entry: Entry): boolean {
    const end = effects.end as End
    if (end.kind !== 'device' || end.device !== entry.device) return false
    const signer = effects.signer!
    const isSenior = admissionKey(signer.admission) === admissionKey(entry.admission) && signer.rank < entry.rank
    return isSenior && !pasts.get(entry.operation)!.has(operation.key)
  }

  function isOutsideOf(end: JudgedOperation, { operation }: JudgedOperation): boolean {
    return end.operation.key !== operation.key && !pastOf(end.effects.end!.cut).has(operation.key)
  }

  function counts(judged: JudgedOperation): boolean {
    const { key } = judged.operation
    const before = known.get(key)
    if (before !== undefined) return before
    if (asking.has(key)) throw new Error('a verdict depends on itself')
    asking.add(key)
    const verdict = judgeAnew(judged)
    asking.delete(key)
    known.set(key, verdict)
    return verdict
  }

  function judgeAnew(judged: JudgedOperation): boolean {
    const { signer, end, entry } = judged.effects
    if (signer === undefined) return true
    if (!counts(byKey.get(signer.operation)!)) return false
    const isAboutDevices = entry !== undefined || end?.kind === 'device'
    for (const other of ends) {
      const isLeave = other.effects.end!.kind === 'leave'
      const reaches = hits(other, signer.admission) && (!isLeave || !(isAboutDevices || end?.kind === 'leave'))
      if ((reaches || kills(other, signer)) && isOutsideOf(other, judged) && counts(other)) return false
    }
    return true
  }

  const counting = operations.filter(counts)
  const countingEnds = counting.filter(({ effects }) => effects.end !== undefined && effects.end.kind !== 'invitation')
  const isLive = (admission: Admission): boolean =>
    counts(byKey.get(admission.operation)!) && !countingEnds.some((end) => hits(end, admission))
  const admissions = counting.flatMap(({ effects }) => effects.admissions ?? []).filter(isLive)
  const entries = counting
    .flatMap(({ effects }) => [
      ...(effects.admissions ?? []).flatMap((admission) => admission.entries),
      ...(effects.entry ? [effects.entry] : []),
    ])
    .filter((entry) => isLive(entry.admission) && !countingEnds.some((end) => kills(end, entry)))
  return {
    voided: operations
      .filter((judged) => !counts(judged))
      .map(({ operation }) => operation.key)
      .sort(),
    admissions: admissions.map(admissionKey).sort(),
    entries: entries.map(entryKey).sort(),
  }
}

/** The text by which an entry is found. */
export function entryKey({ operation, admission, device }: Entry): string {
  return `${operation} ${admissionKey(admission)} ${device}`
}
