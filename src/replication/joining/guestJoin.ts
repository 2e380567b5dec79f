import { equalBytes } from '../../shared/bytes.ts'
import type { EchoError } from '../../shared/echoError.ts'
import { idBytes, toId, type DeviceId, type IdentityId, type SpaceId } from '../../shared/ids.ts'
import type { Clock, Random } from '../../shared/ports.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LoadCpace } from '../../crypto/loadCpace.ts'
import type { Connection } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { signDeviceSelf, type DeviceRecord } from '../../identity/record.ts'
import { createConsent, invitationTarget } from '../../access/making/consent.ts'
import { createMembershipLog } from '../../access/createMembershipLog.ts'
import { hostMark, type Invitation } from '../../access/invitations/invitation.ts'
import { joinPsk, type InvitationKeys } from '../../access/invitations/invitationKeys.ts'
import type { EpochKey } from '../../access/keys/keyRing.ts'
import { decodeOperation } from '../../access/operation.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import { openSealedKey } from '../../access/keys/sealedKey.ts'
import { decodeCodeMessage } from './codeMessages.ts'
import { guestComparison } from '../blocks/comparison.ts'
import { guestCode, unexpected, type CodeFault } from './guestCode.ts'
import { codeDeadlineMs } from './hostCode.ts'
import { decisionDeadlineMs } from './hostJoin.ts'
import {
  createAsk,
  decodeEnd,
  decodeLog,
  joinTypes,
  noConsent,
  readAnswer,
  type Answer,
  type Ask,
  type ContentHead,
  type End,
} from './joinMessages.ts'
import { openJoinPipe, type JoinPipe } from './joinPipe.ts'
import type { LinkFault } from '../link/linkFault.ts'
import { encodePairingMessage } from './pairingMessages.ts'
import { decodeRefusal, encodeRefusal, joinError, type RefusalReason } from '../refusal.ts'
import { nextTranscript } from '../link/transcript.ts'

/*
 * The guest's half of a join. It believes nothing the host says of the space: the genesis must hash to what the link names, the log must make the
 * host an admin and this device a member, and the sealed key must be one that a valid epoch names. Only then is anything stored.
 */
export interface GuestJoinOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly identity: LocalIdentity
  /** From the record that the root key certified down to this device's own; by default that is all. */
  readonly chain?: readonly DeviceRecord[] | undefined
  /** This is a new device that is to become one of the host's person's: then `identity` is nobody's yet (newDeviceIdentity). */
  readonly pairing?: {
    /** Asks whether the other device shows the same digits. Never rejects; stays open when the person gives up, which `signal` tells. */
    readonly compare: (digits: string) => Promise<void>
  }
  readonly name: string
  readonly invitation: Invitation
  readonly keys: InvitationKeys
  /** Brings the code exchange, where the link asks for a code. */
  readonly loadCpace?: LoadCpace
  /** Asks the person for the code. Never rejects; stays open when the person gives up, which `signal` tells. */
  readonly askCode?: (question: { readonly triesLeft: number; readonly wrong: boolean }) => Promise<string>
  /** The device (32 bytes) of a host whose knowledge of the code was checked over an earlier connection. */
  readonly passedHost?: Uint8Array | undefined
  readonly onPassed?: (host: Uint8Array) => void
  /** The host's person decides now. */
  readonly onPending?: () => void
  /** Nothing is asked of anyone any more; the log is on its way. */
  readonly onAnswer: () => void
  /** Fires when the person gives up; the host is told. */
  readonly signal?: AbortSignal
  /** What this device knows of the space already: a host that has not heard yet that the guest was removed must not pass for one that took it back. */
  readonly knownOperations?: (space: SpaceId) => Promise<readonly Uint8Array[]>
  /** Stores the space durably. */
  readonly store: (joined: JoinedSpace) => Promise<void>
}

