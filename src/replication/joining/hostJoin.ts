import { idBytes, toId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { Clock, Random } from '../../shared/ports.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Connection } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { canSealTo, certifyDevice, verifyDeviceRecord, type DeviceRecord } from '../../identity/record.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import { sealKeyFor } from '../../access/keys/sealedKey.ts'
import { encodeCodeMessage } from './codeMessages.ts'
import { hostComparison } from '../blocks/comparison.ts'
import { codeDeadlineMs, hostCode, type CodeTerms } from './hostCode.ts'
import { askingDevice, createAnswer, encodeEnd, encodeLog, readAsk, type Ask, type ContentHead, type NewDevice } from './joinMessages.ts'
import { openJoinPipe, type JoinPipe } from './joinPipe.ts'
import type { LinkFault } from '../link/linkFault.ts'
import { portionsOf } from '../link/linkMessages.ts'
import { decodePairingMessage } from './pairingMessages.ts'
import { decodeRefusal, encodeRefusal, type RefusalReason } from '../refusal.ts'
import { nextTranscript } from '../link/transcript.ts'

/*
 * The host's half of a join. A guest proves that it holds the link and its device key, over this very connection; the host answers under its own
 * device key, admits it in the membership log, and hands over the log and the content key sealed to the guest's device.
 *
 * What an attacker can do: without the link, make the host derive keys that do not fit. With the link, be admitted in the guest's place:
 * that is what a link is; it is good for one use and ten minutes, and everyone sees who came.
 */
export interface HostJoinOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly identity: LocalIdentity
  readonly ownName: string
  readonly space: SpaceId
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly invitationId: Uint8Array
  /** Join psk. */
  readonly preSharedKey: Uint8Array
  readonly content: () => readonly ContentHead[]
  /**
   * What this guest has to do before it is admitted, or why it may not come; by default nothing. A member is not asked about.
   */
  readonly terms?: (ask: Ask) => Promise<Result<HostTerms, RefusalReason>>
  /** `new-device`: guests are devices that are to become the host's person's. By default they are people. */
  readonly asks?: 'member' | 'new-device'
  /**
   * Decides, writes the admission into the log and stores it; a guest that is a member already is not asked about.
   * @param record of a new device, certified by this one, its signatures verified
   */
  readonly admit: (ask: Ask, record?: DeviceRecord) => Promise<Result<void, RefusalReason>>
}

/** What stands between an ask and the admission. */
export interface HostTerms {
  readonly code?: CodeTerms
  /** Both ends show digits; only for new devices, and with a decision. */
  readonly compare?: true
  /**
   * Resolves when the host's person has decided, however long the guest is here; absent where nobody decides, or has already.
   * @param digits what the person compares
   */
  readonly decision?: (digits?: string) => Promise<Result<void, RefusalReason>>
}

/** A person may take so long to decide about a guest. */
export const decisionDeadlineMs = 10 * 60_000
/** However much a guest has to say: it takes a place from others. Enough to type a code more than once and to wait for a decision. */
const conversationMs = 20 * 60_000
const askLimits = { maxBytes: 32_768, deadlineMs: 10_000 }
const doneLimits = { maxBytes: 1024, deadlineMs: 60_000 }

/** Serves one connection. @returns the guest that now is a member, or why there is none; a peer that is no guest ends in silence. */
export async function hostJoin(connection: Connection, options: HostJoinOptions): Promise<Result<Ask, LinkFault | RefusalReason>> {
  const { clock } = options
  const pipe = await openJoinPipe(connection, { ...options, role: 'host' })
  if (!pipe.ok) return pipe
  let isLate = false
  const overall = clock.after(conversationMs, () => {
    isLate = true
    pipe.value.close()
  })
  const result = await converse(pipe.value, options)
  clock.clear(overall)
  pipe.value.close()
  return isLate && !result.ok ? fail('timeout') : result
}

