import { asEchoError, type EchoError } from '../../shared/echoError.ts'
import { fromHex, toHex } from '../../shared/bytes.ts'
import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Connection, Network, Room } from '../../network/network.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { createAdmission } from '../../access/making/createAdmission.ts'
import { invitationRendezvous, joinPsk } from '../../access/invitations/invitationKeys.ts'
import type { Role } from '../../access/membershipLog.ts'
import { maxWrongCodes } from '../../replication/joining/codeMessages.ts'
import { decisionDeadlineMs, hostJoin, type HostTerms } from '../../replication/joining/hostJoin.ts'
import { askingDevice, type Ask } from '../../replication/joining/joinMessages.ts'
import type { RefusalReason } from '../../replication/refusal.ts'
import type { EchoPorts } from '../echo.ts'
import { guestContent } from './guestContent.ts'
import type { InvitationMemory } from './invitationMemory.ts'
import type { InvitationEnd } from './invitationOptions.ts'
import { maxGuests } from './invitationRecord.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'
import type { JoinRequest } from '../states.ts'

/** What an invitation offers, as its issuer or the log says. */
export interface InvitationTerms {
  /** 32 bytes. */
  readonly id: Uint8Array
  readonly rendezvousKey: Uint8Array
  readonly role: Exclude<Role, 'owner'>
  readonly uses: number
  readonly approval: boolean
  /** Milliseconds since the Unix epoch; 0 where it does not expire. */
  readonly expiresAt: number
  /** The issuer alone knows it. Secret. */
  readonly code?: { readonly code: string; readonly codeKey: Uint8Array } | undefined
}

export interface HostingState {
  readonly end: InvitationEnd | undefined
  /** What goes on with the guest that is here; `waiting` where none is. */
  readonly step: 'waiting' | 'connecting' | 'verifying' | 'admitting'
  /** Names of those who came in while this page hosts. */
  readonly joined: readonly string[]
  readonly requests: readonly JoinRequest[]
  readonly usesLeft: number
  /** The last admission could not be stored. */
  readonly error: EchoError | undefined
  /** The name of who is being admitted. */
  readonly guestName: string
}

/** For new devices of this person instead of people. */
export interface HostPairing {
  /** Both ends show digits; the person says here whether they are the same. */
  readonly compare: boolean
  /** How many devices came in by it. */
  uses(): number
  /** The operations that list the device. */
  write(record: DeviceRecord): Promise<readonly Uint8Array[]>
}

/** An invitation in whose room this page waits for guests. */
export interface Hosting {
  readonly state: Readable<HostingState>
  decide(guest: string, approved: boolean): Promise<void>
  /** Looks again at what ends it: the log has changed, or it was withdrawn. */
  review(): void
  /** Leaves the room. */
  stop(): void
}

/** Who has the link may come on many connections; so many are talked to at once. */
export const maxConversations = 8

interface Conversation {
  readonly connection: Connection
  /** The guest, who has shown the code if there is one, waits for a person's decision or is being admitted: its place is its own. */
  isSettled: boolean
}
/** A timer of browsers runs no longer. */
const longestTimerMs = 2 ** 31 - 1