export interface JoinedSpace {
  readonly space: SpaceId
  readonly operations: readonly Uint8Array[]
  readonly key: EpochKey
  /** What must have arrived before the space is whole. */
  readonly content: readonly ContentHead[]
  readonly alreadyMember: boolean
  /** This device as the space lists it. */
  readonly record: DeviceRecord
  /** Unverified: the host calls itself so. */
  readonly hostName: string
}

/**
 * `link`: this connection came to nothing, another may. `end`: whoever answered says, or shows, that this invitation leads nowhere. That is the end of
 * it where `isProven`: the link names this device as its host, or it knows the code. Anyone else who has the link can say so, too, so that another
 * host may do better.
 */
export type GuestFault =
  | { readonly kind: 'link'; readonly fault: LinkFault }
  | { readonly kind: 'end'; readonly reason: RefusalReason | 'insecure'; readonly error: EchoError; readonly isProven: boolean }

/** The log follows the answer at once, and may be here before the answer is verified. */
const maxLogBytes = 20 * 1024 * 1024
const answerLimits = { maxBytes: maxLogBytes, deadlineMs: 20_000 }
const refusalLimits = { maxBytes: 1024, deadlineMs: 10_000 }
const logLimits = { maxBytes: maxLogBytes, deadlineMs: 60_000 }
const pendingLimits = { maxBytes: maxLogBytes, deadlineMs: decisionDeadlineMs + 60_000 }
const maxLogMessages = 32

/** Tries to join over one connection. */
export async function guestJoin(connection: Connection, options: GuestJoinOptions): Promise<Result<JoinedSpace, GuestFault>> {
  const { crypto, keys } = options
  const pipe = await openJoinPipe(connection, {
    ...options,
    role: 'guest',
    invitationId: keys.signing.publicKey,
    preSharedKey: joinPsk(crypto, keys.rendezvousKey),
  })
  if (!pipe.ok) return fail({ kind: 'link', fault: pipe.error })
  const said: Said = { pipe: pipe.value, transcript: pipe.value.transcript, isProven: false }
  // The host closes when it has heard it; closing at once could overtake the message.
  const giveUp = (): void => void said.pipe.send(encodeRefusal('cancelled'), said.transcript)
  options.signal?.addEventListener('abort', giveUp)
  const result = options.signal?.aborted ? link('closed') : await converse(said, options)
  options.signal?.removeEventListener('abort', giveUp)
  pipe.value.close()
  return result
}

/** How far the conversation is. */
interface Said {
  readonly pipe: JoinPipe
  transcript: Uint8Array
  /** Of whoever answers: see {@link GuestFault}. */
  isProven: boolean
}

async function converse(said: Said, options: GuestJoinOptions): Promise<Result<JoinedSpace, GuestFault>> {
  const { crypto, identity, invitation, keys } = options
  const { pipe } = said
  const t0 = pipe.transcript
  const ask = await createAsk(crypto, await askOf(options), t0, keys.signing, identity.signing)
  if (!(await pipe.send(ask, t0))) return link('closed')

  const t1 = (said.transcript = nextTranscript(crypto, t0, ask))
  const answered = await pipe.receive(t1, answerLimits)
  if (!answered.ok) return link(answered.error)
  const refusal = decodeRefusal(answered.value)
  if (refusal !== undefined) return refused(said, refusal)
  const answer = await readAnswer(crypto, answered.value, t1)
  if (!answer.ok) return link(answer.error)
  if (invitation.host !== undefined) {
    if (!equalBytes(invitation.host, hostMark(answer.value.device))) return link('insecure-peer')
    said.isProven = true
  }

  said.transcript = nextTranscript(crypto, t1, answered.value)
  if (answer.value.isRefusal) {
    const why = await pipe.receive(said.transcript, refusalLimits)
    const reason = why.ok ? decodeRefusal(why.value) : undefined
    return reason === undefined ? link(why.ok ? 'malformed' : why.error) : refused(said, reason)
  }
  const isPairing = options.pairing !== undefined
  if (isPairing && !equalBytes(invitationTarget(crypto, answer.value.identity), invitation.target)) return insecure(said)
  const entry = await enter(said, options, answer.value)
  if (!entry.ok) return entry
  const log = await receiveLog(said, entry.value)
  if (!log.ok) return log
  const { operations, end } = log.value
  const joined = await judge(options, operations, answer.value, end)
  if (joined === 'outdated') return link('unknown-device')
  if (joined === undefined) return insecure(said)
  if (options.signal?.aborted) return link('closed')
  await options.store(joined)
  await pipe.send(Uint8Array.of(joinTypes.done), said.transcript)
  return ok(joined)
}

