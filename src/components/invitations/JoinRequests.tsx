'use client'
import type { ReactNode } from 'react'
import { Button } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { News } from '../basics/News.tsx'
import { plainName } from '../basics/plainName.ts'
import type { JoinRequest } from '../../client/states.ts'

export interface JoinRequestsProps {
  readonly requests: readonly JoinRequest[]
  readonly onApprove: (guest: string) => void
  readonly onDeny: (guest: string) => void
}

/**
 * Who waits to be let in, each with its two answers.
 * @example
 * const { state, approve, deny } = useInvite(space)
 * return state.status === 'approving' && <JoinRequests requests={state.requests} onApprove={approve} onDeny={deny} />
 */
export function JoinRequests({ requests, onApprove, onDeny }: JoinRequestsProps): ReactNode {
  const { invite } = useMessages()
  return (
    <ul className="echo-list echo-requests" data-slot="join-requests">
      {requests.map(({ guest, name: given }) => {
        const name = plainName(given)
        return (
          <li key={guest}>
            <News>{invite.asks(name)}</News>
            <div className="echo-actions">
              <Button variant="primary" onClick={() => onApprove(guest)}>
                {invite.approve(name)}
              </Button>
              <Button onClick={() => onDeny(guest)}>{invite.deny(name)}</Button>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
