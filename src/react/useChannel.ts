'use client'
import { useCallback, useEffect, useRef } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useEcho } from './useEcho.ts'
import type { ChannelType } from '../client/presence/defineChannel.ts'
import type { Space } from '../client/echo.ts'
import type { ReceivedMessage } from '../client/presence/spaceChannels.ts'

/**
 * Listens to a channel of a space while the component is mounted, and sends on it.
 * @param onMessage called with what others send; the newest function counts
 * @returns sends to everyone who is here. It throws EchoError as `SpaceChannel.send` does, and space-closed while there is no space
 * @throws EchoError no-provider
 * @example
 * const send = useChannel(space, Wave, ({ message }) => setShown(message.emoji))
 * return <button onClick={() => send({ emoji: '👋' })}>Wave</button>
 */
export function useChannel<T>(
  space: Space | undefined,
  type: ChannelType<T>,
  onMessage?: (received: ReceivedMessage<T>) => void,
): (message: T) => void {
  useEcho()
  const latest = useRef(onMessage)
  useEffect(() => {
    latest.current = onMessage
  }, [onMessage])
  useEffect(() => space?.channel(type).subscribe((received) => latest.current?.(received)), [space, type])
  return useCallback(
    (message: T) => {
      if (space === undefined) throw new EchoError('space-closed', 'Nothing can be sent while the space is not open yet.')
      space.channel(type).send(message)
    },
    [space, type],
  )
}
