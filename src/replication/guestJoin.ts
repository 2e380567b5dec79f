import { equalBytes } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { idBytes, toId, type DeviceId, type IdentityId, type SpaceId } from '../shared/ids.ts'
import type { Clock, Random } from '../shared/ports.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Connection } from '../network/network.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import { createConsent, invitationTarget } from '../access/consent.ts'
import { createMembershipLog } from '../access/createMembershipLog.ts'
import type { Invitation } from '../access/invitation.ts'
import { joinPsk, type InvitationKeys } from '../access/invitationKeys.ts'
import type { EpochKey } from '../access/keyRing.ts'
import { decodeOperation } from '../access/operation.ts'
import type { OperationLog } from '../access/operationLog.ts'
import { openSealedKey } from '../access/sealedKey.ts'
import { createAsk, decodeEnd, decodeLog, joinTypes, readAnswer, type Answer, type ContentHead, type End } from './joinMessages.ts'
import { openJoinPipe, type JoinPipe } from './joinPipe.ts'
import type { LinkFault } from './linkFault.ts'
import { decodeRefusal, refusalError, type RefusalReason } from './refusal.ts'
import { nextTranscript } from './transcript.ts'

/*
 * The guest's half of a join. It believes nothing the host says of the space: the genesis must hash to what the link names, the log must make the
 * host an admin and this device a member, and the sealed key must be one that a valid epoch names. Only then is anything stored.
 */
export interface GuestJoinOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly identity: LocalIdentity
  readonly name: string
  readonly invitation: Invitation
  readonly keys: InvitationKeys
  /** The host answered; the log is on its way. */
  readonly onAnswer: () => void
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
}

/** `link`: this connection came to nothing, another may; the error is the end of the invitation. */
export type GuestFault =
  | { readonly kind: 'link'; readonly fault: LinkFault }
  | { readonly kind: 'end'; readonly reason: RefusalReason | 'insecure'; readonly error: EchoError }

/** The log follows the answer at once, and may be here before the answer is verified. */
const maxLogBytes = 20 * 1024 * 1024
const answerLimits = { maxBytes: maxLogBytes, deadlineMs: 20_000 }
const logLimits = { maxBytes: maxLogBytes, deadlineMs: 60_000 }
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
  const result = await converse(pipe.value, options)
  pipe.value.close()
  return result
}

async function converse(pipe: JoinPipe, options: GuestJoinOptions): Promise<Result<JoinedSpace, GuestFault>> {
  const { crypto, identity, invitation, keys } = options
  const t0 = pipe.transcript
  const record = identity.record
  const consent = await createConsent(identity.signing, { target: invitation.target, invitationId: keys.signing.publicKey, record })
  const ask = await createAsk(crypto, { records: [record], consent, name: options.name }, t0, keys.signing, identity.signing)
  if (!(await pipe.send(ask, t0))) return link('closed')

  const t1 = nextTranscript(crypto, t0, ask)
  const answered = await pipe.receive(t1, answerLimits)
  if (!answered.ok) return link(answered.error)
  const refusal = decodeRefusal(answered.value)
  if (refusal !== undefined) return fail({ kind: 'end', reason: refusal, error: refusalError(refusal) })
  const answer = await readAnswer(crypto, answered.value, t1)
  if (!answer.ok) return link(answer.error)
  options.onAnswer()

  const t2 = nextTranscript(crypto, t1, answered.value)
  const log = await receiveLog(pipe, t2)
  if (!log.ok) return link(log.error)
  const { operations, end } = log.value
  const joined = await judge(options, operations, answer.value, end)
  if (joined === undefined) return fail({ kind: 'end', reason: 'insecure', error: fakeHost() })
  await options.store(joined)
  await pipe.send(Uint8Array.of(joinTypes.done), t2)
  return ok(joined)
}

/** The log in one or more messages, and the end. */
async function receiveLog(
  pipe: JoinPipe,
  transcript: Uint8Array,
): Promise<Result<{ readonly operations: readonly Uint8Array[]; readonly end: End }, LinkFault>> {
  const operations: Uint8Array[] = []
  for (let count = 0; count <= maxLogMessages; count++) {
    const message = await pipe.receive(transcript, logLimits)
    if (!message.ok) return message
    if (message.value[0] !== joinTypes.log) {
      const end = decodeEnd(message.value)
      return end.ok ? ok({ operations, end: end.value }) : end
    }
    const part = decodeLog(message.value)
    if (!part.ok) return part
    operations.push(...part.value)
  }
  return fail('malformed')
}

/** Reads the log as if the host were a liar. @returns undefined where he is one */
async function judge(
  options: GuestJoinOptions,
  operations: readonly Uint8Array[],
  answer: Answer,
  end: End,
): Promise<JoinedSpace | undefined> {
  const { crypto, identity, invitation } = options
  const genesis = operations[0] && decodeOperation(crypto, operations[0])
  if (genesis === undefined || !genesis.ok || !equalBytes(invitationTarget(crypto, genesis.value.id), invitation.target)) return undefined
  const space = toId<SpaceId>(genesis.value.id)
  const log = createMembershipLog({ crypto, space })
  for (const operation of operations) await log.add(operation)
  if (!isAdmin(log, answer) || log.device(identity.deviceId) === undefined) return undefined
  for (const { id, sealed } of end.keys) {
    const isNamed = log.epochs().some((epoch) => epoch.usable && equalBytes(epoch.keyId, id))
    const key = isNamed ? await openSealedKey(crypto, idBytes(space), identity, id, sealed) : undefined
    if (key !== undefined) return { space, operations: log.operations(), key, content: end.content, alreadyMember: answer.alreadyMember }
  }
  return undefined
}

function isAdmin(log: OperationLog, { device, identity }: Answer): boolean {
  const entry = log.device(toId<DeviceId>(device))
  return entry !== undefined && entry.member.identity === toId<IdentityId>(identity) && Number.isFinite(entry.member.rank)
}

function link(fault: LinkFault): Result<never, GuestFault> {
  return fail({ kind: 'link', fault })
}

function fakeHost(): EchoError {
  return new EchoError(
    'insecure-peer',
    'Whoever answered the invitation could not prove that the space is theirs to share, so nothing was joined. Ask the person who sent the link for a new one.',
  )
}
