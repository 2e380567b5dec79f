import { equalBytes } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { idBytes } from '../shared/ids.ts'
import type { Timer } from '../shared/ports.ts'
import { createWritable } from '../shared/readable.ts'
import type { Connection, Network, Room } from '../network/network.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import { invitationTarget } from '../access/consent.ts'
import { parseInvitation, type Invitation } from '../access/invitation.ts'
import { deriveInvitationKeys, invitationRendezvous, type InvitationKeys } from '../access/invitationKeys.ts'
import { guestJoin, type JoinedSpace } from '../replication/guestJoin.ts'
import { codeDeadlineMs } from '../replication/hostCode.ts'
import { decisionDeadlineMs } from '../replication/hostJoin.ts'
import type { RefusalReason } from '../replication/refusal.ts'
import { decodeOperation } from '../access/operation.ts'
import type { EchoPorts, JoinFlow } from './echo.ts'
import type { SpaceDirectory } from './spaceDirectory.ts'
import { putKey, putRecord, type SpaceRecord } from './spaceRecord.ts'
import type { InvitationPreview, JoinState } from './states.ts'

export interface JoinFlowOptions {
  readonly app: string
  readonly ports: EchoPorts
  readonly network: Network
  readonly directory: SpaceDirectory
  readonly identity: () => LocalIdentity | undefined
  readonly ownName: () => string
  readonly link: string
}

const slowAfterMs = 8_000
const offlineAfterMs = 20_000
const giveUpAfterMs = 120_000
/** A host that is gone hears no farewell. */
const farewellMs = 1_000
/** A joined space whose content takes longer than this is shown as joined; the space itself says how far it is. */
const syncShownMs = 15_000

