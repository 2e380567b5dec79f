import { hasUnknownRequired } from '../../shared/extensions.ts'
import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { decodeEndBody, type EndTarget } from '../bodies/endBody.ts'
import type { JudgeContext, Verdict } from './judgeContext.ts'
import type { End, Entry } from '../judgedOperation.ts'
import type { OperationFault } from '../membershipLog.ts'
import { operationKey, type Operation } from '../operation.ts'
import type { OperationGraph, OperationSet } from '../operationGraph.ts'
import { isAtLeast } from '../roleCode.ts'

type Target = Result<Pick<End, 'kind'> & Omit<End, 'cut' | 'blocks'>, OperationFault>

/** M7, M8: one may end what ranks strictly below oneself, the juniors among one's own devices, and the admission one acts under. */
export function judgeEnd({ graph }: JudgeContext, operation: Operation, signer: Entry, past: OperationSet): Verdict {
  const body = decodeEndBody(operation.body)
  if (!body.ok) return fail('body')
  const { target, cut, blocks, extensions } = body.value
  if (hasUnknownRequired(extensions)) return fail('newer-version')
  // The root key of the phrase shuts out devices, and nobody else.
  if (signer.rank === 0 && target.kind !== 'device') return fail('role')
  if (cut?.some((head) => !past.has(operationKey(head)))) return fail('cut')
  const found = findTarget(graph, target, signer, past)
  if (!found.ok) return found
  if (found.value.kind === 'leave' && cut !== undefined) return fail('cut')
  const end = { ...found.value, cut: cut ?? operation.parents, blocks } as End
  return ok({ signer, end })
}

function findTarget(graph: OperationGraph, target: EndTarget, signer: Entry, past: OperationSet): Target {
  const { admission } = signer
  const isAdmin = isAtLeast(admission.role, 'admin')
  switch (target.kind) {
    case 'admission': {
      const key = operationKey(target.admission.operation)
      const ended = past.has(key) ? graph.get(key)?.effects.admissions?.[target.admission.index] : undefined
      if (ended === admission) return ok({ kind: 'leave', admission })
      if (ended === undefined) return fail('target')
      if (!isAdmin) return fail('role')
      return admission.rank >= ended.rank ? fail('rank') : ok({ kind: 'admission', admission: ended })
    }
    case 'identity': {
      const identity = toId<IdentityId>(target.identity)
      if (!isAdmin) return fail('role')
      const isBelow = graph.admissionsOf(identity).some((other) => past.has(other.operation) && other.rank > admission.rank)
      return isBelow ? ok({ kind: 'identity', identity }) : fail('rank')
    }
    case 'device': {
      const device = toId<DeviceId>(target.device)
      const isJunior = graph
        .entriesOf(device)
        .some((entry) => entry.admission === admission && past.has(entry.operation) && entry.rank > signer.rank)
      return isJunior ? ok({ kind: 'device', device }) : fail('rank')
    }
    case 'invitation': {
      const invitation = operationKey(target.invitation)
      const isHere = graph.invitationsOf(invitation).some(past.has)
      if (!isHere) return fail('target')
      return isAdmin ? ok({ kind: 'invitation', invitation }) : fail('role')
    }
  }
}
