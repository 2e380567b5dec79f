import { equalBytes } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { idBytes, type SpaceId } from '../../shared/ids.ts'
import type { Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { Connection, Network, Room } from '../../network/network.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { invitationTarget } from '../../access/making/consent.ts'
import { parseInvitation, type Invitation } from '../../access/invitations/invitation.ts'
import { deriveInvitationKeys, invitationRendezvous } from '../../access/invitations/invitationKeys.ts'
import { guestJoin, type GuestFault, type GuestJoinOptions, type JoinedSpace } from '../../replication/joining/guestJoin.ts'
import { codeDeadlineMs } from '../../replication/joining/hostCode.ts'
import { decisionDeadlineMs } from '../../replication/joining/hostJoin.ts'
import { joinError } from '../../replication/refusal.ts'
import { deletedKey } from '../spaces/deletedSpaces.ts'
import type { DeviceOwner } from '../devices/deviceOwner.ts'
import type { EchoPorts, JoinFlow } from '../echo.ts'
import { createJoinDeadlines, type JoinDeadlines } from './joinDeadlines.ts'
import { endedState, failedState, pathOf, previewOf } from './joinStates.ts'
import type { SpaceDirectory } from '../spaces/spaceDirectory.ts'
import { putKey, putOperations, putRecord, type SpaceRecord } from '../spaces/spaceRecord.ts'
import type { GuestState, InvitationPreview, JoinState, SpaceState } from '../states.ts'

export interface GuestFlowOptions<Own extends { readonly status: string }> {
  readonly app: string
  readonly ports: EchoPorts
  readonly network: Network
  readonly departures: Departures
  readonly link: string
  readonly ownName: () => string
  /** What the link's text leads to before anything is asked; undefined for a preview. */
  readonly first: (invitation: Invitation) => GuestState | Own | undefined
  /** What is on this device already and makes it needless to ask anybody; asked when the person has accepted. */
  readonly known?: (invitation: Invitation) => Promise<Own | undefined>
  /** What keeps the host from being asked now. */
  readonly obstacle: (preview: InvitationPreview) => GuestState | Own | undefined
  /** Who asks. */
  readonly identity: () => Promise<LocalIdentity>
  /** What makes the device one of its person's (deviceChain.ts); not asked of a new device. */
  readonly chainOf?: (identity: LocalIdentity) => Promise<readonly DeviceRecord[]>
  /** What more is said to the host. */
  readonly more?: (talk: GuestTalk<Own>) => Pick<GuestJoinOptions, 'pairing' | 'knownOperations'>
  /** Keeps what the host gave, in one strict write. */
  readonly store: (joined: JoinedSpace, identity: LocalIdentity, preview: InvitationPreview) => Promise<void>
  /** Opens what was stored. @returns how much of it is here, and 1 when there is nothing to wait for */
  readonly open: (joined: JoinedSpace, preview: InvitationPreview) => Readable<number | undefined>
  readonly success: (joined: JoinedSpace, invitation: Invitation) => Own
}

/** By room: resolves when a flow that is over has left it, so that the next one that follows the same link may enter. */
export type Departures = Map<string, Promise<unknown>>

/** What a conversation with a host can show. */
export interface GuestTalk<Own> {
  readonly preview: InvitationPreview
  /** Shows a step in which a person is given so long. */
  show(state: Own, ms: number): void
}

export interface JoinFlowOptions {
  readonly app: string
  readonly ports: EchoPorts
  readonly network: Network
  readonly departures: Departures
  readonly directory: SpaceDirectory
  readonly owner: DeviceOwner
  readonly identity: () => LocalIdentity | undefined
  /** What makes this device one of its person's (deviceChain.ts). */
  readonly chainOf: (identity: LocalIdentity) => Promise<readonly DeviceRecord[]>
  readonly ownName: () => string
  readonly link: string
}

const slowAfterMs = 8_000
const offlineAfterMs = 20_000
/** An attempt ends when nobody has got further for so long; code, decision and log have times of their own. */
const giveUpAfterMs = 120_000
const logMs = 5 * 60_000
/** The end whatever hosts say: a code and a decision, with time to spare. */
const attemptMs = 30 * 60_000
/** A host that is gone hears no farewell. */
const farewellMs = 1_000
/** Who refused and is not proven to be the host may have lied: another one may come so long. */
const secondOpinionMs = 5_000
/** A joined space whose content takes longer than this is shown as joined; the space itself says how far it is. */
const syncShownMs = 15_000
/** Clocks of two people differ. */
const clockToleranceMs = 5 * 60_000
/** The host has the last word; where the link has expired by this device's clock, nobody is likely to answer. */
const expiredAfterMs = 20_000
/** Of a space that is not ready, whatever it says itself. */
const justBelowOne = 0.999

interface Attempt {
  readonly invitation: Invitation
  readonly preview: InvitationPreview
  /** By this device's clock, which may be wrong. */
  readonly seemsExpired: boolean
  readonly deadlines: JoinDeadlines
  readonly giveUp: AbortController
  room: (Room & { readonly name: string }) | undefined
  /** A host is being spoken to. */
  talk: Promise<unknown> | undefined
  /** Takes the code that the person types. */
  typed: ((code: string) => void) | undefined
  /** The device of a host that has seen the code, and has shown that it knows it, so that after a network fault nobody types it again. */
  passedHost: Uint8Array | undefined
  /** How it ends if nobody does better, and whether the time for that is over. */
  rumour: { readonly state: GuestState; readonly timer: Timer; isDue: boolean } | undefined
  /** What the host sent is being stored: from here on it cannot be undone. */
  isStoring: boolean
}

/** Joins a space from a link. */
export function createJoinFlow(options: JoinFlowOptions): JoinFlow {
  const { ports, directory } = options
  const { crypto } = ports

  function knownSpace({ target }: Invitation): SpaceId | undefined {
    return directory.ids().find((id) => equalBytes(invitationTarget(crypto, idBytes(id)), target))
  }

  function member(space: SpaceId, invitation: Invitation): Extract<JoinState, { readonly status: 'success' }> {
    return { status: 'success', space, alreadyMember: true, ...pathOf(invitation) }
  }

  return createGuestFlow<Exclude<JoinState, GuestState>>({
    ...options,
    first(invitation) {
      if (invitation.kind === 'device') {
        const message = 'This link adds a device to a person, not a person to a space. Ask for an invitation to the space.'
        return { status: 'invalid', error: new EchoError('wrong-kind', message) }
      }
      const known = knownSpace(invitation)
      const isMember = known !== undefined && ![...unread, ...ended].includes(directory.state(known).get().status)
      return isMember ? member(known, invitation) : undefined
    },
    async known(invitation) {
      const known = knownSpace(invitation)
      if (known === undefined) return undefined
      // Its state tells what comes of it.
      void directory.open(known).catch(() => {})
      // Whoever was removed or has left joins again.
      return ended.includes(await settledStatus(directory.state(known))) ? undefined : member(known, invitation)
    },
    more: () => ({ knownOperations: async (space) => (await ports.storage.readMembership(space)).rows }),
    obstacle: (preview) => (options.identity() === undefined ? { status: 'needs-identity', preview } : undefined),
    identity: async () => options.identity()!,
    async store(joined, identity, preview) {
      const { space, operations, key } = joined
      const putKeys = [putRecord(recordOf(joined, preview)), await putKey(crypto, identity, space, key)]
      const putMembership = putOperations(crypto, space, operations)
      await options.owner.begin(async ({ deviceId }) => {
        if (deviceId !== identity.deviceId)
          throw new EchoError('denied', 'This device has become another one meanwhile. Follow the link again.')
        await ports.storage.write({ putMembership, putKeys, deleteKeys: [deletedKey(space)] }, 'strict')
      })
    },
    open(joined, preview) {
      const spaceState = directory.adopt(recordOf(joined, preview))
      const progressOf = (now: SpaceState): number | undefined =>
        now.status === 'ready' ? 1 : 'progress' in now ? Math.min(now.progress, justBelowOne) : undefined
      return { get: () => progressOf(spaceState.get()), subscribe: (listener) => spaceState.subscribe(listener) }
    },
    success: ({ space, alreadyMember }, invitation) => ({ status: 'success', space, alreadyMember, ...pathOf(invitation) }),
  })
}

/** Follows a link: shows what it says, and on `accept` meets the host, again and again until it ends one way or another. */
export function createGuestFlow<Own extends { readonly status: string }>(
  options: GuestFlowOptions<Own>,
): Omit<JoinFlow, 'state'> & { readonly state: Readable<GuestState | Own> } {
  const { ports } = options
  const { crypto, clock } = ports
  const parsed = parseInvitation(crypto, options.app, options.link)
  const state = createWritable<GuestState | Own>(
    parsed.ok
      ? (options.first(parsed.value) ?? { status: 'preview', preview: previewOf(parsed.value) })
      : { status: 'invalid', error: parsed.error },
  )
  let attempt: Attempt | undefined

  function accept(): void {
    if (!parsed.ok || attempt !== undefined || ['success', 'invalid'].includes(state.get().status)) return
    const preview = previewOf(parsed.value)
    const obstacle = options.obstacle(preview)
    if (obstacle !== undefined) return state.set(obstacle)
    const seemsExpired = preview.expiresAt !== undefined && preview.expiresAt < clock.now() - clockToleranceMs
    const firstMs = seemsExpired ? expiredAfterMs : giveUpAfterMs
    const mine: Attempt = {
      invitation: parsed.value,
      preview,
      seemsExpired,
      deadlines: createJoinDeadlines({ clock, firstMs, mostMs: attemptMs, onEnd: () => endLate(mine) }),
      giveUp: new AbortController(),
      room: undefined,
      talk: undefined,
      typed: undefined,
      passedHost: undefined,
      rumour: undefined,
      isStoring: false,
    }
    attempt = mine
    void meet(mine)
  }

  async function meet(mine: Attempt): Promise<void> {
    wait(mine, false)
    try {
      const keys = await deriveInvitationKeys(crypto, mine.invitation.secret)
      const identity = await options.identity()
      const chain = await options.chainOf?.(identity)
      const known = await options.known?.(mine.invitation)
      if (attempt !== mine) return
      if (known !== undefined) return end(known)
      const { room: name, password } = invitationRendezvous(crypto, keys.rendezvousKey)
      await options.departures.get(name)
      if (attempt !== mine) return
      const room = options.network.enter({ name, password }, (connection) => void tryHost(mine, { keys, identity, chain }, connection))
      mine.room = { ...room, name }
    } catch (error) {
      // Another flow of this page follows the same link, the network has ended, or the storage takes no keys.
      if (attempt === mine) end(failedState(error, 'peer-offline', 'The meeting point of this invitation could not be entered. Try again.'))
    }
  }

  /** Says how long nobody has answered. */
  function wait(mine: Attempt, slow: boolean): void {
    const { preview, deadlines } = mine
    deadlines.nextStep()
    state.set({ status: 'connecting', preview, slow })
    if (!slow) deadlines.after(slowAfterMs, () => state.set({ status: 'connecting', preview, slow: true }))
    deadlines.after(offlineAfterMs, () => state.set({ status: 'peer-offline', preview, deadline: deadlines.end() }))
  }

  /** The time is over. What is being stored comes in all the same. */
  function endLate({ rumour, talk, isStoring, seemsExpired }: Attempt): void {
    if (isStoring) return
    if (rumour !== undefined) return end(rumour.state)
    end(endedState(talk !== undefined ? 'timeout' : seemsExpired ? 'expired' : 'unanswered'))
  }

  /** One host at a time; a connection that comes to nothing leaves the room open for the next. */
  async function tryHost(
    mine: Attempt,
    { keys, identity, chain }: Pick<GuestJoinOptions, 'keys' | 'identity' | 'chain'>,
    connection: Connection,
  ): Promise<void> {
    if (attempt !== mine || mine.talk !== undefined) return connection.close()
    const { invitation, preview, deadlines } = mine
    const step = (next: GuestState | Own, ms: number): void => {
      if (attempt !== mine) return
      deadlines.nextStep()
      deadlines.allow(ms + giveUpAfterMs)
      state.set(next)
    }
    const talk = guestJoin(connection, {
      ...ports,
      identity,
      chain,
      name: options.ownName(),
      invitation,
      keys,
      signal: mine.giveUp.signal,
      passedHost: mine.passedHost,
      onPassed: (host) => (mine.passedHost = host),
      askCode: ({ triesLeft: attemptsLeft, wrong }) =>
        new Promise((resolve) => {
          mine.typed = resolve
          const deadline = clock.now() + codeDeadlineMs
          step({ status: wrong ? 'wrong-code' : 'verifying', preview, attemptsLeft, deadline, isChecking: false }, codeDeadlineMs)
        }),
      onPending: () => step({ status: 'pending-approval', preview, deadline: clock.now() + decisionDeadlineMs }, decisionDeadlineMs),
      onAnswer: () => step({ status: 'syncing', preview, progress: undefined }, logMs),
      knownOperations: async (space) => (await ports.storage.readMembership(space)).rows,
      store: (joined) => {
        mine.isStoring = true
        return options.store(joined, identity, preview)
      },
      ...options.more?.({ preview, show: step }),
    })
    mine.talk = talk.catch(() => undefined)
    try {
      const result = await talk
      mine.talk = undefined
      if (result.ok) finish(mine, result.value)
      else if (attempt === mine) goOn(mine, result.error)
    } catch (error) {
      mine.talk = undefined
      if (attempt === mine) end(failedState(error, 'storage-unavailable', 'What the host sent could not be stored on this device.'))
    }
  }

  /** Nothing came of speaking to a host. */
  function goOn(mine: Attempt, error: GuestFault): void {
    mine.typed = undefined
    const isNewer = error.kind === 'link' && error.fault === 'newer-version'
    const refusal = isNewer ? { reason: 'newer-version' as const, error: joinError('newer-version'), isProven: false } : error
    if (error.kind === 'end' || error.fault !== 'closed') mine.room?.reportHandshake('failed')
    if ('reason' in refusal) {
      const last = endedState(refusal.reason, refusal.error)
      if (refusal.isProven) return end(last)
      mine.rumour ??= { state: last, isDue: false, timer: clock.after(secondOpinionMs, () => endByRumour(mine)) }
    }
    if (mine.rumour?.isDue === true) return end(mine.rumour.state)
    wait(mine, true)
  }

  function endByRumour(mine: Attempt): void {
    if (mine.rumour === undefined) return
    mine.rumour.isDue = true
    if (mine.talk === undefined) end(mine.rumour.state)
  }

  function submitCode(code: string): void {
    const now = state.get() as GuestState
    if (attempt?.typed === undefined || (now.status !== 'verifying' && now.status !== 'wrong-code')) return
    const { typed } = attempt
    attempt.typed = undefined
    state.set({ ...now, isChecking: true })
    typed(code.replace(/\D/g, '').slice(0, 6))
  }

  /** The space is on the disk; so it is shown, whether somebody still waits for it or not. */
  function finish(mine: Attempt, joined: JoinedSpace): void {
    const { preview, invitation, deadlines } = mine
    const progress = options.open(joined, preview)
    if (attempt !== mine) return
    mine.room?.reportHandshake('succeeded')
    leave(mine)
    const success = (): void => {
      if (attempt !== mine) return
      attempt = undefined
      stopWatching()
      deadlines.stop()
      state.set(options.success(joined, invitation))
    }
    const look = (): void => {
      if (progress.get() === 1) success()
      else if (attempt === mine) state.set({ status: 'syncing', preview, progress: progress.get() })
    }
    const stopWatching = progress.subscribe(look)
    deadlines.after(syncShownMs, success)
    look()
  }

  /** Leaves the room; a host that is being spoken to is told first. */
  function leave(mine: Attempt): void {
    mine.deadlines.stop()
    clock.clear(mine.rumour?.timer)
    const { room, talk } = mine
    mine.room = undefined
    if (room === undefined) return
    if (talk !== undefined) mine.giveUp.abort()
    const farewell = talk && Promise.race([talk, new Promise<void>((resolve) => clock.after(farewellMs, resolve))])
    const left = farewell === undefined ? room.leave() : farewell.then(() => room.leave())
    const forget = (): void => {
      if (options.departures.get(room.name) === left) options.departures.delete(room.name)
    }
    options.departures.set(room.name, left)
    left.then(forget, forget)
  }

  function end(last: GuestState | Own): void {
    if (attempt !== undefined) leave(attempt)
    attempt = undefined
    state.set(last)
  }

  return {
    state,
    accept,
    submitCode,
    cancel() {
      // What is stored already is not taken back by closing a dialog.
      if (attempt?.isStoring !== true) end({ status: 'cancelled', by: 'me' })
    },
    dispose() {
      if (attempt !== undefined) leave(attempt)
      attempt = undefined
    },
  }
}

/** It is not known yet whether this device is a member. */
const unread: readonly SpaceState['status'][] = ['closed', 'opening']
const ended: readonly SpaceState['status'][] = ['removed', 'left']

function settledStatus(state: Readable<SpaceState>): Promise<SpaceState['status']> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { status } = state.get()
      if (unread.includes(status)) return
      stop()
      resolve(status)
    }
    const stop = state.subscribe(look)
    look()
  })
}

function recordOf({ space, content }: JoinedSpace, { spaceName = '' }: InvitationPreview): SpaceRecord {
  return { id: space, name: spaceName, awaiting: content }
}