async function askOf({ identity, chain, invitation, keys, passedHost, pairing, name }: GuestJoinOptions): Promise<Ask> {
  const { record } = identity
  const codeDone = passedHost !== undefined
  if (pairing !== undefined) return { records: [], newDevice: record, consent: noConsent, codeDone, name }
  const subject = { target: invitation.target, invitationId: keys.signing.publicKey, record }
  return { records: chain ?? [record], consent: await createConsent(identity.signing, subject), codeDone, name }
}

/** Does what the answer asks for. @returns the first message after it */
async function enter(said: Said, options: GuestJoinOptions, answer: Answer): Promise<Result<Uint8Array, GuestFault>> {
  const { crypto, identity, invitation, keys, passedHost } = options
  const { pipe, transcript } = said
  if (!answer.alreadyMember) {
    // A link with a code is worth nothing to who holds only the link, and that must hold for hosts, too.
    const isAsExpected = answer.code === 'none' ? !invitation.code : invitation.code
    const compares = options.pairing !== undefined && answer.compare === true
    if (!isAsExpected || (compares ? !invitation.compare : invitation.compare)) return insecure(said)
    if (answer.code === 'passed' && (passedHost === undefined || !equalBytes(passedHost, answer.device))) return insecure(said)
    if (answer.code === 'required') {
      const { loadCpace, askCode } = options
      const cpace = await loadCpace?.()
      if (askCode === undefined || cpace?.ok !== true) {
        return cpace?.ok === false ? fail({ kind: 'end', reason: 'timeout', error: cpace.error, isProven: true }) : link('newer-version')
      }
      const bound = {
        crypto,
        cpace: cpace.value,
        codeKey: keys.codeKey,
        invitationId: keys.signing.publicKey,
        transcript,
        guest: identity.record,
        host: answer.device,
      }
      const shown = await guestCode(pipe, bound, answer.triesLeft, maxLogBytes, askCode)
      if (!shown.ok) return stepFault(said, shown.error)
      options.onPassed?.(answer.device)
    }
    if (answer.code !== 'none') said.isProven = true
  }
  const isNew = options.pairing !== undefined && !answer.alreadyMember
  const next = isNew ? await confirm(said, options, answer) : ok({ message: pipe.receive(transcript, logLimits) })
  if (!next.ok) return next
  if (!answer.approval) options.onAnswer()
  const first = await next.value.message
  if (!first.ok) return link(first.error)
  if (decodeCodeMessage('pending', first.value) === undefined) return first
  options.onPending?.()
  const decided = await pipe.receive(transcript, pendingLimits)
  if (decided.ok) options.onAnswer()
  return decided.ok ? decided : link(decided.error)
}

/** Agrees to be a device of the host's person, after the digits were compared where that is wanted. @returns the message that comes next */
async function confirm(
  said: Said,
  { crypto, identity, pairing }: GuestJoinOptions,
  answer: Answer,
): Promise<Result<{ readonly message: Promise<Result<Uint8Array, LinkFault>> }, GuestFault>> {
  const { pipe, transcript } = said
  const compared = answer.compare && (await guestComparison(pipe, crypto, transcript))
  if (compared?.ok === false) return stepFault(said, compared.error)
  const message = pipe.receive(transcript, { maxBytes: maxLogBytes, deadlineMs: codeDeadlineMs })
  // While the person looks, the host says nothing, or that it is over.
  const early = compared && (await Promise.race([pairing?.compare(compared.value), message]))
  const over = early && unexpected(early)
  if (over?.ok === false) return stepFault(said, over.error)
  if (compared !== undefined) said.isProven = true
  const { sign, seal } = identity.record
  const self = await signDeviceSelf(identity.signing, { identity: answer.identity, sign, seal, certifier: answer.device })
  // A host that has gone may have said why.
  await pipe.send(encodePairingMessage({ kind: 'confirm', value: self }), transcript)
  pipe.allow(logLimits)
  return ok({ message })
}

