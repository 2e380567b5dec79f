import { compareBytes, equalBytes } from '../shared/bytes.ts'
import { idBytes, type DeviceId, type IdentityId, type SpaceId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { admitterOf, evidenceOf, maxEvidence } from './judging/evidence.ts'
import { findEpochs } from './keys/findEpochs.ts'
import { findExcess } from './judging/findExcess.ts'
import { findInvitations } from './invitations/findInvitations.ts'
import { createHeldOperations } from './heldOperations.ts'
import type { Entry, JudgedOperation } from './judgedOperation.ts'
import { judge } from './judging/judge.ts'
import type { Member, MembershipState, OperationFault, Role } from './membershipLog.ts'
import { createEvaluator } from './judging/evaluate.ts'
import {
  decodeOperation,
  maxParents,
  operationKey,
  operationKinds,
  verifyOperation,
  type EntryReference,
  type Operation,
} from './operation.ts'
import { createOperationGraph } from './operationGraph.ts'
import type { Epoch, OperationLog } from './operationLog.ts'
import { isAtLeast, roleCode } from './roleCode.ts'

/** Most malformed operations remembered, so that what is built on them is refused at once; a forgotten one only makes its children wait. */
const maxRememberedMalformed = 10_000

type AddResult = Result<'added' | 'known' | 'held', OperationFault>

/**
 * The membership log of a space, empty until its genesis is added.
 *
 * Model: operations pass the static layer (judge.ts) once, in the order of `add`; the state is evaluated from the set of those that
 * passed (evaluate.ts), when somebody asks. Invariants: every operation in the graph has its whole past there; nothing is remembered
 * under an id before the signature was verified, because the id does not cover it and a bad copy must not shut out the good one.
 * An attacker can make this log hold 4 MiB of operations without parents, remember 10,000 ids, and, if he was ever listed, grow it with
 * well-formed operations; he cannot change what it makes of the others.
 *
 * @param options.space the space's id: the hash of its genesis.
 * @example
 * const log = createMembershipLog({ crypto, space })
 * for (const operation of received) await log.add(operation)
 * log.state.get().members.size
 */
export function createMembershipLog(options: { readonly crypto: CryptoPort; readonly space: SpaceId }): OperationLog {
  const { crypto } = options
  const space = idBytes(options.space)
  const noSpace = new Uint8Array(32)

  const graph = createOperationGraph()
  const evaluator = createEvaluator(graph)
  const held = createHeldOperations()
  const malformed = new Set<string>()
  const addedListeners = new Set<(operation: Uint8Array, id: Uint8Array) => void>()
  const stateListeners = new Set<() => void>()
  let state: MembershipState | undefined
  let epochs: readonly Epoch[] | undefined
  let invitations: ReturnType<typeof findInvitations> | undefined
  let tail: Promise<unknown> = Promise.resolve()

  function currentState(): MembershipState {
    if (state === undefined) {
      const { standing, voided } = evaluator.current()
      const { members } = standing
      state = {
        members,
        version: graph.size,
        voided: voided.size,
        isOwnerless: ![...members.values()].some(({ role }) => role === 'owner'),
      }
    }
    return state
  }

  function currentInvitations(): ReturnType<typeof findInvitations> {
    return (invitations ??= findInvitations(graph, evaluator.current()))
  }

  function insert(judged: JudgedOperation): void {
    graph.insert(judged)
    evaluator.add(judged)
    state = undefined
    epochs = undefined
    invitations = undefined
  }

  function rememberMalformed(key: string): void {
    malformed.add(key)
    for (const oldest of malformed) {
      if (malformed.size <= maxRememberedMalformed) break
      malformed.delete(oldest)
    }
  }

  /** Judges an operation whose signature holds. What it adds, itself and what waited for it, is appended to `added`. */
  async function settle(first: Operation, verified: boolean, added: Operation[]): Promise<AddResult> {
    let result: AddResult | undefined
    const queue = [first]
    for (let operation = queue.shift(); operation !== undefined; operation = queue.shift()) {
      const outcome = await place(operation, verified && operation === first)
      result ??= outcome
      const isPlaced = outcome.ok && outcome.value === 'added'
      if (isPlaced) added.push(operation)
      if (isPlaced || malformed.has(operation.key)) queue.push(...held.release(operation.key))
    }
    return result!
  }

  async function place(operation: Operation, verified: boolean): Promise<AddResult> {
    if (graph.get(operation.key) !== undefined) return ok('known')
    if (held.has(operation.key)) return ok('held')
    const parents = operation.parents.map(operationKey)
    if (parents.some((parent) => malformed.has(parent))) {
      rememberMalformed(operation.key)
      return fail('parent')
    }
    const missing = parents.filter((parent) => graph.get(parent) === undefined)
    if (missing.length > 0) return held.hold(operation, missing) ? ok('held') : fail('too-many-held')
    const verdict = await judge({ crypto, space, graph, verified }, operation)
    if (!verdict.ok) {
      // What needs a newer version is not malformed: its children wait, like those of an operation that is not here.
      if (verdict.error !== 'newer-version') rememberMalformed(operation.key)
      return verdict
    }
    insert({ operation, effects: verdict.value })
    return ok('added')
  }

  function tell(added: readonly Operation[]): void {
    for (const operation of added) {
      for (const listener of addedListeners) listener(operation.bytes, operation.id)
    }
    if (added.length > 0) {
      for (const listener of stateListeners) listener()
    }
  }

  async function addOne(bytes: Uint8Array, verified: boolean): Promise<AddResult> {
    const decoded = decodeOperation(crypto, bytes.slice())
    if (!decoded.ok) return decoded
    const operation = decoded.value
    if (graph.get(operation.key) !== undefined) return ok('known')
    const isGenesis = operation.kind === operationKinds.genesis
    if (!equalBytes(operation.space, isGenesis ? noSpace : space)) return fail('space')
    const added: Operation[] = []
    // The signatures of several calls are verified side by side; judging is one after the other, in the order of the calls.
    const isSigned = verified || verifyOperation(crypto, operation)
    const turn = tail.then(async (): Promise<AddResult> => ((await isSigned) ? settle(operation, verified, added) : fail('signature')))
    // The caller gets what goes wrong in its own turn; the next turn comes all the same.
    tail = turn.catch(() => undefined)
    const result = await turn
    tell(added)
    return result
  }

  function missingFor(heads: readonly Uint8Array[]): Uint8Array[] {
    const past = graph.pastOf(heads)
    return graph.all.filter(({ operation }) => !past.has(operation.key)).map(({ operation }) => operation.bytes)
  }

  function parentsFor(as: EntryReference): readonly Uint8Array[] {
    const heads = graph.heads()
    if (heads.length <= maxParents) return heads
    const maker = operationKey(as.operation)
    const bySize = heads
      .map((head) => ({ head, past: graph.pastOf([head]) }))
      .sort((a, b) => Number(b.past.has(maker)) - Number(a.past.has(maker)) || b.past.size - a.past.size || compareBytes(a.head, b.head))
    return bySize.slice(0, maxParents).map(({ head }) => head)
  }

  /** The live entries of the pair, the most senior first. */
  function liveEntries(identity: IdentityId, device: DeviceId): readonly Entry[] {
    const entries = evaluator.current().standing.entriesOf(device)
    return entries.filter((entry) => entry.admission.identityId === identity)
  }

  /** The ends that reach what a device was listed under, or in whose name it was listed. */
  function endsAgainst(device: DeviceId): readonly JudgedOperation[] {
    const { standing, ends, voided } = evaluator.current()
    if (standing.entriesOf(device).length > 0) return []
    const keys = new Set<string>()
    for (let entry of graph.entriesOf(device) as readonly (Entry | undefined)[]) {
      for (; entry !== undefined; entry = voided.has(entry.operation) ? graph.get(entry.operation)?.effects.signer : undefined) {
        for (const key of ends.keysAgainst(entry)) keys.add(key)
      }
    }
    return graph.all.filter(({ operation }) => keys.has(operation.key))
  }

  return {
    space: options.space,
    state: {
      get: currentState,
      subscribe(listener) {
        // Wrapped, so that a function subscribed twice is also ended twice.
        const entry = (): void => listener()
        stateListeners.add(entry)
        return () => stateListeners.delete(entry)
      },
    },
    heads: () => graph.heads(),
    operations: () => graph.all.map(({ operation }) => operation.bytes),
    missingFor,
    knows: (heads) => heads.every((head) => graph.get(operationKey(head)) !== undefined),
    add: (operation) => addOne(operation, false),
    addVerified: (operation) => addOne(operation, true),
    onAdded(listener) {
      const entry = (operation: Uint8Array, id: Uint8Array): void => listener(operation, id)
      addedListeners.add(entry)
      return () => addedListeners.delete(entry)
    },
    roleAt(heads, identity, device) {
      if (heads.some((head) => graph.get(operationKey(head)) === undefined)) return 'unknown'
      const past = graph.pastOf(heads)
      let best: Role | undefined
      for (const { admission, operation } of graph.entriesOf(device)) {
        if (admission.identityId !== identity || !past.has(operation)) continue
        if (best === undefined || roleCode(admission.role) < roleCode(best)) best = admission.role
      }
      return best
    },
    isWriter: (identity, device) => liveEntries(identity, device).some((entry) => isAtLeast(entry.admission.role, 'editor')),
    endsAgainst(device, heads = []) {
      const needed = graph.pastOf(endsAgainst(device).map(({ operation }) => operation.id))
      const known = graph.pastOf(heads)
      return graph.all.flatMap(({ operation: { key, bytes } }) => (needed.has(key) && !known.has(key) ? [bytes] : []))
    },
    endedBy: (device) => [...new Set(endsAgainst(device).flatMap(({ effects }) => effects.signer?.admission.identityId ?? []))],
    hasLeft(identity) {
      const { standing, ends: valid } = evaluator.current()
      return standing.admissionsOf(identity).length === 0 && graph.admissionsOf(identity).some(valid.hasLeft)
    },
    isShutOut(device) {
      const { standing, ends } = evaluator.current()
      return standing.entriesOf(device).length === 0 && graph.entriesOf(device).some((entry) => ends.keysAgainst(entry).length > 0)
    },
    evidenceFor(identity, device) {
      const entry = liveEntries(identity, device).toSorted((a, b) => roleCode(a.admission.role) - roleCode(b.admission.role))[0]
      const operations = entry === undefined ? [] : evidenceOf(graph, entry)
      if (entry === undefined || operations.length > maxEvidence) return undefined
      return { role: entry.admission.role, admittedBy: admitterOf(graph, entry), operations }
    },
    endIdsAgainst: (device) => endsAgainst(device).map(({ operation }) => operation.id),
    wasRevoked: (device) => graph.entriesOf(device).some(evaluator.current().ends.hasRevoked),
    wasListed: (device) => graph.entriesOf(device).length > 0,
    device(device) {
      const entry = evaluator.current().standing.entriesOf(device)[0]
      const member: Member | undefined = entry && currentState().members.get(entry.admission.identityId)
      return entry?.record === undefined || member === undefined ? undefined : { member, record: entry.record }
    },
    signingEntry(identity, device, least) {
      const entry = liveEntries(identity, device).find(({ admission }) => isAtLeast(admission.role, least))
      return entry && { as: entry.reference, role: entry.admission.role, rank: entry.admission.rank }
    },
    entriesOf: liveEntries,
    parentsFor,
    admissionsOf: (identity) => evaluator.current().standing.admissionsOf(identity),
    addedDevicesOf: (identity) =>
      graph.all.flatMap(({ effects: { entry } }) => (entry?.record && entry.admission.identityId === identity ? [entry.record] : [])),
    epochs: () => (epochs ??= findEpochs(graph, evaluator.current())),
    invitations: () => currentInvitations().all,
    invitation: (invitationId) => currentInvitations().byId.get(operationKey(invitationId)),
    excessOf: (invitation) => findExcess(graph, evaluator.current(), invitation),
    hasDenied(invitationId, identity) {
      const { voided } = evaluator.current()
      return graph.denialsOf(operationKey(invitationId), identity).some((key) => !voided.has(key))
    },
    usesOf(invitationId) {
      const { voided } = evaluator.current()
      const counting = graph.admittedBy(operationKey(invitationId)).filter(({ operation }) => !voided.has(operation))
      // A further admission of the same person carries the invitation on.
      return new Set(counting.map(({ identityId }) => identityId)).size
    },
    judged: () => graph.all,
    voided: () => evaluator.current().voided,
    keptBlocks: () => evaluator.current().ends.keptBlocks,
    isBefore: (earlier, later) => graph.isBefore(operationKey(earlier), operationKey(later)),
  }
}
