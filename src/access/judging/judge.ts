import { equalBytes } from '../../shared/bytes.ts'
import { toId, type DeviceId } from '../../shared/ids.ts'
import { fail, ok } from '../../shared/result.ts'
import { judgeAdmit } from './judgeAdmit.ts'
import { judgeDevice } from './judgeDevice.ts'
import type { JudgeContext, Verdict } from './judgeContext.ts'
import type { Entry } from '../judgedOperation.ts'
import { judgeEnd } from './judgeEnd.ts'
import { judgeEpoch } from './judgeEpoch.ts'
import { judgeGenesis } from './judgeGenesis.ts'
import { judgeDeny, judgeInvite } from './judgeInvite.ts'
import { operationKey, operationKinds, type EntryReference, type Operation } from '../operation.ts'
import type { OperationGraph, OperationSet } from '../operationGraph.ts'

/*
 * The static layer (M1-M8): whether an operation is well-formed follows from its bytes and its past alone, so it is judged once and
 * never again. Authority is the fixed path of admissions from the genesis to the entry that the operation names; nobody's present
 * state is asked. What an attacker can do here: sign under any entry he ever held, with parents as old as he likes. That is why a
 * well-formed operation may still not count: see evaluate.ts.
 */

const knownKinds: ReadonlySet<number> = new Set(Object.values(operationKinds))

/**
 * The effects of an operation, or the first rule that it breaks. Its own signature has been verified, it is of this space, and all its
 * parents are in the graph; only a genesis has none. Never throws.
 */
export async function judge(context: JudgeContext, operation: Operation): Promise<Verdict> {
  const { kind, parents } = operation
  if (kind === operationKinds.genesis) return judgeGenesis(context, operation)
  if (parents.length === 0) return fail('genesis')
  const past = context.graph.pastOf(parents)
  const signer = findEntry(context.graph, past, operation.as, operation.by)
  if (signer === undefined) return fail('entry')
  // Odd: kept and passed on without effect. Even: what follows from it cannot be known here.
  if (!knownKinds.has(kind)) return kind % 2 === 0 ? fail('newer-version') : ok({ signer })
  if (kind === operationKinds.device) return judgeDevice(context, operation, signer, past)
  if (kind === operationKinds.end) return judgeEnd(context, operation, signer, past)
  // The root key of the phrase adds and shuts out devices (M5), and does nothing else.
  if (signer.rank === 0) return fail('role')
  if (kind === operationKinds.admit) return judgeAdmit(context, operation, signer)
  if (kind === operationKinds.epoch) return judgeEpoch(context, operation, signer, past)
  return kind === operationKinds.invite ? judgeInvite(operation, signer) : judgeDeny(operation, signer)
}

/** M2: the entry that `as` and the signing key name, if its maker is in the past. */
function findEntry(graph: OperationGraph, past: OperationSet, as: EntryReference, by: Uint8Array): Entry | undefined {
  const key = operationKey(as.operation)
  if (!past.has(key)) return undefined
  const effects = graph.get(key)?.effects
  const device = toId<DeviceId>(by)
  if (effects?.entry !== undefined) return as.index === 0 && effects.entry.device === device ? effects.entry : undefined
  const admission = effects?.admissions?.[as.index]
  if (admission === undefined) return undefined
  if (equalBytes(by, admission.identity)) return { admission, reference: as, operation: key, device, rank: 0 }
  return admission.entries.find((entry) => entry.device === device)
}
