'use client'
import { useMemo } from 'react'
import { useEchoContext } from './echoContext.ts'
import { useFlow } from './useFlow.ts'
import { useReadable } from './useReadable.ts'
import type { InviteFlow, Space } from '../client/echo.ts'
import type { InviteState } from '../client/states.ts'

export interface Invite {
  readonly state: InviteState
  /** Makes a link, by default for one person and ten minutes; also from an end such as `expired`. Nothing exists before. */
  readonly create: InviteFlow['create']
  /** Lets in, or turns away, somebody of `approving`. */
  readonly approve: InviteFlow['approve']
  readonly deny: InviteFlow['deny']
  /** Leaves what is out to {@link useInvitations}, where it goes on, and is idle again. */
  readonly another: InviteFlow['another']
  readonly cancel: InviteFlow['cancel']
}

const idle: InviteState = { status: 'idle' }

/**
 * The host's side of an invitation: one for each space handle, shared by the components that ask for it. A link that is out goes on when they
 * are gone, and is there again when they are back; it ends by being used, after ten minutes, by `cancel`, or when the Echo is disposed of.
 * With an undefined space it stays idle.
 * @throws EchoError no-provider
 * @example
 * const invite = useInvite(space)
 * <button onClick={() => invite.create({ role: 'editor' })}>Invite</button>
 * {invite.state.status === 'waiting' && <a href={invite.state.url}>Link</a>}
 */
export function useInvite(space: Space | undefined): Invite {
  const { invites } = useEchoContext()
  const flow = useFlow(invites.acquire, space)
  const state = useReadable(flow?.state) ?? idle
  return useMemo(
    () => ({
      state,
      create: (options) => flow?.create(options),
      approve: (guest) => flow?.approve(guest),
      deny: (guest) => flow?.deny(guest),
      another: () => flow?.another(),
      cancel: () => flow?.cancel(),
    }),
    [flow, state],
  )
}