/** Joins a space from a link: shows what it says, and on `accept` meets the host, again and again until it ends one way or another. */
export function createJoinFlow(options: JoinFlowOptions): JoinFlow {
  const { ports, directory } = options
  const { crypto, clock } = ports
  const parsed = parseInvitation(crypto, options.app, options.link)
  const state = createWritable<JoinState>(parsed.ok ? first(parsed.value) : { status: 'invalid', error: parsed.error })
  let attempt: Attempt | undefined
  /** Resolves when the room of an earlier attempt may be entered again. */
  let left: Promise<unknown> = Promise.resolve()

  function first(invitation: Invitation): JoinState {
    if (invitation.kind === 'device') {
      return {
        status: 'invalid',
        error: new EchoError(
          'wrong-kind',
          'This link adds a device to a person, not a person to a space. Ask for an invitation to the space.',
        ),
      }
    }
    const known = directory.ids().find((id) => equalBytes(invitationTarget(crypto, idBytes(id)), invitation.target))
    return known === undefined
      ? { status: 'preview', preview: previewOf(invitation) }
      : { status: 'success', space: known, alreadyMember: true, ...pathOf(invitation) }
  }

  function accept(): void {
    if (!parsed.ok || attempt !== undefined || ['success', 'invalid'].includes(state.get().status)) return
    const preview = previewOf(parsed.value)
    const identity = options.identity()
    if (identity === undefined) return state.set({ status: 'needs-identity', preview })
    if (preview.expiresAt !== undefined && preview.expiresAt < clock.now() - clockToleranceMs) return state.set({ status: 'expired' })
    attempt = {
      timers: new Set(),
      room: undefined,
      talk: undefined,
      giveUp: new AbortController(),
      typed: undefined,
      passedHost: undefined,
    }
    void meet(attempt, identity, parsed.value, preview)
  }

  async function meet(mine: Attempt, identity: LocalIdentity, invitation: Invitation, preview: InvitationPreview): Promise<void> {
    const keys = await deriveInvitationKeys(crypto, invitation.secret)
    await left
    if (attempt !== mine) return
    wait(mine, preview, false)
    const { room: name, password } = invitationRendezvous(crypto, keys.rendezvousKey)
    try {
      mine.room = options.network.enter(
        { name, password },
        (connection) => void tryHost(mine, connection, identity, invitation, keys, preview),
      )
    } catch (error) {
      // Another flow of this page follows the same link, or the network has ended.
      end({
        status: 'error',
        retryable: true,
        error:
          error instanceof EchoError
            ? error
            : new EchoError('peer-offline', 'The meeting point of this invitation could not be entered. Try again.', { cause: error }),
      })
    }
  }

  /** Says how long nobody has answered. */
  function wait(mine: Attempt, preview: InvitationPreview, slow: boolean): void {
    clearTimers(mine)
    state.set({ status: 'connecting', preview, slow })
    const deadline = clock.now() + giveUpAfterMs
    if (!slow) after(mine, slowAfterMs, () => state.set({ status: 'connecting', preview, slow: true }))
    after(mine, offlineAfterMs, () => state.set({ status: 'peer-offline', preview, deadline }))
    after(mine, giveUpAfterMs, () =>
      end({
        status: 'error',
        retryable: true,
        error: new EchoError(
          'peer-offline',
          'Nobody answered this invitation. Its maker must have the app open with the invitation showing. Ask for that, then try again.',
        ),
      }),
    )
  }

  /** One host at a time; a connection that comes to nothing leaves the room open for the next. */
  async function tryHost(
    mine: Attempt,
    connection: Connection,
    identity: LocalIdentity,
    invitation: Invitation,
    keys: InvitationKeys,
    preview: InvitationPreview,
  ): Promise<void> {
    if (attempt !== mine || mine.talk !== undefined) return connection.close()
    const isCurrent = (): boolean => attempt === mine
    const talk = guestJoin(connection, {
      ...ports,
      identity,
      name: options.ownName(),
      invitation,
      keys,
      signal: mine.giveUp.signal,
      passedHost: mine.passedHost,
      onPassed: (host) => (mine.passedHost = host),
      askCode: ({ triesLeft, wrong }) => askCode(mine, preview, triesLeft, wrong),
      onPending: () => {
        clearTimers(mine)
        if (isCurrent()) state.set({ status: 'pending-approval', preview, deadline: clock.now() + decisionDeadlineMs })
      },
      onAnswer: () => {
        clearTimers(mine)
        if (isCurrent()) state.set({ status: 'syncing', preview, progress: undefined })
      },
      store: (joined) => store(joined, identity, preview),
    }).catch((error: unknown): { ok: false; error: { kind: 'end'; reason: 'storage'; error: EchoError } } => ({
      ok: false,
      error: {
        kind: 'end',
        reason: 'storage',
        error:
          error instanceof EchoError
            ? error
            : new EchoError('storage-unavailable', 'What the host sent could not be stored on this device.', { cause: error }),
      },
    }))
    mine.talk = talk
    const result = await talk
    if (attempt !== mine) return
    mine.talk = undefined
    mine.typed = undefined
    if (result.ok) {
      mine.room?.reportHandshake('succeeded')
      return finish(mine, result.value, preview)
    }
    if (result.error.kind === 'end') return end(endOf(result.error.reason, result.error.error))
    if (result.error.fault !== 'closed') mine.room?.reportHandshake('failed')
    if (result.error.fault === 'newer-version') {
      return end({
        status: 'error',
        retryable: false,
        error: new EchoError('newer-version', 'The host runs a newer version. Update this app and open the link again.'),
      })
    }
    wait(mine, preview, true)
  }

  function askCode(mine: Attempt, preview: InvitationPreview, attemptsLeft: number, wrong: boolean): Promise<string> {
    clearTimers(mine)
    return new Promise((resolve) => {
      if (attempt !== mine) return
      mine.typed = resolve
      const deadline = clock.now() + codeDeadlineMs
      state.set({ status: wrong ? 'wrong-code' : 'verifying', preview, attemptsLeft, deadline, isChecking: false })
    })
  }

  function submitCode(code: string): void {
    const now = state.get()
    if (attempt?.typed === undefined || (now.status !== 'verifying' && now.status !== 'wrong-code')) return
    const { typed } = attempt
    attempt.typed = undefined
    state.set({ ...now, isChecking: true })
    typed(code.replace(/\D/g, '').slice(0, 6))
  }

  async function store(joined: JoinedSpace, identity: LocalIdentity, preview: InvitationPreview): Promise<void> {
    const putMembership = joined.operations.flatMap((operation) => {
      const decoded = decodeOperation(crypto, operation)
      return decoded.ok ? [{ space: joined.space, id: decoded.value.key, operation }] : []
    })
    await ports.storage.write(
      { putMembership, putKeys: [putRecord(recordOf(joined, preview)), await putKey(crypto, identity, joined.space, joined.key)] },
      'strict',
    )
  }

  function finish(mine: Attempt, joined: JoinedSpace, preview: InvitationPreview): void {
    const { space, alreadyMember } = joined
    leave(mine)
    const success = (): void => {
      if (attempt !== mine) return
      attempt = undefined
      stopWatching()
      clearTimers(mine)
      state.set({ status: 'success', space, alreadyMember, ...(parsed.ok && pathOf(parsed.value)) })
    }
    const spaceState = directory.adopt(recordOf(joined, preview))
    const look = (): void => {
      const { status, ...rest } = spaceState.get()
      if (status === 'ready') success()
      else if (attempt === mine) state.set({ status: 'syncing', preview, progress: 'progress' in rest ? rest.progress : undefined })
    }
    const stopWatching = spaceState.subscribe(look)
    after(mine, syncShownMs, success)
    look()
  }

  function after(mine: Attempt, ms: number, action: () => void): void {
    mine.timers.add(clock.after(ms, action))
  }

  function clearTimers(mine: Attempt): void {
    for (const timer of mine.timers) clock.clear(timer)
    mine.timers.clear()
  }

  /** Leaves the room; a host that is being spoken to is told first. */
  function leave(mine: Attempt): void {
    clearTimers(mine)
    const { room, talk } = mine
    mine.room = undefined
    if (room === undefined) return
    if (attempt === mine && talk === undefined) left = room.leave()
    else {
      mine.giveUp.abort()
      left = Promise.race([talk, new Promise<void>((resolve) => clock.after(farewellMs, resolve))]).then(() => room.leave())
    }
  }

  function end(last: JoinState): void {
    if (attempt !== undefined) leave(attempt)
    attempt = undefined
    state.set(last)
  }

  return {
    state,
    accept,
    submitCode,
    cancel: () => end({ status: 'cancelled', by: 'me' }),
    dispose() {
      if (attempt !== undefined) leave(attempt)
      attempt = undefined
    },
  }
}

