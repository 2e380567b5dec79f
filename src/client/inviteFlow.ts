import { truncateUtf8 } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import type { Timer } from '../shared/ports.ts'
import { createWritable } from '../shared/readable.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { idBytes } from '../shared/ids.ts'
import type { Connection, Network, Room } from '../network/network.ts'
import { maxNameBytes } from '../access/bodies/genesisBody.ts'
import { createAdmission } from '../access/createAdmission.ts'
import { invitationTarget } from '../access/consent.ts'
import { encodeInvitation } from '../access/invitation.ts'
import { deriveInvitationKeys, invitationRendezvous, joinPsk, type InvitationKeys } from '../access/invitationKeys.ts'
import type { Role } from '../access/membershipLog.ts'
import { hostJoin } from '../replication/hostJoin.ts'
import type { Ask } from '../replication/joinMessages.ts'
import type { RefusalReason } from '../replication/refusal.ts'
import type { EchoPorts, InviteFlow } from './echo.ts'
import { guestContent } from './guestContent.ts'
import type { OpenSpace } from './openSpace.ts'
import type { InviteState } from './states.ts'

/** An attended invitation: for one person, ten minutes, hosted by this tab; its secret is nowhere but in the link. */
export interface InviteFlowOptions {
  readonly app: string
  readonly ports: EchoPorts
  readonly network: Network
  readonly open: OpenSpace
  readonly ownName: () => string
  readonly spaceName: () => string
  /** Where links lead: an address without fragment. */
  readonly inviteUrl: () => string
  readonly onError: (error: EchoError) => void
}

export const invitationLifeMs = 10 * 60_000
/** Who has the link may come on many connections; so many are talked to at once. */
export const maxConversations = 8

export function createInviteFlow(options: InviteFlowOptions): InviteFlow {
  const state = createWritable<InviteState>({ status: 'idle' })
  let hosting: Hosting | undefined
  /** Cancelled ones that still tell guests so. */
  const ended = new Set<Hosting>()

  async function create(role: Exclude<Role, 'owner'>): Promise<void> {
    cancelHosting()
    const mine: Hosting = { cancel: () => {}, stop: () => {} }
    hosting = mine
    const own = options.open.log.device(options.open.identity.deviceId)?.member
    if (own === undefined || !Number.isFinite(own.rank)) {
      return state.set({
        status: 'error',
        retryable: false,
        error: new EchoError(
          'not-authorised',
          'Only owners and admins can invite. Ask one of them to invite the person, or to make you an admin.',
        ),
      })
    }
    state.set({ status: 'creating' })
    try {
      const started = await host(options, role, state.set, () => hosting === mine)
      if (hosting === mine) Object.assign(mine, started)
      else started.cancel()
    } catch (error) {
      if (hosting !== mine) return
      state.set({
        status: 'error',
        retryable: true,
        error:
          error instanceof EchoError
            ? error
            : new EchoError('bad-value', 'The invitation could not be made. See the cause.', { cause: error }),
      })
    }
  }

  function cancelHosting(): void {
    hosting?.cancel()
    if (hosting !== undefined) ended.add(hosting)
    hosting = undefined
  }

  return {
    state,
    create: ({ role }) => void create(role),
    cancel() {
      cancelHosting()
      state.set({ status: 'cancelled' })
    },
    dispose() {
      cancelHosting()
      for (const { stop } of ended) stop()
      ended.clear()
      state.set({ status: 'idle' })
    },
  }
}

interface Hosting {
  /** Admits nobody any more; who comes until the invitation would have expired is told that it was withdrawn. */
  cancel: () => void
  /** Leaves the room. */
  stop: () => void
}