export function hostInvitation(options: {
  readonly ports: EchoPorts
  readonly network: Network
  readonly open: OpenSpace
  readonly ownName: () => string
  readonly terms: InvitationTerms
  readonly memory: InvitationMemory
  /** Withdrawn by this person, another tab, or a member. */
  readonly isRevoked: () => boolean
  /** Reads what other tabs may have written. */
  readonly refresh: () => Promise<void>
  /** Somebody was turned away: others who host it are to know. */
  readonly onDenied?: (person: IdentityId) => Promise<void>
  readonly pairing?: HostPairing
}): Hosting {
  const { ports, open, terms, memory, pairing } = options
  const { crypto, clock } = ports
  const { room: name, password } = invitationRendezvous(crypto, terms.rendezvousKey)
  /** The oldest first. */
  const conversations = new Set<Conversation>()
  /** Admissions that are being written. */
  let reserved = 0
  const requests = new Map<
    string,
    {
      readonly name: string
      readonly identity: IdentityId
      readonly digits: string | undefined
      readonly waiting: Set<(decided: Result<void, RefusalReason>) => void>
      readonly timer: Timer
    }
  >()
  /** Of guests whose persons look for the code. */
  const endListeners = new Set<(reason: RefusalReason) => void>()
  /** Names of those admitted while this page hosts, by device, also where that could not be stored yet. */
  const admitted = new Map<string, string>()
  /** Those of them who have got the space. */
  const joined = new Map<string, string>()
  const state = createWritable<HostingState>({
    end: findEnd(),
    step: 'waiting',
    joined: [],
    requests: [],
    usesLeft: usesLeft(),
    error: undefined,
    guestName: '',
  })
  const room: Room = options.network.enter({ name, password }, (connection) => void serve(connection))
  let expiry: Timer = undefined
  let stopped = false
  watchExpiry()

  function usesLeft(): number {
    return Math.max(0, terms.uses - uses() - reserved)
  }

  function uses(): number {
    return pairing?.uses() ?? open.log.usesOf(terms.id)
  }

  function findEnd(): InvitationEnd | undefined {
    if (options.isRevoked()) return 'revoked'
    if (terms.expiresAt !== 0 && clock.now() >= terms.expiresAt) return 'expired'
    if (terms.uses <= uses()) return 'used-up'
    return terms.code !== undefined && memory.current().wrong >= maxWrongCodes ? 'locked' : undefined
  }

  function publish(changes: Partial<HostingState> = {}): void {
    if (stopped) return
    state.set({
      ...state.get(),
      ...changes,
      end: findEnd(),
      joined: [...joined.values()],
      requests: [...requests].map(([guest, { name: guestName, digits }]) => ({ guest, name: guestName, ...(digits && { digits }) })),
      usesLeft: usesLeft(),
    })
    const { end } = state.get()
    if (end !== undefined) for (const tell of [...endListeners]) tell(refusalFor(end))
  }

  /** Guests who come later find nobody: they are told by their own link that it has expired. */
  function watchExpiry(): void {
    if (terms.expiresAt === 0) return
    const left = terms.expiresAt - clock.now()
    expiry = clock.after(Math.min(Math.max(left, 0), longestTimerMs), () => {
      if (clock.now() < terms.expiresAt) return watchExpiry()
      publish()
      void room.leave()
    })
  }

  async function serve(connection: Connection): Promise<void> {
    if (!makeRoom()) return connection.close()
    const conversation = { connection, isSettled: false }
    conversations.add(conversation)
    try {
      await converse(conversation)
    } catch (error) {
      connection.close()
      publish({ error: asError(error) })
    } finally {
      conversations.delete(conversation)
      publish({ step: 'waiting' })
    }
  }

  /** Each may hold the host up for minutes, so who has shown nothing yet gives way to who comes; a guest that is cut off comes again. */
  function makeRoom(): boolean {
    if (conversations.size < maxConversations) return true
    const idle = [...conversations].find(({ isSettled }) => !isSettled)
    if (idle === undefined) return false
    conversations.delete(idle)
    idle.connection.close()
    return true
  }

  async function converse(conversation: Conversation): Promise<void> {
    const settle = (): void => {
      conversation.isSettled = true
    }
    publish({ step: 'connecting', error: undefined })
    let guest: string | undefined
    const result = await hostJoin(conversation.connection, {
      ...ports,
      identity: open.identity,
      ownName: options.ownName(),
      space: open.id,
      log: open.log,
      keyRing: open.keyRing,
      invitationId: terms.id,
      preSharedKey: joinPsk(crypto, terms.rendezvousKey),
      content: () => guestContent(open.graph, open.documents.isStored),
      asks: pairing === undefined ? 'member' : 'new-device',
      async terms(ask) {
        guest = deviceOf(ask)
        return termsFor(guest, ask, settle)
      },
      admit(ask, record) {
        settle()
        return admit(ask, record)
      },
    })
    room.reportHandshake(result.ok ? 'succeeded' : 'failed')
    // A lost connection leaves the request: the guest comes again. Digits are those of one connection.
    const comesAgain = !result.ok && (result.error === 'closed' || result.error === 'timeout') && pairing?.compare !== true
    if (!result.ok && !comesAgain && guest !== undefined) endRequest(guest, fail('cancelled'))
    // Whose admission could not be stored before has come again. Other members may open the link, too, under any name: it admits none of them.
    const admittedAs = result.ok ? admitted.get(deviceOf(result.value)) : undefined
    if (result.ok && admittedAs !== undefined) joined.set(deviceOf(result.value), admittedAs)
    if (result.ok && pairing === undefined) await memory.forget(deviceOf(result.value)).catch(() => undefined) // kept a little longer; it harms nobody
  }

  /** @param onSettled see {@link Conversation} */
  async function termsFor(guest: string, ask: Ask, onSettled: () => void): Promise<Result<HostTerms, RefusalReason>> {
    await options.refresh()
    const end = findEnd()
    if (end !== undefined) return fail(refusalFor(end))
    if (!memory.hasRoomFor(guest)) return fail('rate-limited')
    const known = memory.current().guests.get(guest)
    if (known?.decision === 'denied' || open.log.hasDenied(terms.id, personOf(ask))) return fail('denied')
    // It was shut out, for else it would be a member already.
    if (pairing !== undefined && open.log.wasListed(deviceId(guest))) return fail('removed')
    const code = terms.code && (await codeTerms(terms.code, guest))
    if (code?.ok === false) return code
    const asksPerson = terms.approval && (known?.decision !== 'approved' || pairing?.compare === true)
    return ok({
      ...(code !== undefined && { code: code.value }),
      ...(pairing?.compare && { compare: true as const }),
      ...(asksPerson && {
        decision(digits?: string) {
          onSettled()
          return decisionOn(guest, ask, digits)
        },
      }),
    })
  }

  async function codeTerms(
    secret: NonNullable<InvitationTerms['code']>,
    guest: string,
  ): Promise<Result<NonNullable<HostTerms['code']>, RefusalReason>> {
    const cpace = await ports.loadCpace()
    if (!cpace.ok) {
      publish({ error: cpace.error })
      return fail('timeout')
    }
    publish({ step: 'verifying' })
    const { wrong, guests } = memory.current()
    return ok({
      ...secret,
      cpace: cpace.value,
      passed: guests.get(guest)?.passed === true,
      triesLeft: maxWrongCodes - wrong,
      onEnd(listener) {
        endListeners.add(listener)
        return () => void endListeners.delete(listener)
      },
      async judge(isRight) {
        try {
          return await memory.judgeCode(guest, isRight)
        } catch (error) {
          publish({ error: asError(error) })
          return fail('timeout')
        } finally {
          publish()
        }
      },
    })
  }

  function decisionOn(guest: string, ask: Ask, digits?: string): Promise<Result<void, RefusalReason>> {
    return new Promise((resolve) => {
      if (options.isRevoked()) return resolve(fail('revoked'))
      if (digits !== undefined) endRequest(guest, fail('timeout'))
      const before = requests.get(guest)
      if (before !== undefined) return void before.waiting.add(resolve)
      // Who has the link may ask under one fresh device key after the other, and each request outlives its connection.
      if (requests.size >= maxGuests) return void resolve(fail('rate-limited'))
      const timer = clock.after(decisionDeadlineMs, () => endRequest(guest, fail('timeout')))
      requests.set(guest, { name: ask.name, identity: personOf(ask), digits, waiting: new Set([resolve]), timer })
      publish()
    })
  }

  function endRequest(guest: string, decided: Result<void, RefusalReason>): void {
    const request = requests.get(guest)
    if (request === undefined) return
    clock.clear(request.timer)
    requests.delete(guest)
    for (const resolve of request.waiting) resolve(decided)
    publish()
  }

  /** Whoever is admitted first has the use, also while the admission is still being written. */
  async function admit(ask: Ask, record: DeviceRecord | undefined): Promise<Result<void, RefusalReason>> {
    const before = findEnd()
    if (before !== undefined) return fail(refusalFor(before))
    if (usesLeft() === 0) return fail('used-up')
    reserved++
    publish({ step: 'admitting', guestName: ask.name })
    try {
      // The guest waits for all that is written up to now, so it must be in blocks.
      await open.documents.flush()
      await options.refresh()
      // Who withdrew it in the meantime must not find someone admitted.
      if (options.isRevoked()) return fail('revoked')
      if (stopped) return fail('timeout')
      for (const operation of await operationsFor(ask, record)) {
        const added = await open.log.add(operation)
        if (!added.ok) return fail('malformed')
      }
      admitted.set(deviceOf(ask), ask.name)
      await open.operationsStored()
    } catch (error) {
      publish({ error: asError(error) })
      // It may be in the log already: the guest is to come again, and will be a member then.
      return fail('timeout')
    } finally {
      reserved--
    }
    joined.set(deviceOf(ask), ask.name)
    publish()
    return ok(undefined)
  }

  async function operationsFor(
    { records, name: guestName, consent }: Ask,
    record: DeviceRecord | undefined,
  ): Promise<readonly Uint8Array[]> {
    if (pairing !== undefined && record !== undefined) return pairing.write(record)
    const admission = { records, role: terms.role, name: guestName, invitationId: terms.id, consent }
    return [await createAdmission({ crypto, log: open.log, signer: open.identity, admit: admission })]
  }

  return {
    state,
    async decide(guest, approved) {
      const request = requests.get(guest)
      if (request === undefined) return
      // What was decided holds for the guest's next connection, too.
      await memory.note(guest, { decision: approved ? 'approved' : 'denied' })
      if (!approved) await options.onDenied?.(request.identity)
      endRequest(guest, approved ? ok(undefined) : fail('denied'))
    },
    review() {
      const isRevoked = findEnd() === 'revoked'
      for (const [guest, { identity }] of [...requests]) {
        if (isRevoked) endRequest(guest, fail('revoked'))
        else if (open.log.hasDenied(terms.id, identity)) endRequest(guest, fail('denied'))
      }
      publish()
    },
    stop() {
      if (stopped) return
      stopped = true
      clock.clear(expiry)
      for (const { timer } of requests.values()) clock.clear(timer)
      void room.leave()
    },
  }
}

/** What guests are told of an end: that somebody guessed is not theirs to know. */
function refusalFor(end: InvitationEnd): RefusalReason {
  return end === 'locked' ? 'used-up' : end
}

/** The device that an invitation's memory names in hexadecimal. */
export function deviceId(guest: string): DeviceId {
  return toId<DeviceId>(fromHex(guest)!)
}

function personOf(ask: Ask): IdentityId {
  return toId<IdentityId>(askingDevice(ask).identity)
}

function deviceOf(ask: Ask): string {
  return toHex(askingDevice(ask).sign)
}

function asError(error: unknown): EchoError {
  return asEchoError(error, 'storage-unavailable', 'The admission could not be stored.')
}
