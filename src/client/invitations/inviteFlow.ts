import { asEchoError, EchoError } from '../../shared/echoError.ts'
import { createWritable } from '../../shared/readable.ts'
import type { InviteFlow } from '../echo.ts'
import { assertInvitationOptions, type InvitationOptions } from './invitationOptions.ts'
import type { MadeInvitation, SpaceInvitations } from './spaceInvitations.ts'
import type { InviteState } from '../states.ts'

/** One invitation after the other, as a dialog shows them. `end`: back to idle where the space closes; the invitation is there when it opens again. */
export function createInviteFlow(invitations: SpaceInvitations, onError: (error: EchoError) => void): InviteFlow & { end(): void } {
  const state = createWritable<InviteState>({ status: 'idle' })
  let shown: Shown | undefined

  async function create(options: InvitationOptions): Promise<void> {
    withdraw()
    const mine: Shown = { made: undefined, stop: () => {} }
    shown = mine
    state.set({ status: 'creating' })
    try {
      const made = await invitations.create(options)
      if (shown !== mine) return void invitations.revoke(made.id).catch(report)
      mine.made = made
      const update = (): void => state.set(stateOf(made, options, state.get()))
      mine.stop = made.state.subscribe(update)
      update()
    } catch (error) {
      if (shown === mine) state.set({ status: 'error', retryable: !isNotAuthorised(error), error: asError(error) })
    }
  }

  function withdraw(): void {
    const before = shown
    shown = undefined
    before?.stop()
    const made = before?.made
    if (made !== undefined && made.state.get().end === undefined) invitations.revoke(made.id).catch(report)
  }

  function end(): void {
    shown?.stop()
    shown = undefined
    state.set({ status: 'idle' })
  }

  function decide(guest: string, approved: boolean): void {
    if (shown?.made !== undefined) invitations.decide(shown.made.id, guest, approved).catch(report)
  }

  function report(error: unknown): void {
    onError(asError(error))
  }

  return {
    state,
    create(options) {
      assertInvitationOptions(options)
      void create(options)
    },
    approve: (guest) => decide(guest, true),
    deny: (guest) => decide(guest, false),
    another() {
      if (shown?.made !== undefined) end()
    },
    cancel() {
      withdraw()
      state.set({ status: 'cancelled' })
    },
    end,
    dispose() {
      const made = shown?.made
      end()
      if (made !== undefined) invitations.release(made.id)
    },
  }
}

interface Shown {
  made: MadeInvitation | undefined
  stop: () => void
}

function stateOf(
  { url, code, expiresAt, state }: MadeInvitation,
  { role, maxUses = 1 }: InvitationOptions,
  before: InviteState,
): InviteState {
  const { end, step, joined, requests, usesLeft, error, guestName } = state.get()
  const isSingle = maxUses === 1
  if (isSingle && joined.length > 0) return { status: 'success', guestName: joined[0]! }
  if (error !== undefined) return before.status === 'error' && before.error === error ? before : { status: 'error', error, retryable: true }
  // Who is being admitted when the time is over comes in.
  if (step === 'admitting' && isSingle) return { status: 'admitting', guestName }
  if (end === 'expired') return { status: 'expired' }
  if (end === 'revoked') return { status: 'cancelled' }
  if (end !== undefined) return { status: 'used-up', joined, locked: end === 'locked' }
  const link = { url, code, expiresAt, role, usesLeft, joined }
  if (requests.length > 0) return { status: 'approving', requests, ...link }
  return { status: step === 'admitting' ? 'waiting' : step, ...link }
}

function isNotAuthorised(error: unknown): boolean {
  return error instanceof EchoError && error.code === 'not-authorised'
}

function asError(error: unknown): EchoError {
  return asEchoError(error, 'bad-value', 'The invitation could not be made. See the cause.')
}
