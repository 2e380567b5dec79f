import { utf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { IdentityId } from '../../shared/ids.ts'
import type { BroadcastExchange } from '../../replication/presence/broadcastExchange.ts'
import { maxChannelNameBytes } from '../../replication/presence/broadcastMessage.ts'
import type { ChannelType } from './defineChannel.ts'
import { fitsSchema } from './fitsSchema.ts'

/** A way to say something to everyone who is in a space at the moment. */
export interface SpaceChannel<T> {
  /**
   * Sends to all who are here: other members' devices, and this person's other tabs and devices. Nobody keeps it, and who comes later does not get it.
   * @throws EchoError bad-value where it does not fit the channel's schema; value-too-large over 16 KiB; rate-limited; disposed once the space is closed
   */
  send(message: T): void
  /** Calls `listener` with what others send and the schema accepts. @returns the function that ends it */
  subscribe(listener: (received: ReceivedMessage<T>) => void): () => void
  /** Messages that did not fit the schema, counted since the space was opened. */
  readonly dropped: number
}

/** A message as it was received. */
export interface ReceivedMessage<T> {
  readonly message: T
  /** Who sent it; a member for certain. */
  readonly identity: IdentityId
  /** Another tab or device of this person's. */
  readonly isMe: boolean
}

/** The channels of a space, each the same object as long as its type is. @param isOver whether the space was closed */
export function createSpaceChannels(
  exchange: BroadcastExchange,
  me: IdentityId,
  isOver: () => boolean,
): <T>(type: ChannelType<T>) => SpaceChannel<T> {
  const known = new WeakMap<ChannelType<never>, SpaceChannel<never>>()

  function open<T>(type: ChannelType<T>): SpaceChannel<T> {
    if (type.name === '' || utf8(type.name).length > maxChannelNameBytes) {
      throw new EchoError('bad-value', `A channel needs a name of 1 to ${maxChannelNameBytes} bytes.`)
    }
    let dropped = 0
    return {
      send(message) {
        if (isOver()) throw new EchoError('disposed', 'This space was closed: nobody would hear it. Open it again and use the new handle.')
        if (fitsSchema(type.schema, message) === undefined) {
          throw new EchoError('bad-value', `This message does not fit the channel "${type.name}": others would drop it. See its schema.`)
        }
        exchange.send(type.name, message)
      },
      subscribe: (listener) =>
        exchange.subscribe(type.name, ({ identity, value }) => {
          const fitting = fitsSchema(type.schema, value)
          if (fitting === undefined) dropped += 1
          else listener({ message: fitting.value, identity, isMe: identity === me })
        }),
      get dropped() {
        return dropped
      },
    }
  }

  return <T>(type: ChannelType<T>) => {
    const key = type as ChannelType<never>
    const channel = known.get(key) ?? (open(type) as SpaceChannel<never>)
    known.set(key, channel)
    return channel as SpaceChannel<T>
  }
}
