import { compareBytes } from '../../shared/bytes.ts'
import { createEnds, type Ends, type VoidReason } from './ends.ts'
import type { JudgedOperation } from '../judgedOperation.ts'
import type { OperationGraph } from '../operationGraph.ts'
import { compareRanks, createStanding, type GrowingStanding, type Standing } from '../standing.ts'

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
  readonly standing: Standing
}

/** Evaluates a graph as it grows. */
export interface Evaluator {
  /** An operation was inserted. */
  add(judged: JudgedOperation): void
  /** Good until the next operation comes. */
  current(): Evaluation
}

/**
 * Only an end decides about others, so one that comes makes the whole pass be repeated, when somebody asks (a few milliseconds for a thousand
 * operations); anything else costs what it changes.
 */
export function createEvaluator(graph: OperationGraph): Evaluator {
  let verdicts: Verdicts | undefined
  return {
    add(judged) {
      if (judged.effects.end !== undefined) verdicts = undefined
      else if (verdicts !== undefined && settle(verdicts, judged)) verdicts.standing.include(judged.effects)
    },
    current: () => (verdicts ??= findVerdicts(graph)),
  }
}

interface Verdicts {
  readonly voided: Map<string, VoidReason>
  readonly ends: Ends
  readonly standing: GrowingStanding
}

/** The one pass. */
function findVerdicts(graph: OperationGraph): Verdicts {
  const ends = createEnds(graph)
  const verdicts = { voided: new Map<string, VoidReason>(), ends, standing: createStanding(ends) }
  const counting = [...graph.all].sort(compareStanding).filter((judged) => settle(verdicts, judged))
  for (const { effects } of counting) verdicts.standing.include(effects)
  return verdicts
}

/** @returns whether an operation counts; all that stands before it has been settled */
function settle({ voided, ends }: Verdicts, judged: JudgedOperation): boolean {
  const { operation, effects } = judged
  const { signer, end } = effects
  const why = signer === undefined ? undefined : voided.has(signer.operation) ? 'rests' : ends.reasonAgainst(judged, signer)
  if (why !== undefined) voided.set(operation.key, why)
  else if (end !== undefined) ends.add(judged, end)
  return why === undefined
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