async function converse(pipe: JoinPipe, options: HostJoinOptions): Promise<Result<Ask, LinkFault | RefusalReason>> {
  const { crypto, identity, log, keyRing } = options
  const t0 = pipe.transcript
  const asked = await pipe.receive(t0, askLimits)
  if (!asked.ok) return asked
  const t1 = nextTranscript(crypto, t0, asked.value)
  const ask = await readAsk(crypto, asked.value, t0, options.invitationId, options.asks)
  if (!ask.ok) return refuse(pipe, t1, ask.error)
  const guest = askingDevice(ask.value)
  const isMember = (): boolean => log.device(toId<DeviceId>(guest.sign)) !== undefined

  const alreadyMember = isMember()
  const terms = alreadyMember ? ok({}) : ((await options.terms?.(ask.value)) ?? ok({}))
  const { code, compare, decision }: HostTerms = terms.ok ? terms.value : {}
  const passed = code?.passed === true && ask.value.codeDone
  const answer = await createAnswer(
    crypto,
    {
      device: identity.signing.publicKey,
      identity: idBytes(identity.id),
      alreadyMember,
      code: code === undefined ? 'none' : passed ? 'passed' : 'required',
      approval: decision !== undefined,
      ...(compare && { compare }),
      triesLeft: code?.triesLeft ?? 0,
      isRefusal: !terms.ok,
      // Who is turned away needs no name.
      name: terms.ok ? options.ownName : '',
    },
    t1,
    identity.signing,
  )
  const t2 = nextTranscript(crypto, t1, answer)
  if (!(await pipe.send(answer, t1))) return fail('closed')
  if (!terms.ok) return refuse(pipe, t2, terms.error)
  if (code !== undefined && !passed) {
    const { invitationId } = options
    const shown = await hostCode(pipe, code, { crypto, invitationId, transcript: t2, guest, host: identity.signing.publicKey })
    if (!shown.ok) return refuse(pipe, t2, shown.error)
  }
  const digits = compare && (await hostComparison(pipe, crypto, t2))
  if (digits?.ok === false) return refuse(pipe, t2, digits.error)
  const decide = decision && (() => decision(digits?.value))
  const isNew = options.asks === 'new-device' && !alreadyMember
  const confirmed = isNew ? await waitForRecord(pipe, t2, options, guest, decide) : ok({ record: undefined, decide })
  if (!confirmed.ok) return refuse(pipe, t2, confirmed.error)
  const { record } = confirmed.value
  const farewell = confirmed.value.decide && (await waitForDecision(pipe, t2, confirmed.value.decide))
  if (farewell?.ok === false) return refuse(pipe, t2, farewell.error)
  if (!alreadyMember) {
    const admitted = await options.admit(ask.value, record)
    if (!admitted.ok) return refuse(pipe, t2, admitted.error)
    if (!isMember()) return refuse(pipe, t2, 'malformed')
  }
  const key = keyRing.newest()
  const sealed = key && (await sealKeyFor(crypto, idBytes(options.space), key, guest))
  if (key === undefined || sealed === undefined) return refuse(pipe, t2, 'bad-key')
  const sent =
    (await sendLog(pipe, log, t2)) && (await pipe.send(encodeEnd({ keys: [{ id: key.id, sealed }], content: options.content() }), t2))
  // The guest is a member from here on; that its "done" is lost changes nothing.
  if (sent) {
    pipe.allow(doneLimits)
    await (farewell?.value.done ?? pipe.receive(t2, doneLimits))
  }
  return ok(ask.value)
}

type Decide = () => Promise<Result<void, RefusalReason>>

/** Waits for what a new device signs once its person agrees, and completes its record; the host's person may decide before, or turn it away. */
async function waitForRecord(
  pipe: JoinPipe,
  transcript: Uint8Array,
  { crypto, identity }: HostJoinOptions,
  { sign, seal }: NewDevice,
  decide: Decide | undefined,
): Promise<Result<{ readonly record: DeviceRecord; readonly decide: Decide | undefined }, LinkFault | RefusalReason>> {
  const decided = decide?.()
  const confirmation = pipe.receive(transcript, { maxBytes: 1024, deadlineMs: codeDeadlineMs })
  const turnedAway = decided?.then(async (decision): Promise<Result<Uint8Array, LinkFault | RefusalReason>> =>
    decision.ok ? confirmation : decision,
  )
  const message = await Promise.race([confirmation, turnedAway ?? confirmation])
  if (!message.ok) return message
  const self = decodePairingMessage('confirm', message.value)
  if (self === undefined) return fail(decodeRefusal(message.value) ?? 'malformed')
  if (!(await canSealTo(crypto, seal))) return fail('bad-key')
  const fields = { identity: identity.record.identity, sign, seal, certifier: identity.record.sign }
  const record = { ...fields, certificate: await certifyDevice(identity.signing, fields), self }
  if (!(await verifyDeviceRecord(crypto, record))) return fail('bad-signature')
  return ok({ record, decide: decided && (() => decided) })
}

/** Tells the guest that it has to wait. @returns what it will say next, or why there is nothing to decide any more */
async function waitForDecision(
  pipe: JoinPipe,
  transcript: Uint8Array,
  decision: Decide,
): Promise<Result<{ readonly done: Promise<unknown> }, LinkFault | RefusalReason>> {
  if (!(await pipe.send(encodeCodeMessage({ kind: 'pending' }), transcript))) return fail('closed')
  const done = pipe.receive(transcript, { maxBytes: 1024, deadlineMs: decisionDeadlineMs + doneLimits.deadlineMs })
  const gone = done.then((message) => fail(message.ok ? (decodeRefusal(message.value) ?? 'malformed') : message.error))
  const decided = await Promise.race([decision(), gone])
  return decided.ok ? ok({ done }) : decided
}

async function sendLog(pipe: JoinPipe, log: OperationLog, transcript: Uint8Array): Promise<boolean> {
  for (const operations of portionsOf(log.operations())) if (!(await pipe.send(encodeLog(operations), transcript))) return false
  return true
}

async function refuse(
  pipe: JoinPipe,
  transcript: Uint8Array,
  reason: LinkFault | RefusalReason,
): Promise<Result<never, LinkFault | RefusalReason>> {
  await pipe.send(encodeRefusal(sayable(reason)), transcript)
  return fail(reason)
}

/** What a stranger is told: the link layer's finer reasons stay here. */
function sayable(reason: LinkFault | RefusalReason): RefusalReason {
  switch (reason) {
    case 'closed':
    case 'reflected':
    case 'bad-signature':
    case 'bad-key':
    // Known by its hello, before there is anything to say it over.
    case 'older-version':
      return 'insecure-peer'
    default:
      return reason
  }
}