/** Clocks of two people differ; the host has the last word. */
const clockToleranceMs = 5 * 60_000

interface Attempt {
  readonly timers: Set<Timer>
  room: Room | undefined
  /** A host is being spoken to. */
  talk: Promise<unknown> | undefined
  readonly giveUp: AbortController
  /** Takes the code that the person types. */
  typed: ((code: string) => void) | undefined
  /** The device of a host that has seen the code, and has shown that it knows it, so that after a network fault nobody types it again. */
  passedHost: Uint8Array | undefined
}

function recordOf({ space, content }: JoinedSpace, { spaceName = '' }: InvitationPreview): SpaceRecord {
  return { id: space, name: spaceName, awaiting: content }
}

function pathOf({ path }: Invitation): { readonly path?: string } {
  return path === undefined ? {} : { path }
}

function previewOf(invitation: Invitation): InvitationPreview {
  const { spaceName, inviter: inviterName, role, expiresAt } = invitation
  return { spaceName, inviterName, role, expiresAt }
}

function endOf(reason: RefusalReason | 'insecure' | 'storage', error: EchoError): JoinState {
  switch (reason) {
    case 'expired':
      return { status: 'expired' }
    case 'revoked':
      return { status: 'revoked' }
    case 'used-up':
      return { status: 'used-up' }
    case 'denied':
      return { status: 'denied' }
    case 'cancelled':
      return { status: 'cancelled', by: 'host' }
    case 'timeout':
    case 'rate-limited':
    case 'storage':
      return { status: 'error', error, retryable: true }
    default:
      return { status: 'error', error, retryable: false }
  }
}