/** The log in one or more messages, of which the first is here, and the end. */
async function receiveLog(
  said: Said,
  first: Uint8Array,
): Promise<Result<{ readonly operations: readonly Uint8Array[]; readonly end: End }, GuestFault>> {
  const operations: Uint8Array[] = []
  let message = first
  for (let count = 0; count <= maxLogMessages; count++) {
    const refusal = decodeRefusal(message)
    if (refusal !== undefined) return refused(said, refusal)
    if (message[0] !== joinTypes.log) {
      const end = decodeEnd(message)
      return end.ok ? ok({ operations, end: end.value }) : link(end.error)
    }
    const part = decodeLog(message)
    if (!part.ok) return link(part.error)
    operations.push(...part.value)
    const next = await said.pipe.receive(said.transcript, logLimits)
    if (!next.ok) return link(next.error)
    message = next.value
  }
  return link('malformed')
}

/** Reads the log as if the host were a liar. @returns undefined where he is one; `outdated` where he has not heard that this device was shut out */
async function judge(
  options: GuestJoinOptions,
  operations: readonly Uint8Array[],
  answer: Answer,
  end: End,
): Promise<JoinedSpace | 'outdated' | undefined> {
  const { crypto, identity, invitation } = options
  const genesis = operations[0] && decodeOperation(crypto, operations[0])
  if (genesis === undefined || !genesis.ok) return undefined
  // The root key signs the genesis of a private space and of no other; that it is the right person was checked with the answer.
  const isMeant =
    options.pairing === undefined
      ? equalBytes(invitationTarget(crypto, genesis.value.id), invitation.target)
      : equalBytes(genesis.value.by, answer.identity)
  if (!isMeant) return undefined
  const space = toId<SpaceId>(genesis.value.id)
  const log = createMembershipLog({ crypto, space })
  for (const operation of operations) await log.add(operation)
  if (log.device(identity.deviceId) === undefined) return undefined
  for (const operation of (await options.knownOperations?.(space)) ?? []) await log.addVerified(operation)
  const own = log.device(identity.deviceId)
  if (own === undefined) return 'outdated'
  if (!isAdmin(log, answer)) return undefined
  for (const { id, sealed } of end.keys) {
    const isNamed = log.epochs().some((epoch) => epoch.usable && equalBytes(epoch.keyId, id))
    const key = isNamed ? await openSealedKey(crypto, idBytes(space), identity, id, sealed) : undefined
    if (key === undefined) continue
    const { alreadyMember, name: hostName } = answer
    return { space, operations: log.operations(), key, content: end.content, alreadyMember, record: own.record, hostName }
  }
  return undefined
}

function isAdmin(log: OperationLog, { device, identity }: Answer): boolean {
  const entry = log.device(toId<DeviceId>(device))
  return entry !== undefined && entry.member.identity === toId<IdentityId>(identity) && Number.isFinite(entry.member.rank)
}

function stepFault(said: Said, fault: CodeFault): Result<never, GuestFault> {
  if ('fault' in fault) return link(fault.fault)
  return 'refusal' in fault ? refused(said, fault.refusal) : insecure(said)
}

function link(fault: LinkFault): Result<never, GuestFault> {
  return fail({ kind: 'link', fault })
}

function refused({ isProven }: Said, reason: RefusalReason): Result<never, GuestFault> {
  return fail({ kind: 'end', reason, error: joinError(reason), isProven })
}

function insecure({ isProven }: Said): Result<never, GuestFault> {
  return fail({ kind: 'end', reason: 'insecure', error: joinError('insecure'), isProven })
}
