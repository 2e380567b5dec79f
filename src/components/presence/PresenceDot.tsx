'use client'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import type { Activity } from '../../replication/presence/presenceMessage.ts'

/**
 * Whether somebody is here, as a small mark: a disc (active), half a disc (idle), a ring (away), a dash (offline), so that nobody needs its colour.
 * In words for screen readers.
 * @example
 * <PresenceDot activity={member.activity} />
 */
export function PresenceDot({
  activity,
  className,
  ...props
}: ComponentProps<'span'> & { readonly activity: Activity | 'offline' }): ReactNode {
  const { presence: messages } = useMessages()
  return (
    <span data-slot="presence-dot" data-state={activity} className={classNames('echo-presence-dot', className)} {...props}>
      <span className="echo-visually-hidden">{messages.activity[activity]}</span>
    </span>
  )
}
