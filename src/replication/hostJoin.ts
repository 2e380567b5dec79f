import { idBytes, toId, type DeviceId, type SpaceId } from '../shared/ids.ts'
import type { Clock, Random } from '../shared/ports.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Connection } from '../network/network.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { KeyRing } from '../access/keyRing.ts'
import type { OperationLog } from '../access/operationLog.ts'
import { sealKeyFor } from '../access/sealedKey.ts'
import { createAnswer, encodeEnd, encodeLog, readAsk, type Ask, type ContentHead } from './joinMessages.ts'
import { openJoinPipe, type JoinPipe } from './joinPipe.ts'
import type { LinkFault } from './linkFault.ts'
import { portionsOf } from './linkMessages.ts'
import { encodeRefusal, type RefusalReason } from './refusal.ts'
import { nextTranscript } from './transcript.ts'

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
  /** Decides, writes the admission into the log and stores it; a guest that is a member already is not asked about. */
  readonly admit: (ask: Ask) => Promise<Result<void, RefusalReason>>
}

const askLimits = { maxBytes: 32_768, deadlineMs: 10_000 }
const doneLimits = { maxBytes: 1024, deadlineMs: 60_000 }

/** Serves one connection. @returns the guest that now is a member, or why there is none; a peer that is no guest ends in silence. */
export async function hostJoin(connection: Connection, options: HostJoinOptions): Promise<Result<Ask, LinkFault | RefusalReason>> {
  const pipe = await openJoinPipe(connection, { ...options, role: 'host' })
  if (!pipe.ok) return pipe
  const result = await converse(pipe.value, options)
  pipe.value.close()
  return result
}

async function converse(pipe: JoinPipe, options: HostJoinOptions): Promise<Result<Ask, LinkFault | RefusalReason>> {
  const { crypto, identity, log, keyRing } = options
  const t0 = pipe.transcript
  const asked = await pipe.receive(t0, askLimits)
  if (!asked.ok) return asked
  const t1 = nextTranscript(crypto, t0, asked.value)
  const ask = await readAsk(crypto, asked.value, t0, options.invitationId)
  if (!ask.ok) return refuse(pipe, t1, ask.error)
  const record = ask.value.records.at(-1)!
  const isMember = (): boolean => log.device(toId<DeviceId>(record.sign)) !== undefined

  const alreadyMember = isMember()
  if (!alreadyMember) {
    const admitted = await options.admit(ask.value)
    if (!admitted.ok) return refuse(pipe, t1, admitted.error)
    if (!isMember()) return refuse(pipe, t1, 'malformed')
  }
  const key = keyRing.newest()
  const sealed = key && (await sealKeyFor(crypto, idBytes(options.space), key, record))
  if (key === undefined || sealed === undefined) return refuse(pipe, t1, 'bad-key')

  const answer = await createAnswer(
    crypto,
    { device: identity.signing.publicKey, identity: idBytes(identity.id), alreadyMember, name: options.ownName },
    t1,
    identity.signing,
  )
  const t2 = nextTranscript(crypto, t1, answer)
  const sent =
    (await pipe.send(answer, t1)) &&
    (await sendLog(pipe, log, t2)) &&
    (await pipe.send(encodeEnd({ keys: [{ id: key.id, sealed }], content: options.content() }), t2))
  // The guest is a member from here on; that its "done" is lost changes nothing.
  if (sent) await pipe.receive(t2, doneLimits)
  return ok(ask.value)
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
      return 'insecure-peer'
    default:
      return reason
  }
}