/** Waits for the guest. */
async function host(
  options: InviteFlowOptions,
  role: Exclude<Role, 'owner'>,
  set: (state: InviteState) => void,
  isCurrent: () => boolean,
): Promise<Hosting> {
  const { app, ports, network, open } = options
  const { crypto, clock, random } = ports
  const secret = random.bytes(16)
  const keys = await deriveInvitationKeys(crypto, secret)
  const expiresAt = clock.now() + invitationLifeMs
  const text = encodeInvitation(crypto, app, {
    kind: 'space',
    secret,
    target: invitationTarget(crypto, idBytes(open.id)),
    code: false,
    compare: false,
    approval: false,
    delegated: false,
    // Hints for the guest's eyes: a long name is cut rather than in the way.
    inviter: truncateUtf8(options.ownName(), maxNameBytes),
    spaceName: truncateUtf8(options.spaceName(), maxNameBytes),
    role,
    expiresAt,
  })
  const link = { url: `${options.inviteUrl()}#echo=${text}`, expiresAt, role }
  let over: 'expired' | 'revoked' | undefined
  let admitted: string | undefined
  let conversations = 0
  const { room: name, password } = invitationRendezvous(crypto, keys.rendezvousKey)
  const room: Room = network.enter({ name, password }, (connection) => void serve(connection))
  const expiry: Timer = clock.after(invitationLifeMs, () => {
    over = 'expired'
    if (admitted === undefined) tell({ status: 'expired' })
    void room.leave()
  })
  tell({ status: 'waiting', ...link })

  function tell(state: InviteState): void {
    if (isCurrent()) set(state)
  }

  async function serve(connection: Connection): Promise<void> {
    // It says nothing to those that come while too many are talking: each may hold the host up for a minute.
    if (conversations >= maxConversations) return connection.close()
    conversations++
    try {
      await converse(connection)
    } finally {
      conversations--
    }
  }

  async function converse(connection: Connection): Promise<void> {
    if (admitted === undefined) tell({ status: 'connecting', ...link })
    const result = await hostJoin(connection, {
      ...ports,
      identity: open.identity,
      ownName: options.ownName(),
      space: open.id,
      log: open.log,
      keyRing: open.keyRing,
      invitationId: keys.signing.publicKey,
      preSharedKey: joinPsk(crypto, keys.rendezvousKey),
      content: () => guestContent(open.graph, open.documents.isStored),
      admit: (ask) => admit(ask, keys),
    })
    room.reportHandshake(result.ok ? 'succeeded' : 'failed')
    if (result.ok && admitted === undefined) {
      // A member who lost the space, or whose admission could not be stored before, has come again: that uses the invitation up, too.
      admitted = result.value.name
      tell({ status: 'success', guestName: admitted })
    }
    if (admitted === undefined && over === undefined) tell({ status: 'waiting', ...link })
  }

  /** One use: whoever is admitted first uses it up, also while the admission is still being written. */
  async function admit(ask: Ask, { signing }: InvitationKeys): Promise<Result<void, RefusalReason>> {
    if (over !== undefined) return fail(over)
    if (admitted !== undefined) return fail('used-up')
    admitted = ask.name
    tell({ status: 'admitting', guestName: ask.name })
    try {
      // The guest waits for all that is written up to now, so it must be in blocks.
      await open.documents.flush()
      // Who cancelled in the meantime must not find someone admitted.
      if (over === 'revoked') return fail(over)
      const admission = await createAdmission({
        crypto,
        log: open.log,
        signer: open.identity,
        admit: { records: ask.records, role, name: ask.name, invitationId: signing.publicKey, consent: ask.consent },
      })
      const added = await open.log.add(admission)
      if (!added.ok) {
        admitted = undefined
        return fail('malformed')
      }
      await open.operationsStored()
    } catch (error) {
      const cause =
        error instanceof EchoError ? error : new EchoError('storage-unavailable', 'The admission could not be stored.', { cause: error })
      tell({ status: 'error', error: cause, retryable: true })
      return fail('denied')
    }
    tell({ status: 'success', guestName: ask.name })
    return ok(undefined)
  }

  return {
    cancel: () => {
      over ??= 'revoked'
    },
    stop: () => {
      clock.clear(expiry)
      over ??= 'revoked'
      void room.leave()
    },
  }
}
