'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useFlow } from './useFlow.ts'
import { useReadable } from './useReadable.ts'
import type { InviteFlow, Space } from '../client/echo.ts'
import type { InviteState } from '../client/states.ts'

export interface Invite {
  readonly state: InviteState
  /** Makes a link for one person; also from an end such as `expired`. Nothing exists before. */
  readonly create: InviteFlow['create']
  readonly cancel: InviteFlow['cancel']
}

const idle: InviteState = { status: 'idle' }

/**
 * The host's side of an invitation. It is cancelled when the component goes away, so keep the component mounted while the link is out.
 * With an undefined space it stays idle.
 * @throws EchoError no-provider
 * @example
 * const invite = useInvite(space)
 * <button onClick={() => invite.create({ role: 'editor' })}>Invite</button>
 * {invite.state.status === 'waiting' && <a href={invite.state.url}>Link</a>}
 */
export function useInvite(space: Space | undefined): Invite {
  useEcho()
  const begin = useMemo(() => space && (() => space.invite()), [space])
  const flow = useFlow(begin)
  const state = useReadable(flow?.state) ?? idle
  return useMemo(() => ({ state, create: (options) => flow?.create(options), cancel: () => flow?.cancel() }), [flow, state])
}
